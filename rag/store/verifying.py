"""Checking a published version completely: every byte, every text, every vector."""

import json
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import LibraryDamaged, LibraryMismatch
from rag.store import tuned
from rag.store.child import Collector
from rag.store.chroma import Job
from rag.store.compatibility import require_chroma
from rag.store.fingerprint import fingerprint_of, line
from rag.store.index import read_vectors
from rag.store.manifest import Manifest
from rag.store.publishing import VERSIONS, row_of
from rag.store.sealing import intact
from rag.store.snapshot import Snapshot
from rag.store.tables import CATALOGUE, GONE

if TYPE_CHECKING:
    from rag.store.remote import ChromaServer

_FEW = 0.01


def catalogue_of(directory: Path) -> Snapshot:
    """Open a library's catalogue for reading.

    Raises:
        LibraryMissing: There never was one.
        LibraryDamaged: It is gone, though its versions are there.
    """
    path, versions = directory / CATALOGUE, directory / VERSIONS
    if not path.exists() and versions.is_dir() and any(versions.iterdir()):
        raise LibraryDamaged(f"{path} is missing; {GONE}")
    return Snapshot(path)


def prove(path: Path, snapshot: Snapshot, *, writing: Callable[[], bool]) -> None:
    """Check that a catalogue is as it was written, before anything of it is used.

    Args:
        path: The catalogue's file.
        snapshot: Open on it.
        writing: Tells whether a writer is at work, who has proved it and taken the seal away.

    Raises:
        LibraryDamaged: It is not.
    """
    if intact(path) or writing():
        return
    require_sound(path, snapshot)


def require_sound(path: Path, snapshot: Snapshot) -> None:
    """Let SQLite check a catalogue's structure.

    Raises:
        LibraryDamaged: It is damaged.
    """
    if (found := snapshot.check()) != "ok":
        raise LibraryDamaged(f"{path} is damaged ({found}); {GONE}")


def verify(
    directory: Path,
    snapshot: Snapshot,
    collector: Callable[[], Collector],
    server: "ChromaServer | None" = None,
) -> str:
    """Compare catalogue, manifest, vectors and Chroma; return the recomputed fingerprint.

    Args:
        directory: The library's folder.
        snapshot: Open on its catalogue.
        collector: Compares a collection that is among the files.
        server: Where one that is not is looked for.

    Raises:
        LibraryDamaged: Two of them disagree, or a file is not what was published.
        LibraryMismatch: Another release of Chroma wrote the collection, or the settings do not
            name the server that has it.
        StoreUnavailable: That server does not answer.
    """
    meta = snapshot.meta
    intact(directory / CATALOGUE)
    require_sound(directory / CATALOGUE, snapshot)
    tuned.read(directory)
    if "version" not in meta:
        raise LibraryDamaged(f"{directory} has no published version; run 'attest rebuild'")
    folder = directory / VERSIONS / meta["version"]
    manifest = Manifest.read(folder, meta["manifest"])
    manifest.check(folder, parts=manifest.parts)
    if manifest.collection is None:
        require_chroma(manifest, directory)
    with tempfile.TemporaryDirectory(prefix="attest-verify-") as scratch:
        rows = Path(scratch) / "rows.jsonl"
        found = _compare_vectors(folder, int(meta["dim"]), snapshot, rows)
        if not found == meta["fingerprint"] == manifest.fingerprint:
            raise LibraryDamaged(
                f"{directory} has the content {found[:12]} and was published as "
                f"{meta['fingerprint'][:12]}; run 'attest rebuild'"
            )
        job = Job(
            task="verify",
            folder=str(folder),
            rows=str(rows),
            dim=int(meta["dim"]),
            first=0,
            metadata={},
        )
        if manifest.collection is None:
            with collector() as working:
                working.start(job)
                lost = working.wait(lambda _: None)
        elif server is None:
            raise LibraryMismatch(
                f"{directory} was published to the Chroma server {manifest.collection.url}, now "
                f"embedded; name it with --store or run 'attest rebuild'"
            )
        else:
            from rag.store.served import compare

            lost = compare(server, manifest.collection, job)
        _require_found(lost, manifest, directory)
    return found


def _compare_vectors(folder: Path, dim: int, snapshot: Snapshot, rows: Path) -> str:
    """Compare stored vectors to the catalogue's; write the rows; return the fingerprint."""
    keys, vectors = read_vectors(folder, dim)
    lines: list[tuple[str, bytes]] = []
    with rows.open("w", encoding="utf-8") as table:
        for place, entry in enumerate(snapshot.entries()):
            stored = np.frombuffer(entry.vector, dtype="<f2")
            inside = place < len(keys) and keys[place] == entry.key
            if not inside or not np.array_equal(vectors[place], stored):
                raise LibraryDamaged(
                    f"{folder} holds another vector for {entry.id} than the catalogue; "
                    "run 'attest rebuild'"
                )
            table.write(json.dumps(row_of(entry)) + "\n")
            lines.append(line(entry))
    if len(lines) != len(keys):
        raise LibraryDamaged(f"{folder} holds {len(keys)} passages, the catalogue {len(lines)}")
    return fingerprint_of(lines)


def _require_found(lost: Iterable[int], manifest: Manifest, directory: Path) -> None:
    # Additions may cut off a few older points; many are a graph that was not written whole.
    more = set(lost) - set(manifest.unreached)
    if len(more) > max(1, manifest.passages * _FEW):
        raise LibraryDamaged(
            f"Chroma does not find {len(more)} passages of {directory}; run 'attest rebuild'"
        )
