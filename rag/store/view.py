"""The reading side of a library: catalogue and indexes of one version."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from rag.embedding.port import Vector
from rag.errors import LibraryDamaged
from rag.store.compatibility import require_chroma
from rag.store.index import KEYS, VECTORS, VectorIndex, read_vectors
from rag.store.manifest import Manifest
from rag.store.publishing import VERSIONS
from rag.store.snapshot import Snapshot
from rag.store.tuned import Tuning

if TYPE_CHECKING:
    from rag.store.index import Graph
    from rag.store.lexical import LexicalIndex
    from rag.store.remote import ChromaServer


class Indexes(NamedTuple):
    """The opened indexes of one version; shared by all of its readers."""

    generation: int
    vectors: VectorIndex
    lexical: "LexicalIndex"


class LibraryView:
    """One version of a library, for one question or a few; a context manager.

    Threads may share a view. While it is open the catalogue is seen as it was, so close
    it (or `refresh` it) between questions.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        indexes: Indexes,
        reopen: Callable[[], "LibraryView"],
        tuning: Tuning | None = None,
    ) -> None:
        self.snapshot = snapshot
        """Papers, sentences, passages and filters."""
        self.vectors = indexes.vectors
        """Passages by meaning."""
        self.lexical = indexes.lexical
        """Passages by words."""
        self._reopen = reopen
        self._tuning = tuning

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the reading."""
        self.close()

    def close(self) -> None:
        """End the reading; the indexes stay with the library for the next view."""
        self.snapshot.close()

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the version."""
        return self.snapshot.fingerprint

    @property
    def generation(self) -> int:
        """Number of the version."""
        return self.snapshot.generation

    def turned(self, vector: Vector) -> Vector:
        """Return a question's vector [dim] as the library has learned to search it."""
        return vector if self._tuning is None else self._tuning.turn(vector)

    def refresh(self) -> "LibraryView":
        """Return a view of the newest version: itself, unless a newer one was published.

        Where there is a newer one this view is closed.
        """
        newest = self._reopen()
        if newest.generation == self.generation:
            newest.close()
            return self
        self.close()
        return newest


def open_indexes(
    directory: Path, snapshot: Snapshot, server: "ChromaServer | None" = None
) -> Indexes:
    """Check and open the indexes of the version that a snapshot points at; ask no server.

    A version whose collection is on another server than the settings name, or on any while
    they name none, is answered by the scan: it has all vectors, so a refusal would help nobody.

    Raises:
        FileNotFoundError: A writer has published a newer one and removed this.
        LibraryDamaged: A file is not what was published.
    """
    from rag.store.lexical import FOLDER, LexicalIndex

    meta = snapshot.meta
    folder = directory / VERSIONS / meta["version"]
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    manifest = Manifest.read(folder, meta["manifest"])
    manifest.check(folder, parts=[VECTORS, KEYS, FOLDER])
    vectors = VectorIndex(
        folder, int(meta["dim"]), graph=lambda: _graph(folder, manifest, snapshot, server)
    )
    lexical = LexicalIndex(folder / FOLDER)
    if (len(vectors), lexical.size) != (manifest.passages, manifest.papers):
        raise LibraryDamaged(f"the indexes in {folder} disagree; run 'attest rebuild'")
    return Indexes(snapshot.generation, vectors, lexical)


def _graph(
    folder: Path, manifest: Manifest, snapshot: Snapshot, server: "ChromaServer | None" = None
) -> "Graph | None":
    keys, _ = read_vectors(folder, int(snapshot.meta["dim"]))
    missed = keys[list(manifest.unreached)]
    if manifest.collection is None:
        from rag.store.chroma import FOLDER, ChromaGraph

        require_chroma(manifest, folder.parent.parent)
        manifest.check(folder, parts=[FOLDER])
        return ChromaGraph(folder, snapshot.passage_keys(), missed=missed)
    if server is None:
        return None
    from rag.store.served import ServedGraph

    return ServedGraph(server, manifest.collection, snapshot.passage_keys(), missed=missed)
