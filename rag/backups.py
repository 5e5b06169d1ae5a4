"""A library in one file, with the conversations and cases beside it, and back again.

A backup is taken while others read and write: of the catalogue as it is at one moment,
and of the version that belongs to it, whose files are opened before any is copied, so that
a writer may remove them meanwhile.
"""

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal
from zipfile import ZipFile

from pydantic import ValidationError

from rag.cases import FILE as CASES
from rag.conversations import FILE as CONVERSATIONS
from rag.errors import LibraryDamaged, UsageError
from rag.library import Library
from rag.replacing import alone
from rag.schema import Noun
from rag.store.archive import Packing, packed, unpack, unpacking
from rag.store.catalogue import Catalogue
from rag.store.compatibility import FORMAT_ONLY, require
from rag.store.fingerprint import fingerprint_of, line
from rag.store.manifest import NAME as MANIFEST
from rag.store.manifest import File, Manifest, sync, sync_tree
from rag.store.publishing import VERSIONS, release
from rag.store.snapshot import Snapshot
from rag.store.tables import CATALOGUE, GONE, connect_reader, copy_database
from rag.store.tuned import BEFORE as TUNING_BEFORE
from rag.store.tuned import FILE as TUNING

LISTING = "attest-backup.json"
_BESIDE = frozenset({CATALOGUE, CONVERSATIONS, CASES, TUNING, TUNING_BEFORE})
_TRIES = 5

Files = dict[str, tuple[IO[bytes], File | None]]
"""Open files by name, with what the manifest says of each; of itself it says nothing."""


class Backup(Noun):
    """What a backup holds."""

    kind: Literal["attest library"] = "attest library"
    form: Literal["1"] = "1"
    made: str
    """UTC, ISO 8601."""
    attest: str
    """Release that made it."""
    papers: int
    passages: int
    fingerprint: str
    files: Mapping[str, File]
    """By path relative to the library's folder, ``/`` between parts."""


def back_up(library: Library, path: Path, *, force: bool = False) -> Backup:
    """Write a library into one file.

    The file has its name once it is whole and on the disk; a kill leaves at most a hidden
    folder beside it.

    Args:
        library: It may be read and written meanwhile.
        path: Where.
        force: Take the place of a file that exists.

    Raises:
        UsageError: The file exists or cannot be written.
        LibraryMissing: There is no library.
        LibraryDamaged: It is not what was published; nothing is written.
    """
    _refuse_existing(path, force=force)
    try:
        with (
            ExitStack() as opened,
            tempfile.TemporaryDirectory(prefix=".attest-backup-", dir=path.absolute().parent) as w,
        ):
            work = Path(w)
            snapshot, files = _open(library, opened)
            with packed(work / "draft") as packing:
                backup = _pack(packing, library.directory, snapshot, files, work)
            with alone(path):
                _refuse_existing(path, force=force)
                (work / "draft").replace(path)
                sync(path.absolute().parent)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror or error})") from error
    return backup


def restore(path: Path, directory: Path) -> Backup:
    """Make a library of a backup, in a folder that is empty or not there.

    Everything is read, compared and brought onto the disk beside the folder and takes its
    place in one step; a kill leaves a hidden folder that the next restore throws away.

    Raises:
        UsageError: The file is no whole backup, or the folder holds something.
        LibraryMismatch: The library in it has another layout.
        LibraryDamaged: What is in it does not belong together.
    """
    target = directory.resolve()
    with unpacking(path) as archive:
        backup = _listing(archive, path)
        with alone(target):
            if target.exists() and (not target.is_dir() or any(target.iterdir())):
                raise UsageError(f"{directory} is not empty; restore into a new place")
            draft = target.with_name(f".{target.name}.restoring")
            shutil.rmtree(draft, ignore_errors=True)
            try:
                draft.mkdir()
                unpack(archive, backup.files, draft)
                _compare(draft, backup)
                # What is restored is another library than the one that may still be there.
                with Catalogue(draft / CATALOGUE) as catalogue:
                    catalogue.forget_library_id()
                    catalogue.tidy()
                sync_tree(draft)
                draft.rename(target)
                sync(target.parent)
            except OSError as error:
                raise UsageError(
                    f"{directory} cannot be written ({error.strerror or error})"
                ) from error
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    return backup


def _refuse_existing(path: Path, *, force: bool) -> None:
    if path.exists() and not (force and path.is_file()):
        raise UsageError(f"{path} exists; choose another name or give --force")


def _open(library: Library, opened: ExitStack) -> tuple[Snapshot, Files]:
    """Open the catalogue as it is now and every file of the version that belongs to it."""
    for _ in range(_TRIES):
        with ExitStack() as attempt:
            snapshot = attempt.enter_context(library.snapshot())
            try:
                files = _version_files(library.directory, snapshot, attempt)
            except (FileNotFoundError, LibraryDamaged) as error:
                # A writer may have replaced the version between our reading and our opening.
                with library.snapshot() as newest:
                    if newest.generation != snapshot.generation:
                        continue
                if isinstance(error, LibraryDamaged):
                    raise
                raise LibraryDamaged(f"{error.filename} is missing; run 'attest rebuild'") from None
            opened.push(attempt.pop_all())
            return snapshot, files
    raise LibraryDamaged(f"{library.directory} changes too often; back it up when it is quiet")


def _version_files(directory: Path, snapshot: Snapshot, opened: ExitStack) -> Files:
    """Open a version's files; return them by name, with what the manifest says of them."""
    if snapshot.version_name is None:
        raise LibraryDamaged(f"{directory} has no published version; run 'attest rebuild'")
    folder = directory / VERSIONS / snapshot.version_name
    manifest = Manifest.read(folder, snapshot.meta["manifest"])
    listed: dict[str, File | None] = {**manifest.files, MANIFEST: None}
    return {
        f"{VERSIONS}/{folder.name}/{name}": (opened.enter_context((folder / name).open("rb")), file)
        for name, file in listed.items()
    }


def _pack(
    packing: Packing, directory: Path, snapshot: Snapshot, files: Files, work: Path
) -> Backup:
    """Put everything of a library into an archive, the listing last."""
    if (found := snapshot.check()) != "ok":
        raise LibraryDamaged(f"the catalogue in {directory} is damaged ({found}); {GONE}")
    snapshot.copy_to(work / CATALOGUE)
    _put(packing, CATALOGUE, work / CATALOGUE)
    for name, (source, file) in files.items():
        if packing.put(name, source) != (file or packing.files[name]):
            raise LibraryDamaged(
                f"{directory / name} is not what was published; run 'attest rebuild'"
            )
    if (directory / CONVERSATIONS).exists():
        with closing(connect_reader(directory / CONVERSATIONS)) as source:
            copy_database(source, work / CONVERSATIONS)
        _put(packing, CONVERSATIONS, work / CONVERSATIONS)
    for name in (CASES, TUNING, TUNING_BEFORE):
        if (directory / name).exists():
            _put(packing, name, directory / name)
    counts = snapshot.counts()
    backup = Backup(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        attest=release("attest-rag"),
        papers=counts["papers"],
        passages=counts["passages"],
        fingerprint=snapshot.fingerprint,
        files=packing.files,
    )
    packing.write(LISTING, backup.model_dump_json(indent=1).encode())
    return backup


def _put(packing: Packing, name: str, path: Path) -> None:
    with path.open("rb") as file:
        packing.put(name, file)


def _listing(archive: ZipFile, path: Path) -> Backup:
    """Return what an archive says that it holds, names that lead out of a folder refused."""
    try:
        backup = Backup.model_validate_json(archive.read(LISTING))
    except (KeyError, ValidationError) as error:
        raise UsageError(
            f"{path} is no backup of a library, or a newer release made it; choose another file"
        ) from error
    if CATALOGUE not in backup.files or not all(map(_expected, backup.files)):
        raise UsageError(f"{path} holds files that no library has; choose another file")
    return backup


def _expected(name: str) -> bool:
    """Tell whether a library has a file of this name."""
    parts = name.split("/")
    plain = all(each not in ("", ".", "..") and "\\" not in each for each in parts)
    return name in _BESIDE or (
        plain and "\0" not in name and parts[0] == VERSIONS and len(parts) > 2
    )


def _compare(folder: Path, backup: Backup) -> None:
    """Check that catalogue, version and listing belong together.

    Raises:
        LibraryDamaged: They do not.
        LibraryMismatch: The catalogue has another layout.
    """
    with Snapshot(folder / CATALOGUE) as snapshot:
        require(snapshot.meta, FORMAT_ONLY, folder)
        found = fingerprint_of(line(entry) for entry in snapshot.entries())
        sound = snapshot.check() == "ok" and snapshot.version_name is not None
        if not sound or {found, snapshot.fingerprint} != {backup.fingerprint}:
            raise LibraryDamaged(
                "the backup holds another library than it lists; choose another backup"
            )
        version = folder / VERSIONS / str(snapshot.version_name)
        manifest = Manifest.read(version, snapshot.meta["manifest"])
        manifest.check(version, parts=manifest.parts)
