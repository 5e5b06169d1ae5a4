"""A Chroma server as Attest uses it: its collections, over its interface of version 2.

No embedding function is ever built here, whatever a collection names; one that names any is
refused, because other clients would build it.
"""

import base64
from collections.abc import Iterator, Sequence
from contextlib import suppress
from threading import Event, Thread
from time import sleep
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamaged, LibraryMismatch, StoreUnavailable
from rag.store.holding import GRAPH
from rag.store.stored_code import names_code
from rag.store.wire import Reply, Wire

INTERFACE = "1.0"
"""Major and minor version that every server of Chroma 1 says that it has."""
_COLLECTIONS = "/tenants/default_tenant/databases/default_database/collections"
_PAGE = 200
_WITHIN = 30.0
"""Seconds for a call that touches no vector."""
_BULK = 120.0
"""Seconds for a call that carries many vectors; a server indexes them meanwhile."""
_TRIES = 3
_PAUSE = 0.5
"""Seconds between two tries."""


class Greeting(NamedTuple):
    """What a server says of itself."""

    version: str
    most: int
    """Records that it takes in one call."""
    packed: bool
    """Whether vectors may come as bytes in base64."""


class Described(NamedTuple):
    """A collection as a server lists it."""

    name: str
    id: str
    metadata: dict[str, Any]
    code: bool
    """Whether it names an embedding function."""


class Gone(StoreUnavailable):
    """A collection is not there; nothing else is wrong with the server."""


class ChromaServer:
    """One server.

    Args:
        url: As the setting ``store`` has it.
        token: See `rag.store.wire.Wire`.
        patience: Most seconds that a search may wait.
    """

    def __init__(self, url: str, *, token: str | None = None, patience: float = 10.0) -> None:
        self.url = url
        self.patience = patience
        self.wire = Wire(url, token=token)

    @property
    def host(self) -> str:
        """Host and port."""
        return self.wire.host

    def answers(self, *, within: float = 2.0) -> bool:
        """Tell whether it answers at once, though its name may take long to look up."""
        alive = Event()

        def look() -> None:
            with suppress(StoreUnavailable):
                if self.wire.ask("GET", "/heartbeat", within=within).status == 200:
                    alive.set()

        looking = Thread(target=look, daemon=True)
        looking.start()
        looking.join(within)
        return alive.is_set()

    def greet(self, *, within: float = _WITHIN) -> Greeting:
        """Ask what it is.

        Raises:
            StoreUnavailable: It does not answer, or is no Chroma server.
            LibraryMismatch: It has another interface than ours; names both.
        """
        found = self.wire.ask("GET", "/version", within=within)
        said = found.content if found.status == 200 and isinstance(found.content, str) else ""
        version = " ".join(said.split())[:40] or "of another interface"
        if ".".join(version.split(".")[:2]) != INTERFACE:
            raise LibraryMismatch(
                f"the Chroma server at {self.host} is {version}, and this release speaks "
                f"{INTERFACE}; run a server of Chroma 1 or choose another store"
            )
        limits = self.wire.ask("GET", "/pre-flight-checks", within=within).content
        try:
            most, packed = int(limits["max_batch_size"]), bool(limits["supports_base64_encoding"])
        except (KeyError, TypeError, ValueError) as error:
            raise self.odd() from error
        return Greeting(version, max(1, most), packed)

    def collections(self, *, within: float = _WITHIN) -> Iterator[Described]:
        """Yield every collection of the server."""
        start = 0
        while True:
            path = f"{_COLLECTIONS}?limit={_PAGE}&offset={start}"
            rows = self.wire.ask("GET", path, within=within).content
            if not isinstance(rows, list):
                raise self.odd()
            yield from map(self._described, cast(list[object], rows))
            if len(cast(list[object], rows)) < _PAGE:
                return
            start += _PAGE

    def find(self, name: str) -> Described | None:
        """Return a collection by its name."""
        found = self.wire.ask("GET", f"{_COLLECTIONS}/{name}", within=_WITHIN)
        return None if found.status == 404 else self._described(found.content)

    def create(self, name: str, metadata: dict[str, str | int]) -> Described:
        """Make an empty collection; one of the same name, which nobody points at, goes first.

        Raises:
            LibraryDamaged: The server gave it an embedding function.
        """
        self.delete(name)
        body = {"name": name, "metadata": metadata, "configuration": {"hnsw": GRAPH}}
        found = self.wire.ask("POST", _COLLECTIONS, body, within=_WITHIN)
        if found.status not in (200, 201):
            raise StoreUnavailable(
                f"the Chroma server at {self.host} does not make a collection; try again"
            )
        made = self._described(found.content)
        if made.code:
            self.delete(name)
            raise LibraryDamaged(
                f"the Chroma server at {self.host} gives collections an embedding function, which "
                "Attest never stores; use another server"
            )
        return made

    def delete(self, name: str, *, within: float = _WITHIN) -> None:
        """Delete a collection, if it is there."""
        self.wire.ask("DELETE", f"{_COLLECTIONS}/{name}", within=within)

    def open(
        self, number: str, *, packed: bool = False, within: float = _BULK, tries: int = _TRIES
    ) -> "ServedCollection":
        """Return a collection by its id; nothing is asked yet.

        Args:
            number: The id.
            packed: Whether the server takes vectors as bytes.
            within: Seconds that a call may take.
            tries: How often a call is made that is not answered; each may be made twice.
        """
        return ServedCollection(self, number, packed=packed, within=within, tries=tries)

    def _described(self, row: object) -> Described:
        try:
            held: Any = row
            named = str(held["name"]), str(held["id"]), dict(held["metadata"] or {})
        except (KeyError, TypeError, ValueError) as error:
            raise self.odd() from error
        return Described(*named, code=names_code(held))

    def odd(self) -> StoreUnavailable:
        """Return what to raise at an answer that no Chroma server gives."""
        return StoreUnavailable(
            f"what answers at {self.host} is no Chroma server; check the setting 'store'"
        )


class ServedCollection:
    """A collection on a server, with the methods of chromadb's own that Attest uses."""

    def __init__(
        self, server: ChromaServer, number: str, *, packed: bool, within: float, tries: int
    ) -> None:
        self._server = server
        self._path = f"{_COLLECTIONS}/{number}"
        self._packed = packed
        self._within = within
        self._tries = tries

    def count(self) -> int:
        """Return how many records there are."""
        found = self._ask("GET", "count")
        if not isinstance(found, int):
            raise self._server.odd()
        return found

    def get(self, *, ids: Sequence[str], include: Sequence[str]) -> dict[str, Any]:
        """Return records by id."""
        found = self._ask("POST", "get", {"ids": list(ids), "include": list(include)})
        return self._listed(found, "ids", *include)

    def query(
        self,
        *,
        query_embeddings: NDArray[np.float32],
        n_results: int,
        include: Sequence[str],
    ) -> dict[str, Any]:
        """Return the ids nearest to each of some vectors ``[n, dim]``."""
        body = {
            "query_embeddings": np.asarray(query_embeddings).tolist(),
            "n_results": n_results,
            "include": list(include),
        }
        return self._listed(self._ask("POST", "query", body), "ids")

    def upsert(
        self,
        *,
        ids: Sequence[str],
        embeddings: NDArray[np.float32],
        metadatas: Sequence[dict[str, str | int]],
    ) -> None:
        """Put records in."""
        vectors: object = embeddings.tolist()
        if self._packed:
            rows = embeddings.astype("<f4", copy=False)
            vectors = [base64.b64encode(row.tobytes()).decode() for row in rows]
        body = {"ids": list(ids), "embeddings": vectors, "metadatas": list(metadatas)}
        self._ask("POST", "upsert", body)

    def _listed(self, found: Any, *names: str) -> dict[str, Any]:  # noqa: ANN401
        """Return an answer whose fields of these names are lists."""
        if not isinstance(found, dict):
            raise self._server.odd()
        held = cast(dict[str, Any], found)
        if not all(isinstance(held.get(name), list) for name in names):
            raise self._server.odd()
        return held

    def _ask(self, method: str, verb: str, body: object = None) -> Any:  # noqa: ANN401
        found = self._answer(method, f"{self._path}/{verb}", body)
        if found.status not in (200, 201):
            raise Gone(
                f"the Chroma server at {self._server.host} does not hold the collection of this "
                "version; run 'attest rebuild'"
            )
        return found.content

    def _answer(self, method: str, path: str, body: object) -> Reply:
        for left in reversed(range(self._tries)):
            try:
                return self._server.wire.ask(method, path, body, within=self._within)
            except StoreUnavailable:
                if not left:
                    raise
                sleep(_PAUSE)
        raise self._server.odd()
