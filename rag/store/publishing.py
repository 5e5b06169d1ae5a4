"""Making a version: build in staging, verify, seal, rename into place.

A version is a pure function of the catalogue. Nothing is ever changed in place: a kill
leaves a folder in staging, or one in ``versions`` that no pointer names, and the next
writer throws both away.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from rag.errors import LibraryDamaged
from rag.store.catalogue import Catalogue
from rag.store.child import Collector
from rag.store.chroma import FOLDER as CHROMA
from rag.store.chroma import Job
from rag.store.faults import reached
from rag.store.fingerprint import fingerprint_of, line
from rag.store.holding import Row
from rag.store.index import KEYS, VECTORS
from rag.store.manifest import Manifest, files_in, sync, sync_tree
from rag.store.rows import Entry
from rag.store.tables import EMBEDDED, LEFT, STORE

VERSIONS = "versions"
STAGING = "staging"
LEXICAL = "lexical"
_ROWS = "rows.jsonl"

Progress = Callable[[str, int, int], None]
"""Told stage, done and total."""


class Published(NamedTuple):
    """A version in its place, before the catalogue points at it."""

    name: str
    fingerprint: str
    manifest: str
    """SHA-256 of its manifest."""
    store: str
    """Address of the server that holds its collection, or `EMBEDDED`."""

    def pointer(self, generation: int, before: Mapping[str, str]) -> dict[str, str]:
        """Return the rows that make it the published one.

        Args:
            generation: Its number.
            before: The rows so far. A server that the settings do not name any more is not
                contacted, since a library may come from somebody else; it is remembered.
        """
        left = {*before.get(LEFT, "").split(), before.get(STORE, EMBEDDED)} - {EMBEDDED, self.store}
        return {
            **({LEFT: " ".join(sorted(left))} if left or LEFT in before else {}),
            "version": self.name,
            "generation": str(generation),
            "fingerprint": self.fingerprint,
            "manifest": self.manifest,
            STORE: self.store,
        }


class Base(NamedTuple):
    """The version before, whose passages are all still there and unaltered."""

    folder: Path
    manifest: Manifest

    @property
    def last_key(self) -> int:
        """Key of its last passage; those added since have larger ones."""
        keys = (self.folder / KEYS).read_bytes()[-8:]
        return int.from_bytes(keys, "little", signed=True)

    @property
    def collected(self) -> int:
        """How many passages its collection holds; none where it has no collection."""
        return self.manifest.passages if CHROMA in self.manifest.parts else 0


class Publisher:
    """Builds versions of one library.

    Args:
        directory: The library's folder.
        settings: What the library is made with; goes into manifest and collection.
        progress: Told how far a build has come.
    """

    def __init__(self, directory: Path, settings: Mapping[str, str], *, progress: Progress) -> None:
        self._directory = directory
        self._settings = dict(settings)
        self._progress = progress

    def publish(
        self, catalogue: Catalogue, collector: Collector, *, generation: int, base: Base | None
    ) -> Published:
        """Build the version of what the catalogue holds and rename it into place.

        Args:
            catalogue: Inside its write transaction.
            collector: Ready to build the Chroma collection.
            generation: Number of the version.
            base: Whose collection is copied and added to, when passages were only added.

        Raises:
            LibraryDamaged: The Chroma collection is not what it was given.
        """
        base = base if base is not None and _usable(base) else None
        work = self._directory / STAGING / f"{generation}-{os.getpid()}"
        folder = work / "version"
        folder.mkdir(parents=True)
        fingerprint = _write_vectors(catalogue, folder, work / _ROWS)
        reached("vectors-written")
        counts = catalogue.counts()
        name = f"{generation:06d}-{fingerprint[:12]}"
        whose = None if collector.apart else base
        collector.start(
            Job(
                task="build",
                folder=str(folder),
                rows=str(work / _ROWS),
                dim=int(self._settings["dim"]),
                first=_copied(whose, folder),
                metadata=self._about(),
                version=name,
                fingerprint=fingerprint,
            )
        )
        self._write_words(catalogue, folder, base)
        reached("lexical-written")
        lost = collector.wait(lambda done: self._progress("index", done, counts["passages"]))
        reached("chroma-written")
        reached("verified")
        kept = whose.manifest.unreached if whose and whose.collected else ()
        manifest = self._manifest(folder, counts, fingerprint, unreached=(*kept, *lost))
        collection = collector.made()
        digest = manifest.model_copy(update={"collection": collection}).write(folder)
        reached("manifest-written")
        _move(folder, self._directory / VERSIONS / name)
        shutil.rmtree(work)
        reached("renamed")
        return Published(name, fingerprint, digest, collection.url if collection else EMBEDDED)

    def _about(self) -> dict[str, str | int]:
        """Return what the collection says of itself."""
        facts: dict[str, str | int] = {"model": self._settings["model"]}
        return {**facts, "dim": int(self._settings["dim"]), "attest": release("attest-rag")}

    def _write_words(self, catalogue: Catalogue, folder: Path, base: Base | None) -> None:
        from rag.store.lexical import build

        total = catalogue.counts()["papers"]
        self._progress("words", base.manifest.papers if base else 0, total)
        added = catalogue.documents(base.last_key if base else 0)
        build(folder / LEXICAL, added, base=base.folder / LEXICAL if base else None)
        self._progress("words", total, total)

    def _manifest(
        self,
        folder: Path,
        counts: Mapping[str, int],
        fingerprint: str,
        *,
        unreached: tuple[int, ...],
    ) -> Manifest:
        return Manifest(
            papers=counts["papers"],
            passages=counts["passages"],
            unreached=unreached,
            fingerprint=fingerprint,
            settings=self._settings,
            versions=releases(),
            files=files_in(folder),
        )


def _copied(base: Base | None, folder: Path) -> int:
    """Copy the collection of the last version, where there is one; return how many it holds."""
    if base is None or not base.collected:
        return 0
    shutil.copytree(base.folder / CHROMA, folder / CHROMA)
    return base.collected


def clear(directory: Path, *, keep: str | None) -> None:
    """Throw away staging and every version but the published one."""
    shutil.rmtree(directory / STAGING, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        for folder in (directory / VERSIONS).iterdir():
            if folder.name != keep:
                shutil.rmtree(folder, ignore_errors=True)


def releases() -> dict[str, str]:
    """Return the releases that write a version's files."""
    return {name: release(name) for name in ("attest-rag", "chromadb", "tantivy")}


def release(distribution: str) -> str:
    """Return the installed version of a distribution, or ``unknown``."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


def _usable(base: Base) -> bool:
    """Tell whether the last version's indexes may be copied: same releases, undamaged."""
    if base.manifest.versions != releases():
        return False
    try:
        base.manifest.check(base.folder, parts=[CHROMA, KEYS, LEXICAL])
    except LibraryDamaged:
        return False
    return True


def _write_vectors(catalogue: Catalogue, folder: Path, rows: Path) -> str:
    """Write vectors, keys and the rows for Chroma; return the fingerprint."""
    lines: list[tuple[str, bytes]] = []
    with (
        (folder / VECTORS).open("wb") as vectors,
        (folder / KEYS).open("wb") as keys,
        rows.open("w", encoding="utf-8") as table,
    ):
        for entry in catalogue.entries():
            vectors.write(entry.vector)
            keys.write(entry.key.to_bytes(8, "little", signed=True))
            table.write(json.dumps(row_of(entry)) + "\n")
            lines.append(line(entry))
    return fingerprint_of(lines)


def row_of(entry: Entry) -> Row:
    """Return what Chroma holds of a passage."""
    return Row(id=entry.id, paper_id=entry.paper_id, title=entry.title, year=entry.year or 0)


def _move(folder: Path, target: Path) -> None:
    sync_tree(folder)
    target.parent.mkdir(exist_ok=True)
    folder.rename(target)
    sync(target.parent)
    sync(target.parent.parent)
