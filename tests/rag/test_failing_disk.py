"""A disk that fails at any write leaves the version that was published, and says so."""

import errno
import json
import os
import resource
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from light import library_of

from rag.errors import LibraryError
from rag.library import Library
from rag.store.space import size_of

SIZES = 20


def papers(path: Path, numbers: range) -> Path:
    rows = (
        {"_id": f"n{n}", "title": f"Note {n}", "text": f"Kiln {n} was fired {n} times. It held."}
        for n in numbers
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    library_of(folder / "library", papers(folder / "papers.jsonl", range(30)))
    papers(folder / "more.jsonl", range(20, 60))
    return folder


@pytest.fixture
def library(built: Path, tmp_path: Path) -> Library:
    shutil.copytree(built / "library", tmp_path / "library")
    return library_of(tmp_path / "library")


@contextmanager
def files_up_to(size: int) -> Generator[None]:
    """Let no file grow beyond a size, as on a disk that is full then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def still_there(library: Library, fingerprint: str) -> None:
    fresh = library_of(library.directory)
    with fresh.open() as view:
        assert view.fingerprint == fingerprint
        assert len(view.vectors) == view.lexical.size == 30
    staging = library.directory / "staging"
    assert not staging.exists() or not any(staging.iterdir())
    assert fresh.verify() == fingerprint


def test_a_disk_full_at_any_size_is_told_and_the_old_version_served(
    library: Library, built: Path, tmp_path: Path
):
    before = library.status().fingerprint
    whole = library_of(tmp_path / "whole")
    shutil.copytree(library.directory, whole.directory)
    after = whole.add([built / "more.jsonl"]).fingerprint
    largest = max(path.stat().st_size for path in whole.directory.rglob("*") if path.is_file())
    refused: list[str] = []
    for step in range(SIZES):
        with files_up_to(largest * step // SIZES):
            try:
                library.add([built / "more.jsonl"])
            except LibraryError as error:
                refused.append(str(error))
            else:
                break
        still_there(library, before)
    assert len(refused) >= SIZES // 2
    assert not any("\n" in each for each in refused)
    assert library.add([built / "more.jsonl"]).fingerprint == after
    assert library.verify() == after


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_an_error_at_the_nth_call_leaves_the_old_version_until_none_fails(
    call: str, library: Library, built: Path, monkeypatch: pytest.MonkeyPatch
):
    before = library.status().fingerprint
    real, told = getattr(os, call), []
    for failing in range(1, 200):
        made = 0

        def broken(*arguments: object, failing: int = failing, **more: object) -> object:
            nonlocal made
            made += 1
            if made == failing:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return real(*arguments, **more)

        monkeypatch.setattr(os, call, broken)
        try:
            report = library.add([built / "more.jsonl"])
        except LibraryError as error:
            told.append(str(error))
            monkeypatch.undo()
            still_there(library, before)
        else:
            monkeypatch.undo()
            assert told
            assert all("Input/output error" in each for each in told)
            assert library_of(library.directory).verify() == report.fingerprint
            return
    pytest.fail("no run passed")


def test_every_file_is_on_the_disk_before_its_name_and_its_name_before_the_commit(
    library: Library, built: Path, monkeypatch: pytest.MonkeyPatch
):
    order: list[tuple[str, str]] = []
    fsync, rename = os.fsync, Path.rename

    def synced(descriptor: int) -> None:
        order.append(("fsync", os.readlink(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    def renamed(source: Path, target: Path) -> Path:
        order.append(("rename", str(target)))
        return rename(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    library.add([built / "more.jsonl"])
    monkeypatch.undo()
    version = library.directory / "versions" / library.status().version
    at = order.index(("rename", str(version)))
    early = {Path(name).name for kind, name in order[:at] if kind == "fsync"}
    assert {path.name for path in version.rglob("*")} <= early
    assert ("fsync", str(version.parent)) in order[at:]


@pytest.mark.may_skip("root writes to any folder")
def test_a_folder_that_cannot_be_written_is_read_all_the_same(library: Library, built: Path):
    before = library.status().fingerprint
    folders = [library.directory, *(path for path in library.directory.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    if os.access(library.directory, os.W_OK):
        pytest.skip("root writes to any folder")
    (library.directory / "lock").chmod(0o444)
    try:
        with pytest.raises(LibraryError, match="cannot be written"):
            library.add([built / "more.jsonl"])
        still_there(library, before)
        assert size_of(library.directory)
    finally:
        for folder in folders:
            folder.chmod(0o755)
