"""The papers and indexes that a person owns, in one folder."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from threading import Lock as ThreadLock
from typing import TYPE_CHECKING

from rag.embedding.port import Embedder
from rag.errors import LibraryDamaged, LibraryMissing
from rag.store.catalogue import Catalogue
from rag.store.child import ChromaChild, Collector
from rag.store.compatibility import FORMAT_ONLY, require
from rag.store.ingest import Makers, Progress, Reading, named, silent, standard
from rag.store.lock import Lock
from rag.store.opening import LOCK, writing
from rag.store.report import AddReport, Compacted, JoinReport, SplitReport, Status, status_of
from rag.store.snapshot import Snapshot
from rag.store.space import size_of
from rag.store.tables import CATALOGUE, FORMAT
from rag.store.tuned import Kept
from rag.store.verifying import catalogue_of, prove, verify
from rag.store.view import Indexes, LibraryView, open_indexes
from rag.store.writer import Writer
from rag.terms import RULES

if TYPE_CHECKING:
    from rag.store.remote import ChromaServer

_TRIES = 5


class Library:
    """One library; any number may be open on a folder, one of them writing.

    Args:
        directory: Where it is, or will be once something was added.
        embedder: Makes the model; called when vectors are needed or compared.
        reading: Readers, sentence and passage rules; those of Attest unless given.
        collector: Makes what builds and verifies the vector store of a version.
        server: Holds the vector store of every version instead, where one is given.
    """

    def __init__(
        self,
        directory: Path | str,
        embedder: Callable[[], Embedder],
        *,
        reading: Callable[[], Reading] = standard,
        collector: Callable[[], Collector] = ChromaChild,
        server: "ChromaServer | None" = None,
    ) -> None:
        self.directory = Path(directory)
        self._embedder = embedder
        self._reading = reading
        self._collector = collector
        self._server = server
        self._tuned = Kept(self.directory)
        self._opened: Indexes | None = None
        self._opening = ThreadLock()
        self._proved = -1
        """Generation of the catalogue that was last found to be as it was written."""

    def add(
        self,
        paths: Iterable[Path | str],
        *,
        names: Mapping[Path, str] | None = None,
        progress: Progress = silent,
    ) -> AddReport:
        """Read files or folders into the library; adding again what is there changes nothing.

        Args:
            paths: What the user named.
            names: What some of them are called in sources and reports, such as an upload by
                the name that its user knows; the others are called by their paths.
            progress: Told stage (``embed``, ``words``, ``index``), done and total.

        Raises:
            LibraryLocked: Another process is writing.
            LibraryMismatch: The library was made with another model or other rules.
            LibraryError: The folder cannot be written.
            StoreUnavailable: The server does not answer; the version before is still served.
        """
        started = time.monotonic()
        with self._writer(progress) as writer:
            report = writer.add(named(paths, names), self._makers())
        return report.model_copy(update={"seconds": round(time.monotonic() - started, 3)})

    def preview(
        self, paths: Iterable[Path | str], *, names: Mapping[Path, str] | None = None
    ) -> AddReport:
        """Tell what `add` would do with files or folders; nothing is written, not even a folder.

        Raises:
            LibraryMismatch: The library was made with another model or other rules.
        """
        started = time.monotonic()
        with suppress(LibraryMissing):
            self.snapshot().close()
        with Catalogue.unwritten(self.directory / CATALOGUE) as catalogue:
            writer = Writer(self.directory, catalogue, collector=self._collector, progress=silent)
            report = writer.preview(named(paths, names), self._makers())
        return report.model_copy(update={"seconds": round(time.monotonic() - started, 3)})

    def remove(
        self,
        ids: Iterable[str] = (),
        *,
        file: str | None = None,
        batch: str | None = None,
        progress: Progress = silent,
    ) -> int:
        """Delete papers and every byte of them.

        Args:
            ids: Papers by id; unknown ones are passed over.
            file: A source file: papers that came from nowhere else go, others lose the source.
            batch: An ``add``: likewise.
            progress: Told stage, done and total.

        Returns:
            How many papers are gone.

        Raises:
            LibraryLocked: Another process is writing.
            StoreUnavailable: The server does not answer: nothing is changed, or, where it says
                so, all but the server's collection.
        """
        with self._changing(progress) as writer:
            return writer.remove(tuple(ids), file=file, batch=batch)

    def split(
        self, paper_id: str, places: Iterable[str], *, progress: Progress = silent
    ) -> SplitReport:
        """Make a paper of its own of records that were merged by mistake, for good.

        Args:
            paper_id: The paper that is two.
            places: Which of its records go: ``FILE`` or ``FILE:POSITION``.
            progress: Told stage, done and total.

        Raises:
            PaperNotFound: There is no such paper.
            UsageError: A place is unknown, nothing would be left, or nothing that the records
                say tells them apart.
        """
        with self._changing(progress) as writer:
            return writer.split(paper_id, places, self._makers())

    def merge(self, ids: Iterable[str], *, progress: Progress = silent) -> JoinReport:
        """Make one paper of several that are one work, for good; a split between them is undone.

        It keeps the first one's id, unless a file gave another of them its id.

        Raises:
            PaperNotFound: One of them is unknown.
            UsageError: There are not two.
        """
        with self._changing(progress) as writer:
            return writer.merge(tuple(ids), self._makers())

    def rebuild(self, *, remake: bool = False, progress: Progress = silent) -> str:
        """Build all indexes afresh from the catalogue; return the fingerprint.

        Args:
            remake: Split and embed every paper again, with the present model and rules; the
                remedy for `LibraryMismatch`. Otherwise no model is needed.
            progress: Told stage, done and total.
        """
        with self._changing(progress) as writer:
            return writer.remake(self._makers()) if remake else writer.rebuild()

    def compact(self) -> Compacted:
        """Give back the room of deleted rows, unused vectors and interrupted work.

        Nothing that readers see changes. On a server, collections of versions before go.

        Raises:
            LibraryLocked: Another process is writing.
            StoreUnavailable: The server does not answer; the folder is compact.
        """
        before = size_of(self.directory)
        with self._changing(silent) as writer:
            writer.compact(self._server)
        fingerprint = self.status().fingerprint
        return Compacted(before=before, after=size_of(self.directory), fingerprint=fingerprint)

    def status(self) -> Status:
        """Return how the library stands.

        Raises:
            LibraryMissing: There is none.
        """
        with self.snapshot() as snapshot:
            url = self._server.url if self._server else None
            return status_of(self.directory, self.directory / LOCK, snapshot, url)

    def verify(self) -> str:
        """Check every stored byte and every vector; return the fingerprint, computed anew.

        Raises:
            LibraryDamaged: Something is not what was published; names it.
        """
        with self.snapshot() as snapshot:
            return verify(self.directory, snapshot, self._collector, self._server)

    def reachable(self, *, within: float = 2.0) -> bool | None:
        """Tell whether the server answers; None where there is none."""
        return None if self._server is None else self._server.answers(within=within)

    @property
    def notice(self) -> str | None:
        """Why the last search took longer than it should, if it did."""
        return self._opened.vectors.notice if self._opened else None

    def snapshot(self) -> Snapshot:
        """Open the catalogue alone for reading; needs neither model nor indexes.

        Raises:
            LibraryMissing: There is none.
            LibraryMismatch: It has another layout.
            LibraryDamaged: It is not what was written.
        """
        snapshot = catalogue_of(self.directory)
        try:
            require(snapshot.meta, FORMAT_ONLY, self.directory)
            if self._proved != snapshot.generation:
                prove(self.directory / CATALOGUE, snapshot, writing=self._writing)
                self._proved = snapshot.generation
        except BaseException:
            snapshot.close()
            raise
        return snapshot

    def open(self) -> LibraryView:
        """Open the newest version for reading; cheap where it was open before.

        Raises:
            LibraryMissing: There is no library, or no paper in it.
            LibraryMismatch: It was made with another model or layout.
            LibraryDamaged: A file is not what was published.
        """
        for attempt in range(_TRIES):
            snapshot = self.snapshot()
            try:
                indexes = self._indexes(snapshot)
            except (FileNotFoundError, LibraryDamaged) as error:
                snapshot.close()
                # A writer may have replaced the version between our reading and our opening.
                if attempt < _TRIES - 1 and self._replaced(snapshot.generation):
                    continue
                if isinstance(error, LibraryDamaged):
                    raise
                raise self._lost() from None
            except BaseException:
                snapshot.close()
                raise
            else:
                tuning = self._tuned.fitting(snapshot.meta["model"])
                return LibraryView(snapshot, indexes, self.open, tuning)
        raise self._lost()

    def _replaced(self, generation: int) -> bool:
        """Tell whether another version than this was published meanwhile."""
        with self.snapshot() as newest:
            return newest.generation != generation

    def _indexes(self, snapshot: Snapshot) -> Indexes:
        """Return the opened indexes of a snapshot's version, opening them once for all."""
        meta = snapshot.meta
        if "version" not in meta or not snapshot.counts()["papers"]:
            raise LibraryMissing(f"no papers in {self.directory}; put some in with 'attest add'")
        embedder = self._embedder()
        present = {"format": FORMAT, "model": embedder.model_id, "dim": str(embedder.dim)}
        present["words"] = RULES
        require(meta, present, self.directory)
        with self._opening:
            if self._opened is None or self._opened.generation != snapshot.generation:
                self._opened = open_indexes(self.directory, snapshot, self._server)
            return self._opened

    def _writer(self, progress: Progress) -> AbstractContextManager[Writer]:
        return writing(self.directory, self._collector, self._server, progress)

    def _changing(self, progress: Progress) -> AbstractContextManager[Writer]:
        """Open for writing what is there already."""
        self.snapshot().close()
        return self._writer(progress)

    def _writing(self) -> bool:
        return Lock(self.directory / LOCK).holder() is not None

    def _makers(self) -> Makers:
        return Makers(self._embedder(), self._reading())

    def _lost(self) -> LibraryDamaged:
        lost = f"the published version of {self.directory} is missing; run 'attest rebuild'"
        return LibraryDamaged(lost)
