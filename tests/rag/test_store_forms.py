"""What a library does, whether its collections are among its files or on a server."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from forms import EMBEDDED, held_of, library_in
from light import library_of

from eval.bench.chromaserver import RunningChroma
from rag.embedding import open_embedder
from rag.errors import LibraryDamaged
from rag.library import Library
from rag.store.faults import EXIT_CODE, VARIABLE

ROOT = Path(__file__).parents[2]
CHILD = """
import sys
from forms import library_in
print(library_in(*sys.argv[1:3]).add(sys.argv[3:]).fingerprint)
"""
Make = Callable[[str], Library]


def record(number: int, **fields: object) -> dict[str, object]:
    return {
        "_id": f"made:{number}",
        "title": f"Kiln {number} and its marker{number}x",
        "text": f"We fired kiln {number} for {number} days. Clay of region {number} held.",
        "year": 1990 + number % 30,
        **fields,
    }


def write(path: Path, records: Sequence[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
    return path


@pytest.fixture(params=[EMBEDDED, "server"])
def store(request: pytest.FixtureRequest) -> str:
    if request.param == EMBEDDED:
        return EMBEDDED
    running: RunningChroma = request.getfixturevalue("chroma")
    return running.url


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    return write(tmp_path / "papers.jsonl", [record(number) for number in range(24)])


@pytest.fixture
def library(tmp_path: Path, store: str, papers: Path) -> Library:
    made = library_in(tmp_path / "library", store)
    made.add([papers])
    return made


def lone(library: Library, store: str) -> bool:
    """Tell whether one version is all that there is, in the folder and on the server."""
    names = [path.name for path in (library.directory / "versions").iterdir()]
    version = library.status().version
    served = store == EMBEDDED or [each[-len(version) :] for each in held_of(library, store)]
    return names == [version] and served in (True, [version])


def test_both_forms_hold_the_same(library: Library, papers: Path, tmp_path: Path, store: str):
    plain = library_of(tmp_path / "plain", papers)
    assert library.status().fingerprint == plain.status().fingerprint
    assert library.verify() == library.status().fingerprint
    question = open_embedder("hash").embed_query("clay of region 10")
    with library.open() as ours, plain.open() as theirs:
        assert ours.vectors.search(question, 9) == theirs.vectors.search(question, 9)
    assert lone(library, store)


def test_additions_edits_and_removals_are_published(library: Library, tmp_path: Path, store: str):
    more = write(tmp_path / "more.jsonl", [record(40), record(5, text="Clay became glass.")])
    report = library.add([more])
    assert (report.new, report.updated) == (1, 1)
    assert library.verify() == report.fingerprint
    assert lone(library, store)
    assert library.remove(["made:3"]) == 1
    assert library.verify() == library.status().fingerprint != report.fingerprint
    assert lone(library, store)
    assert library.remove(batch=report.batch) == 1
    assert library.verify() == library.status().fingerprint


def test_adding_again_publishes_nothing(library: Library, papers: Path):
    before = library.status()
    assert library.add([papers]).unchanged == 24
    assert library.status() == before


def test_a_rebuild_gives_the_same_fingerprint(library: Library, store: str):
    before = library.status()
    shutil.rmtree(library.directory / "versions" / before.version)
    with pytest.raises(LibraryDamaged, match="attest rebuild"):
        library.open()
    assert library.rebuild() == before.fingerprint
    assert library.verify() == before.fingerprint
    assert lone(library, store)


def test_the_graph_finds_what_the_scan_finds(
    library: Library, store: str, monkeypatch: pytest.MonkeyPatch
):
    question = open_embedder("hash").embed_query("clay of region 10")
    with library.open() as view:
        exact = view.vectors.search(question, 5)
    monkeypatch.setattr("rag.store.index.EXACT_LIMIT", 10)
    with library_in(library.directory, store).open() as view:
        found = view.vectors.search(question, 5)
        assert view.vectors.notice is None
    # Among equally near ones a graph gives any.
    assert found[0] == exact[0]
    assert [score for _, score in found] == [score for _, score in exact]


def test_an_interrupted_add_leaves_the_version_before(library: Library, tmp_path: Path, store: str):
    before = library.status()
    more = write(tmp_path / "more.jsonl", [record(40)])

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "index":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.add([more], progress=interrupt)
    assert library.status() == before
    assert library.verify() == before.fingerprint
    library.add([more])
    assert lone(library, store)


def _die(library: Library, store: str, path: Path, point: str) -> None:
    arguments = [str(library.directory), store, str(path)]
    killed = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments],
        env={**os.environ, VARIABLE: point},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert killed.returncode == EXIT_CODE, f"{point} was not reached: {killed.stderr!r}"


def test_an_add_that_dies_again_and_again_ends_as_if_it_never_had(
    library: Library, tmp_path: Path, store: str
):
    old = library.status().fingerprint
    records = [record(number) for number in range(20, 40)]
    more = write(tmp_path / "more.jsonl", records)
    undisturbed = library_of(tmp_path / "undisturbed")
    undisturbed.add([write(tmp_path / "all.jsonl", [record(each) for each in range(40)])])
    points = ("chroma-written",)
    if store != EMBEDDED:
        points = ("transaction-open", *points, "manifest-written", "renamed", "before-commit")

    for point in points:
        _die(library, store, more, point)
        with library.open() as view:
            assert view.fingerprint == old
            assert len(view.vectors) == view.snapshot.counts()["passages"]
        assert library.verify() == old
    report = library.add([more])

    assert report.fingerprint == undisturbed.status().fingerprint
    assert library.verify() == report.fingerprint
    assert lone(library, store)


def test_an_add_that_dies_after_its_commit_has_happened(
    library: Library, tmp_path: Path, store: str
):
    _die(library, store, write(tmp_path / "more.jsonl", [record(40)]), "after-commit")
    assert library.verify() == library.status().fingerprint
    assert library.status().papers == 25
    library.add([write(tmp_path / "again.jsonl", [record(41)])])
    assert lone(library, store)
