"""A version's collection is extended where it can be, and made afresh where it cannot."""

import json
from pathlib import Path

import pytest
from light import NoChroma

from rag.embedding import open_embedder
from rag.library import Library


def papers(path: Path, *numbers: int) -> Path:
    rows = ({"_id": f"n{n}", "title": f"Note {n}", "text": f"Kiln {n} was fired."} for n in numbers)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library", lambda: open_embedder("hash"))


def collected(library: Library) -> bool:
    version = library.directory / "versions" / library.status().version
    return (version / "chroma" / "chroma.sqlite3").is_file()


def test_a_version_without_a_collection_gets_one_with_the_next_add(
    library: Library, tmp_path: Path
):
    without = Library(library.directory, lambda: open_embedder("hash"), collector=NoChroma)
    without.add([papers(tmp_path / "first.jsonl", *range(12))])
    assert not collected(library)
    report = library.add([papers(tmp_path / "more.jsonl", 20)])
    assert report.papers == 13
    assert collected(library)
    assert library.verify() == report.fingerprint


def test_a_library_that_was_emptied_is_filled_again(library: Library, tmp_path: Path):
    first = papers(tmp_path / "first.jsonl", 1, 2)
    before = library.add([first]).fingerprint
    assert library.remove(["n1", "n2"]) == 2
    assert library.add([first]).fingerprint == before
    assert library.verify() == before
