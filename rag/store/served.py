"""The collections of a library on a Chroma server: made, compared, searched, thrown away.

Every version has a collection of its own, named after library and version, which is never
changed once it is published. One that no version names is staging; the next writer deletes it.
A folder that was copied by hand shares its name with the first: whichever publishes takes
the other's collection away, which then is answered by its own vectors until it is rebuilt.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamaged, StoreUnavailable
from rag.store.catalogue import Catalogue
from rag.store.chroma import Job
from rag.store.holding import BATCH, Row, fill, prove, read_rows
from rag.store.index import VECTORS, Keys, Vector, read_vectors
from rag.store.manifest import Collection
from rag.store.remote import ChromaServer, Greeting
from rag.store.tables import LEFT, LIBRARY

_AGAIN = 5.0
"""Seconds after a failure in which a server is not asked."""
# What pydantic says of a value that it does not take is a ValueError too.
_ODD = (IndexError, KeyError, TypeError, ValueError)
"""What comes of an answer that has not the form of Chroma's."""


class ServedCollector:
    """Builds the collection of one version on a server; a context manager.

    Args:
        server: Where.
        library: Makes the library's id; called once the server has answered.
    """

    def __init__(self, server: ChromaServer, library: Callable[[], str]) -> None:
        self._server = server
        self._identify = library
        self._library = ""
        self._greeting = Greeting("", BATCH, packed=False)
        self._job: Job | None = None
        self._made: Collection | None = None

    def __enter__(self) -> Self:
        """Ask the server what it is, before anything is embedded.

        Raises:
            StoreUnavailable: It does not answer.
            LibraryMismatch: It is of another release.
        """
        self._greeting = self._server.greet()
        self._library = self._identify()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Do nothing: what was not published is staging."""

    @property
    def apart(self) -> bool:
        """Whether the collection is made elsewhere: it is."""
        return True

    def start(self, job: Job) -> None:
        """Take the job; it is done while its end is waited for."""
        self._job = job

    def wait(self, progress: Callable[[int], None]) -> list[int]:
        """Fill a new collection and compare every vector of it.

        Returns:
            The rows that the graph does not lead to.

        Raises:
            StoreUnavailable: The server does not do its part.
            LibraryDamaged: It does not hold what it was given.
        """
        job = self._job
        if job is None:
            return []
        rows = read_rows(Path(job["rows"]))
        _, vectors = read_vectors(Path(job["folder"]), job["dim"])
        version, digest = job.get("version", ""), digest_of(job)
        about = {
            "library": self._library,
            "version": version,
            "generation": int(version.partition("-")[0]),
            "fingerprint": job.get("fingerprint", ""),
            "digest": digest,
        }
        name = name_of(self._library, version)
        made = self._server.create(name, {**job["metadata"], **about})
        opened = self._server.open(made.id, packed=self._greeting.packed)
        try:
            fill(opened, rows, vectors, progress, batch=min(BATCH, self._greeting.most))
            lost = prove(opened, rows, vectors)
            self._made = Collection(
                url=self._server.url, name=name, id=made.id, passages=len(rows), digest=digest
            )
        except LibraryDamaged as error:
            raise LibraryDamaged(
                f"{error} at the Chroma server {self._server.host}; nothing was published, run it "
                "again"
            ) from error
        except _ODD as error:
            raise self._server.odd() from error
        return lost

    def made(self) -> Collection | None:
        """Return where the collection is."""
        return self._made

    def settle(self, version: str, *, gone: bool) -> None:
        """Delete the collections of all versions but the published one.

        Raises:
            StoreUnavailable: The server does not answer and must not keep what it holds.
        """
        try:
            sweep(self._server, self._library, version)
        except StoreUnavailable as error:
            if gone:
                raise StoreUnavailable(
                    f"the change is published, but the Chroma server at {self._server.host} still "
                    "has the old collection; run 'attest compact' when it answers"
                ) from error


class ServedGraph:
    """Approximate search in the collection of a published version.

    Args:
        server: Where; it is not asked before the first search.
        collection: As the manifest has it.
        keys: Passage key by passage id.
        missed: Keys of passages that the graph does not lead to.
    """

    def __init__(
        self,
        server: ChromaServer,
        collection: Collection,
        keys: Mapping[str, int],
        *,
        missed: Keys,
    ) -> None:
        self._server = server
        self._collection = server.open(collection.id, within=server.patience, tries=1)
        self._keys = keys
        self._missed = missed
        self._again = 0.0
        self._said = ""

    def nearest(self, vector: Vector, k: int) -> Keys:
        """Return the keys of about the k nearest passages and of all that the graph misses.

        Raises:
            StoreUnavailable: The server does not answer, did not a moment ago, or gives other
                passages than the version has, or too few.
        """
        if monotonic() < self._again:
            raise StoreUnavailable(self._said)
        try:
            return self._found(vector, k)
        except StoreUnavailable as error:
            self._said, self._again = str(error), monotonic() + _AGAIN
            raise

    def _found(self, vector: Vector, k: int) -> Keys:
        found = self._collection.query(query_embeddings=vector[None], n_results=k, include=[])
        try:
            near = {self._keys[name] for name in found["ids"][0]}
        except _ODD as error:
            raise self._server.odd() from error
        if len(near) < min(k, len(self._keys)):
            raise StoreUnavailable(
                f"the Chroma server at {self._server.host} gives {len(near)} of {k} passages; "
                "see 'attest verify'"
            )
        return np.union1d(np.array(sorted(near), dtype=np.int64), self._missed)


def compare(server: ChromaServer, collection: Collection, job: Job) -> list[int]:
    """Compare a published collection to what it was given.

    Args:
        server: Where it should be.
        collection: As the manifest has it.
        job: Names the version's folder and the rows, made anew from the catalogue.

    Returns:
        The rows that the graph does not lead to.

    Raises:
        LibraryDamaged: It is not there, or not what was published.
        StoreUnavailable: The server does not answer.
    """
    server.greet()
    held = server.find(collection.name)
    if held is None or held.id != collection.id:
        raise _damaged(server, f"the collection {collection.name} is missing")
    if held.code:
        raise _damaged(server, f"the collection {collection.name} names an embedding function")
    if not collection.digest == digest_of(job) == held.metadata.get("digest"):
        raise _damaged(server, f"the collection {collection.name} is of another content")
    rows = read_rows(Path(job["rows"]))
    _, vectors = read_vectors(Path(job["folder"]), job["dim"])
    return _proved(server, held.id, rows, vectors)


def _proved(
    server: ChromaServer, number: str, rows: list[Row], vectors: NDArray[np.float16]
) -> list[int]:
    try:
        return prove(server.open(number), rows, vectors)
    except LibraryDamaged as error:
        raise _damaged(server, str(error)) from error
    except _ODD as error:
        raise server.odd() from error


def sweep(server: ChromaServer, library: str, version: str | None, *, within: float = 30.0) -> None:
    """Delete the collections of a library but that of one version.

    Args:
        server: Where.
        library: Its id.
        version: Name of the one that stays.
        within: Seconds for each call.

    Raises:
        StoreUnavailable: The server does not answer.
    """
    kept = name_of(library, version) if version else None
    for each in tuple(server.collections(within=within)):
        if each.name.startswith(name_of(library, "")) and each.name != kept:
            server.delete(each.name, within=within)


def clear_server(server: ChromaServer, catalogue: Catalogue) -> None:
    """Delete what a server holds of a library beside the published version.

    Raises:
        StoreUnavailable: The server does not answer.
    """
    meta = catalogue.meta()
    if LIBRARY in meta:
        sweep(server, catalogue.library_id(), meta.get("version"))
    if server.url in (left := meta.get(LEFT, "").split()):
        with catalogue.transaction():
            catalogue.set_meta({LEFT: " ".join(each for each in left if each != server.url)})
        catalogue.tidy()


def name_of(library: str, version: str) -> str:
    """Return what the collection of a version is called."""
    return f"attest-{library}-{version}"


def digest_of(job: Job) -> str:
    """Return SHA-256 over the rows and vectors that a collection is given."""
    digest = hashlib.sha256()
    for path in (Path(job["rows"]), Path(job["folder"]) / VECTORS):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _damaged(server: ChromaServer, what: str) -> LibraryDamaged:
    return LibraryDamaged(f"{what} at the Chroma server {server.host}; run 'attest rebuild'")
