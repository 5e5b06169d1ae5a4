"""A library made with anything else is refused before a byte is written, by both names."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import pytest
from light import library_of

from rag.embedding import open_embedder
from rag.errors import LibraryDamaged, LibraryMismatch
from rag.library import Library
from rag.passages import WINDOW
from rag.sentences import SPLITTER
from rag.store.chroma import Job, build
from rag.store.manifest import Manifest
from rag.store.sealing import seal
from rag.store.tables import FORMAT
from rag.store.view import _graph  # pyright: ignore[reportPrivateUsage]
from rag.terms import RULES

MODEL = open_embedder("hash").model_id
CHROMA = version("chromadb")
REMAKE, RELEASE, REBUILD = "attest rebuild --remake", "the release that made it", "attest rebuild"
UNSTORED = {"lock", "catalogue.sqlite-shm"}
"""What only tells processes of each other."""
Change = Mapping[str, str]

SETTINGS = [
    ({"model": "other/model@1"}, MODEL, REMAKE),
    ({"model": f"{MODEL}+unnormalised"}, MODEL, REMAKE),
    ({"dim": "768"}, "384", REMAKE),
    ({"model": "other/model@1", "dim": "768"}, MODEL, REMAKE),
    ({"splitter": "splitter-0"}, SPLITTER, REMAKE),
    ({"window": "window-0"}, WINDOW, REMAKE),
    ({"words": "words-0"}, RULES, REMAKE),
    ({"format": "2"}, FORMAT, RELEASE),
    ({"format": "99"}, FORMAT, RELEASE),
]
CHROMAS = ["0.4.24", "1.4.0", "2.0.0"]


def papers(path: Path, *numbers: int) -> Path:
    rows = ({"_id": f"n{n}", "title": f"Note {n}", "text": f"Kiln {n} was fired."} for n in numbers)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    first = papers(folder / "first.jsonl", 1, 2, 3)
    Library(folder / "library", lambda: open_embedder("hash")).add([first])
    return folder / "library"


@pytest.fixture
def library(built: Path, tmp_path: Path) -> Library:
    shutil.copytree(built, tmp_path / "library")
    return library_of(tmp_path / "library")


def alter(library: Library, change: Change) -> None:
    path = library.directory / "catalogue.sqlite"
    with sqlite3.connect(path) as connection:
        pairs = [(value, name) for name, value in change.items()]
        connection.executemany("UPDATE meta SET value = ? WHERE name = ?", pairs)
    connection.close()
    seal(path)


def alter_manifest(library: Library, **versions: str) -> Path:
    folder = library.directory / "versions" / library.status().version
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["versions"] |= versions
    content = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(content)
    alter(library, {"manifest": hashlib.sha256(content).hexdigest()})
    return folder


def untouched(library: Library, use: Callable[[], object]) -> str:
    """Return what a use is refused with, having seen that it wrote nothing."""

    def content() -> dict[Path, bytes]:
        files = [path for path in library.directory.rglob("*") if path.is_file()]
        return {path: path.read_bytes() for path in files if path.name not in UNSTORED}

    before = content()
    with pytest.raises(LibraryMismatch) as refusal:
        use()
    assert content() == before
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


@pytest.mark.parametrize(("change", "ours", "remedy"), SETTINGS)
def test_other_settings_are_refused_and_the_named_remedy_helps(
    change: Change, ours: str, remedy: str, library: Library, tmp_path: Path
):
    more = papers(tmp_path / "more.jsonl", 4)
    fingerprint = library.status().fingerprint
    alter(library, change)
    said = untouched(library, lambda: library.add([more]))
    assert all(theirs in said for theirs in change.values())
    assert f"now {ours}" in said
    assert remedy in said
    if remedy == RELEASE:
        untouched(library, library.open)
        untouched(library, library.rebuild)
        return
    assert library.rebuild(remake=True) == fingerprint
    assert library.add([more]).new == 1
    assert library.verify() == library.status().fingerprint


@pytest.mark.parametrize("theirs", CHROMAS)
def test_another_chroma_is_refused_before_its_collection_is_opened(
    theirs: str, library: Library, tmp_path: Path
):
    more = papers(tmp_path / "more.jsonl", 4)
    fingerprint = library.status().fingerprint
    folder = alter_manifest(library, chromadb=theirs)
    with library.snapshot() as snapshot:
        manifest = Manifest.read(folder, snapshot.meta["manifest"])
        for use in (
            lambda: library.add([more]),
            library.verify,
            lambda: _graph(folder, manifest, snapshot),
        ):
            said = untouched(library, use)
            assert f"Chroma {theirs}, now {CHROMA}; run '{REBUILD}'" in said
    with library.open() as view:
        assert len(view.vectors) == 3
    assert library.rebuild() == fingerprint
    assert library.add([more]).new == 1


def test_a_collection_that_would_run_code_is_not_extended(library: Library, tmp_path: Path):
    folder = library.directory / "versions" / library.status().version
    stored = folder / "chroma" / "chroma.sqlite3"
    with sqlite3.connect(stored) as connection:
        function = json.dumps({"embedding_function": {"type": "known", "name": "evil"}})
        connection.execute("UPDATE collections SET config_json_str = ?", (function,))
    connection.close()
    with pytest.raises(LibraryDamaged, match=r"chroma\.sqlite3"):
        library.verify()
    rows = tmp_path / "rows.jsonl"
    rows.write_text("")
    job = Job(task="build", folder=str(folder), rows=str(rows), dim=384, first=3, metadata={})
    with pytest.raises(LibraryDamaged, match="embedding function"):
        build(job, lambda _: None)
