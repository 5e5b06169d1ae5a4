"""The one process that changes a library: from taking the lock to publishing a version."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import LibraryMissing, PaperNotFound, UsageError
from rag.schema import Paper, Record
from rag.store.catalogue import Batch, Catalogue
from rag.store.change import Change, base_of, publishing
from rag.store.child import Collector
from rag.store.compatibility import FORMAT_ONLY, made_with, require, require_chroma, settings_in
from rag.store.faults import reached
from rag.store.ingest import (
    Makers,
    Parsed,
    Progress,
    embed_new,
    members_of,
    merges,
    parse,
    texts_of,
)
from rag.store.report import AddReport, Counted, JoinReport, SplitReport
from rag.store.space import needed, require_room
from rag.terms import RULES

if TYPE_CHECKING:
    from rag.identity import Identified, Regrouped
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
        if (base := base_of(self._directory, meta)) is not None and base.collected:
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
        texts = texts_of(papers, _no_keys, members_of(self._catalogue, papers), makers)
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

        found = self._known([paper_id])
        splits = self._catalogue.splits()
        parted = take_apart(paper_id, found[paper_id][1], places, self._catalogue, splits)
        return SplitReport(
            kept=parted.papers[0],
            gone=parted.papers[1],
            **self._regroup(parted, makers, forgotten=(paper_id,)),
        )

    def merge(self, ids: Sequence[str], makers: Makers) -> JoinReport:
        """Make one paper of several; see `rag.library.Library.merge`."""
        from rag.identity import join

        found = self._known(ids)
        records = {name: members for name, (_, members) in found.items()}
        joined = join([paper for paper, _ in found.values()], records, self._catalogue.splits())
        return JoinReport(
            paper=joined.papers[0],
            retired=tuple(joined.retired),
            **self._regroup(joined, makers),
        )

    def _known(self, ids: Iterable[str]) -> dict[str, tuple[Paper, tuple[Record, ...]]]:
        """Return papers with their records, in the order of the ids.

        Raises:
            PaperNotFound: One of them is unknown.
        """
        wanted = list(dict.fromkeys(ids))
        papers, records = self._catalogue.papers(wanted), self._catalogue.records(wanted)
        for name in wanted:
            if name not in papers:
                raise PaperNotFound(f"no paper {name!r} in the library; see 'attest papers'")
        return {name: (papers[name], records[name]) for name in wanted}

    def _regroup(
        self, made: "Regrouped", makers: Makers, *, forgotten: Iterable[str] = ()
    ) -> Counted:
        """Publish papers that were taken apart or joined.

        Args:
            made: What becomes of them.
            makers: Split and embed.
            forgotten: Papers that lose the identity keys that they had.
        """
        settings = made_with(*makers)
        require(self._catalogue.meta(), settings, self._directory)
        with self._collector() as collector:
            texts = texts_of(made.papers, made.keys.__getitem__, made.records, makers)
            embed_new(self._catalogue, texts, makers.embedder, self._progress)
            with self._publishing(settings, collector) as change:
                self._catalogue.replace_splits(made.splits)
                self._catalogue.forget_identities(forgotten)
                change.store(texts, makers.embedder.model_id)
                self._catalogue.absorb(made.retired)
                change.stale = True
        return {
            "papers": self._catalogue.counts()["papers"],
            "fingerprint": self._catalogue.meta()["fingerprint"],
        }

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

    def _store(self, found: "Identified", makers: Makers, batch: Batch) -> int:
        """Embed and publish what was found; return how many passages were embedded."""
        # Chroma takes a second to load; meanwhile there is enough to do here.
        with self._collector() as collector:
            members = members_of(
                self._catalogue, found.papers, retired=found.retired, new=found.records
            )
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

    def _publishing(
        self, settings: Mapping[str, str], collector: Collector
    ) -> AbstractContextManager[Change]:
        return publishing(
            self._directory, self._catalogue, settings, collector=collector, progress=self._progress
        )

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


def _no_keys(_: str) -> tuple[str, ...]:
    return ()


def _counts(found: "Identified") -> dict[str, int]:
    names = ("read", "new", "updated", "unchanged", "merged")
    return {name: getattr(found, name) for name in names}
