"""The one process that changes a library: from taking the lock to publishing a version."""

import secrets
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import LibraryDamaged, LibraryMissing, PaperNotFound, UsageError
from rag.schema import Paper, Record
from rag.store.catalogue import Batch, Catalogue
from rag.store.child import Collector
from rag.store.compatibility import FORMAT_ONLY, made_with, require, require_chroma, settings_in
from rag.store.faults import reached
from rag.store.ingest import Makers, Parsed, Progress, embed_new, merges, parse, texts_of
from rag.store.manifest import Manifest
from rag.store.publishing import VERSIONS, Base, Publisher, clear
from rag.store.report import AddReport, SplitReport
from rag.store.space import needed, require_room
from rag.store.storing import Text
from rag.terms import RULES

if TYPE_CHECKING:
    from rag.identity import Identified
    from rag.store.remote import ChromaServer


class Writer:
    """Changes a library; made by `rag.library`, which holds the lock meanwhile.

    Args:
        directory: The library's folder; it exists.
        catalogue: Open for writing.
        collector: Makes what builds the collection.
        progress: Told stage, done and total.
    """

    def __init__(
        self,
        directory: Path,
        catalogue: Catalogue,
        *,
        collector: Callable[[], Collector],
        progress: Progress,
    ) -> None:
        self._directory = directory
        self._catalogue = catalogue
        self._collector = collector
        self._progress = progress
        require(catalogue.meta(), FORMAT_ONLY, directory)

    def add(self, paths: Sequence[tuple[Path, str]], makers: Makers) -> AddReport:
        """Read files by path and name, identify, embed, publish; see `rag.library.Library.add`."""
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(2)}"
        parsed, found = self._found(paths, makers, name)
        if not found.papers and not found.retired:
            return self._report(parsed, found)
        batch = Batch(
            name,
            now.isoformat(timespec="seconds"),
            tuple(name for _, name in paths),
            _counts(found),
        )
        embedded = self._store(found, makers, batch)
        return self._report(parsed, found, batch=name, embedded=embedded)

    def preview(self, paths: Sequence[tuple[Path, str]], makers: Makers) -> AddReport:
        """Read files and tell what an ``add`` of them would do; write nothing."""
        parsed, found = self._found(paths, makers, "")
        return self._report(parsed, found, dry=True)

    def _found(
        self, paths: Sequence[tuple[Path, str]], makers: Makers, batch: str
    ) -> "tuple[Parsed, Identified]":
        """Read files and decide which paper each record belongs to."""
        from rag.identity import identify

        meta = self._catalogue.meta()
        require(meta, made_with(*makers), self._directory)
        if (base := self._base(meta)) is not None and base.collected:
            require_chroma(base.manifest, self._directory)
        parsed = parse(paths, makers.reading.read, batch)
        reached("after-parse")
        found = identify(parsed.records, self._catalogue, self._catalogue.splits())
        reached("after-identify")
        return parsed, found

    def remove(self, ids: tuple[str, ...], *, file: str | None, batch: str | None) -> int:
        """Delete papers by id, or what came from a file or an ``add`` and nowhere else."""
        if not ids and file is None and batch is None:
            raise UsageError("name the papers, the file or the batch to remove")
        known = self._catalogue.papers(ids)
        places = self._catalogue.sources_of(file=file, batch=batch)
        if not known and not places:
            return 0
        before = self._catalogue.counts()["papers"]
        settings = {**settings_in(self._catalogue.meta()), "words": RULES}
        with self._collector() as collector, self._publishing(settings, collector) as change:
            self._catalogue.remove(known)
            self._catalogue.remove_sources(file=file, batch=batch)
            change.stale = True
        return before - self._catalogue.counts()["papers"]

    def rebuild(self) -> str:
        """Publish a version made afresh from the catalogue."""
        settings = settings_in(self._catalogue.meta())
        if "dim" not in settings:
            raise LibraryMissing(f"nothing was added to {self._directory} yet; use 'attest add'")
        with self._collector() as collector:
            self._require_room(collector, int(settings["dim"]))
            with self._publishing(settings, collector) as change:
                change.stale = True
        return self._catalogue.meta()["fingerprint"]

    def remake(self, makers: Makers) -> str:
        """Split and embed every paper again and publish."""
        with self._catalogue.snapshot() as snapshot:
            papers = tuple(snapshot.iter_papers())
        texts = texts_of(papers, _no_keys, self._members(papers), makers)
        with self._collector() as collector:
            self._require_room(collector, makers.embedder.dim)
            embed_new(self._catalogue, texts, makers.embedder, self._progress)
            with self._publishing(made_with(*makers), collector) as change:
                change.store(texts, makers.embedder.model_id)
                change.stale = True
        return self._catalogue.meta()["fingerprint"]

    def split(self, paper_id: str, places: Iterable[str], makers: Makers) -> SplitReport:
        """Make a paper of its own of some records of a paper; see `rag.library.Library.split`."""
        from rag.identity import take_apart
        from rag.identity.splits import chosen

        settings = made_with(*makers)
        require(self._catalogue.meta(), settings, self._directory)
        found = self._catalogue.records([paper_id])
        if paper_id not in found:
            raise PaperNotFound(f"no paper {paper_id!r} in the library; see 'attest papers'")
        records = found[paper_id]
        going = chosen([record.source for record in records], places)
        parted = take_apart(paper_id, records, going, self._catalogue)
        papers = (parted.kept, parted.gone)
        with self._collector() as collector:
            texts = texts_of(papers, parted.keys.__getitem__, parted.records, makers)
            embed_new(self._catalogue, texts, makers.embedder, self._progress)
            with self._publishing(settings, collector) as change:
                self._catalogue.store_split(parted.split)
                self._catalogue.forget_identities([paper_id])
                change.store(texts, makers.embedder.model_id)
                change.stale = True
        return SplitReport(
            kept=parted.kept,
            gone=parted.gone,
            papers=self._catalogue.counts()["papers"],
            fingerprint=self._catalogue.meta()["fingerprint"],
        )

    def compact(self, server: "ChromaServer | None" = None) -> None:
        """Delete what nothing uses, on the server too, and rewrite the catalogue without gaps."""
        with self._catalogue.transaction():
            self._catalogue.drop_unreferenced()
        self._catalogue.tidy(shrink=True)
        if server is not None:
            from rag.store.served import clear_server

            clear_server(server, self._catalogue)

    def _require_room(self, collector: Collector, dim: int, more: int = 0) -> None:
        passages = self._catalogue.counts()["passages"] + more
        wanted = needed(passages, dim, self._catalogue.size, apart=collector.apart)
        require_room(self._directory, wanted)

    def _members(
        self,
        papers: Iterable[Paper],
        retired: Mapping[str, str] | None = None,
        new: Mapping[str, tuple[Record, ...]] | None = None,
    ) -> dict[str, tuple[Record, ...]]:
        """Return the records of those papers that are made of several, new ones last."""
        several = [paper.id for paper in papers if len(paper.sources) > 1]
        old = {name: [name] for name in several}
        for gone, survivor in (retired or {}).items():
            old.get(survivor, []).append(gone)
        stored = self._catalogue.records(name for names in old.values() for name in names)
        return {
            name: (
                *(record for each in names for record in stored.get(each, ())),
                *(new or {}).get(name, ()),
            )
            for name, names in old.items()
        }

    def _store(self, found: "Identified", makers: Makers, batch: Batch) -> int:
        """Embed and publish what was found; return how many passages were embedded."""
        # Chroma takes a second to load; meanwhile there is enough to do here.
        with self._collector() as collector:
            members = self._members(found.papers, found.retired, found.records)
            texts = texts_of(found.papers, found.known_by, members, makers)
            more = sum(len(each.passages) for each in texts)
            self._require_room(collector, makers.embedder.dim, more)
            embedded = embed_new(self._catalogue, texts, makers.embedder, self._progress)
            reached("after-embedding")
            with self._publishing(made_with(*makers), collector) as change:
                self._catalogue.store_batch(batch)
                change.store(texts, makers.embedder.model_id)
                change.stale |= self._catalogue.absorb(found.retired) > 0
        return embedded

    @contextmanager
    def _publishing(
        self, settings: Mapping[str, str], collector: Collector
    ) -> Generator["_Change"]:
        """Commit what happens inside together with the version built from it, or nothing."""
        before = self._catalogue.meta()
        generation = int(before.get("generation", "0")) + 1
        change = _Change(self._catalogue)
        try:
            with self._catalogue.transaction():
                reached("transaction-open")
                yield change
                self._catalogue.drop_unreferenced()
                publisher = Publisher(self._directory, settings, progress=self._progress)
                published = publisher.publish(
                    self._catalogue,
                    collector,
                    generation=generation,
                    base=None if change.stale else self._base(before),
                )
                self._catalogue.set_meta({**settings, **published.pointer(generation, before)})
                reached("before-commit")
            reached("after-commit")
        finally:
            clear(self._directory, keep=self._catalogue.meta().get("version"))
        reached("old-removed")
        # What was added is published, whether or not the log can be emptied; what was removed
        # is gone only when it was.
        if change.stale:
            self._catalogue.tidy(shrink=True)
        collector.settle(published.name, gone=change.stale)

    def _base(self, meta: Mapping[str, str]) -> Base | None:
        """Return the published version if a new one may be added to its collection."""
        if "version" not in meta:
            return None
        folder = self._directory / VERSIONS / meta["version"]
        try:
            return Base(folder, Manifest.read(folder, meta["manifest"]))
        except LibraryDamaged:
            return None

    def _report(
        self,
        parsed: Parsed,
        found: "Identified",
        *,
        batch: str | None = None,
        embedded: int = 0,
        dry: bool = False,
    ) -> AddReport:
        return AddReport(
            files=tuple(parsed.files),
            errors=tuple(parsed.errors),
            rejections=tuple(parsed.rejections),
            tables=tuple(parsed.tables),
            rejected=len(parsed.rejections),
            embedded=embedded,
            dry=dry,
            batch=batch,
            merges=tuple(merges(found)),
            fingerprint=self._catalogue.meta().get("fingerprint", ""),
            **_counts(found),
            **self._catalogue.counts(),
        )


class _Change:
    """What is done to the catalogue before a version is built from it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.stale = False
        """Whether a passage of the last version is gone or reads differently."""

    def store(self, texts: Iterable[Text], model: str) -> None:
        """Store new and changed papers."""
        for text in texts:
            self.stale |= self._catalogue.upsert(text, model)


def _no_keys(_: str) -> tuple[str, ...]:
    return ()


def _counts(found: "Identified") -> dict[str, int]:
    names = ("read", "new", "updated", "unchanged", "merged")
    return {name: getattr(found, name) for name in names}
