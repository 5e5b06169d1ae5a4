"""What an add would do, whether there is room for it, and room given back."""

import json
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from light import library_of
from typer.testing import CliRunner, Result

from rag.cli.app import app
from rag.embedding import open_embedder
from rag.errors import LibraryError, LibraryMissing
from rag.library import Library
from rag.store.catalogue import Catalogue
from rag.store.space import needed, size_of
from rag.store.storing import Stored

Usage = namedtuple("Usage", "total used free")


def papers(path: Path, numbers: range, text: str = "It held.") -> Path:
    rows = (
        {"_id": f"n{n}", "title": f"Note {n}", "text": f"Kiln {n} was fired. {text}"}
        for n in numbers
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return library_of(tmp_path / "library", papers(tmp_path / "papers.jsonl", range(20)))


def attest(library: Library, *arguments: str | Path) -> Result:
    return CliRunner().invoke(
        app,
        ["--library", str(library.directory), *map(str, arguments)],
        env={"ATTEST_EMBEDDER": "hash", "COLUMNS": "200"},
    )


def content(folder: Path) -> dict[Path, tuple[bytes, int]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    own = {"lock", "catalogue.sqlite-shm"}
    kept = [path for path in files if path.name not in own]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in kept}


def test_a_dry_run_tells_what_the_add_then_does_and_writes_nothing(
    library: Library, tmp_path: Path
):
    mixed = papers(tmp_path / "mixed.jsonl", range(15, 25))
    lines = mixed.read_text().splitlines()
    changed = json.dumps({**json.loads(lines[0]), "year": 1999})
    mixed.write_text("\n".join([changed, *lines[1:], lines[-1], "{broken"]) + "\n")
    before = content(library.directory)
    told = json.loads(attest(library, "add", mixed, "--dry-run", "--json").stdout)
    assert content(library.directory) == before
    assert told["dry_run"] is True
    done = json.loads(attest(library, "add", mixed, "--json").stdout)
    names = ("read", "new", "updated", "unchanged", "merged", "rejected", "rejections")
    assert {name: told[name] for name in names} == {name: done[name] for name in names}
    assert [told[name] for name in names[:-1]] == [11, 5, 1, 4, 1, 1]
    assert (told["papers"], told["batch"], done["papers"]) == (20, None, 25)
    assert "dry_run" not in done


def test_a_dry_run_where_no_library_is_makes_none(tmp_path: Path):
    first = papers(tmp_path / "papers.jsonl", range(3))
    said = attest(library_of(tmp_path / "none"), "add", first, "--dry-run")
    assert "3 new" in said.stdout
    assert "Nothing was written" in said.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["papers.jsonl"]


def test_work_that_the_disk_has_no_room_for_is_refused_before_it_begins(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before = content(library.directory)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 12_345, 12_345))
    more = papers(tmp_path / "more.jsonl", range(20, 30))
    for use in (lambda: library.add([more]), library.rebuild):
        with pytest.raises(LibraryError, match=r"needs about [\d,]+ bytes .* 12,345 are free"):
            use()
    assert content(library.directory) == before
    assert library.add([tmp_path / "papers.jsonl"]).unchanged == 20
    monkeypatch.undo()
    assert library.add([more]).new == 10


def test_a_version_takes_no_more_than_was_asked_for(tmp_path: Path):
    library = Library(tmp_path / "library", lambda: open_embedder("hash"))
    library.add([papers(tmp_path / "papers.jsonl", range(400), "It cracked. " * 60)])
    size = size_of(library.directory / "versions")
    spare = needed(0, 384, 0)
    assert size <= needed(library.status().passages, 384, 0) - spare <= 2 * size


def test_compacting_gives_back_what_interrupted_work_left(library: Library):
    before = library.status()
    with Catalogue(library.directory / "catalogue.sqlite") as catalogue, catalogue.transaction():
        vectors = {n.to_bytes(32, "big"): Stored(bytes(768), bytes(9000)) for n in range(200)}
        catalogue.store_embeddings(before.model, vectors)
    (library.directory / "versions" / "000000-old").mkdir()
    (library.directory / "versions" / "000000-old" / "file").write_bytes(bytes(500_000))
    told = json.loads(attest(library, "compact", "--json").stdout)
    assert told["before"] - told["after"] > 2_000_000
    assert told["after"] == size_of(library.directory)
    assert library.status() == before
    assert library.verify() == before.fingerprint
    assert "bytes before" in attest(library, "compact").stdout


def test_there_is_nothing_to_compact_or_rebuild_where_nothing_was_added(tmp_path: Path):
    library = library_of(tmp_path / "library")
    for use in (library.compact, library.rebuild):
        with pytest.raises(LibraryMissing):
            use()
    library.directory.mkdir()
    Catalogue(library.directory / "catalogue.sqlite").close()
    with pytest.raises(LibraryMissing, match="attest add"):
        library.rebuild()
