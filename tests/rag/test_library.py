import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from light import NoChroma, library_of

from rag.embedding import open_embedder
from rag.embedding.port import Progress
from rag.errors import (
    LibraryDamaged,
    LibraryError,
    LibraryLocked,
    LibraryMismatch,
    LibraryMissing,
    UsageError,
)
from rag.library import Library
from rag.schema import Filters
from rag.store.chroma import ChromaGraph
from rag.store.faults import EXIT_CODE, POINTS, VARIABLE
from rag.store.index import KEYS, VECTORS, VectorIndex
from rag.store.lock import Lock
from rag.store.stored_code import refuse_code

ROOT = Path(__file__).parents[2]
TOPICS = ("lanterns", "tides", "moss", "bells", "kites", "yeast", "dunes", "looms")
CHILD = """
import sys
from pathlib import Path
from light import library_of
print(library_of(Path(sys.argv[1])).add(sys.argv[2:]).fingerprint)
"""


class Counting:
    """The hashing embedder, and which texts it was given."""

    def __init__(self, model_id: str | None = None) -> None:
        self._inner = open_embedder("hash")
        self.model_id = model_id or self._inner.model_id
        self.dim = self._inner.dim
        self.max_tokens = self._inner.max_tokens
        self.count_tokens = self._inner.count_tokens
        self.embed_query = self._inner.embed_query
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> np.ndarray:
        self.texts += texts
        return self._inner.embed(texts, progress=progress)


def record(number: int, **fields: object) -> dict[str, object]:
    topic = TOPICS[number % len(TOPICS)]
    return {
        "_id": f"made:{number}",
        "title": f"Observations on {topic}, part {number}",
        "text": f"We watched {topic} for {number} days. "
        f"The {topic} of region {number} changed slowly. Nothing else was found.",
        "authors": [f"Given Family{number}"],
        "year": 1990 + number % 30,
        "venue": f"Journal {number % 3}",
        **fields,
    }


def write(path: Path, records: Sequence[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
    return path


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    return write(tmp_path / "papers.jsonl", [record(number) for number in range(24)])


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return library_of(tmp_path / "new")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a library of 24 papers; copy it before changing it."""
    folder = tmp_path_factory.mktemp("built")
    papers = write(folder / "papers.jsonl", [record(number) for number in range(24)])
    library_of(folder / "library").add([papers])
    return folder / "library"


@pytest.fixture
def copied(built: Path, tmp_path: Path) -> Library:
    shutil.copytree(built, tmp_path / "library")
    return library_of(tmp_path / "library")


@pytest.fixture(scope="module")
def built_whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    papers = write(folder / "papers.jsonl", [record(number) for number in range(24)])
    Library(folder / "library", lambda: open_embedder("hash")).add([papers])
    return folder / "library"


@pytest.fixture
def whole(built_whole: Path, tmp_path: Path) -> Library:
    """Return a library with its Chroma collection."""
    shutil.copytree(built_whole, tmp_path / "whole")
    return Library(tmp_path / "whole", lambda: open_embedder("hash"))


def version(library: Library) -> Path:
    return library.directory / "versions" / library.status().version


def leftovers(library: Library) -> list[str]:
    allowed = {
        "lock",
        *(f"catalogue.{each}" for each in ("sqlite", "sqlite-shm", "sqlite-wal", "seal")),
    }
    found = [path.name for path in library.directory.iterdir() if path.name not in allowed]
    versions = [path.name for path in (library.directory / "versions").iterdir()]
    return sorted(found) + (versions if len(versions) != 1 else [])


def test_an_added_paper_can_be_found_and_read(copied: Library):
    with copied.open() as view:
        question = open_embedder("hash").embed_query("moss")
        by_meaning = view.vectors.search(question, 3)
        by_words = view.lexical.search("moss", 3)
        passages = view.snapshot.passages([key for key, _ in by_words])
        assert len(view.vectors) == view.lexical.size == view.snapshot.counts()["passages"]
        assert all("moss" in passages[key].text for key, _ in by_words)
        assert {key for key, _ in by_meaning} <= set(view.snapshot.passage_keys().values())
        allowed = view.snapshot.allowed_keys(Filters(year_from=2000))
        found = view.lexical.search("moss", 24, allowed=allowed)
        years = [
            view.snapshot.paper(each.paper_id).year
            for each in view.snapshot.passages([key for key, _ in found]).values()
        ]
        assert len(years) == 2
        assert min(year or 0 for year in years) >= 2000


def test_the_report_counts_every_record(library: Library, tmp_path: Path):
    good = write(tmp_path / "good.jsonl", [record(1), record(2), record(2)])
    bad = tmp_path / "bad.jsonl"
    bad.write_text(json.dumps(record(3)) + "\n{broken\n", encoding="utf-8")
    missing = tmp_path / "missing.bib"

    report = library.add([good, bad, missing])

    assert (report.read, report.new, report.merged, report.rejected) == (4, 3, 1, 1)
    assert [(each.read, each.rejected) for each in report.files] == [(3, 0), (1, 1), (0, 0)]
    assert [each.file for each in report.errors] == [str(missing)]
    assert (report.rejections[0].source.file, report.rejections[0].source.position) == (
        str(bad),
        2,
    )
    assert report.papers == 3
    assert report.fingerprint == library.status().fingerprint
    assert report.embedded == report.passages


def test_adding_again_changes_nothing_on_disk(copied: Library, built: Path):
    def state() -> dict[str, int]:
        folders = [version(copied), copied.directory / "catalogue.sqlite"]
        files = [path for folder in folders for path in [folder, *folder.rglob("*")]]
        return {str(path): path.stat().st_mtime_ns for path in files}

    before = state()
    report = copied.add([built.parent / "papers.jsonl"])
    assert (report.unchanged, report.new, report.updated, report.batch) == (24, 0, 0, None)
    assert state() == before


def test_the_fingerprint_does_not_depend_on_order_or_number_of_adds(tmp_path: Path, built: Path):
    records = [record(number) for number in range(24)]
    late = write(tmp_path / "late.jsonl", records[12:][::-1])
    early = write(tmp_path / "early.jsonl", records[:12])
    library = library_of(tmp_path / "library")
    library.add([late])
    library.add([early])
    assert library.status().fingerprint == library_of(built).status().fingerprint
    assert library.verify() == library.status().fingerprint


def test_an_edit_embeds_its_own_passages_only(copied: Library, tmp_path: Path):
    embedder = Counting()
    library = library_of(copied.directory, embedder=embedder)
    before = library.status()
    edited = record(5, text="Kites were replaced by balloons. Nothing else was found.")

    report = library.add([write(tmp_path / "edited.jsonl", [edited])])

    assert report.updated == 1
    assert len(embedder.texts) == 1
    assert "balloons" in embedder.texts[0]
    assert library.status().fingerprint != before.fingerprint
    assert library.verify() == library.status().fingerprint


def test_an_abstract_that_grows_is_found_by_its_new_words(copied: Library, tmp_path: Path):
    filler = " ".join(f"Sentence number {n} speaks of bells and towers again." for n in range(60))
    copied.add([write(tmp_path / "long.jsonl", [record(50, text=filler)])])
    longer = f"{filler} At last a zeppelin came."
    copied.add([write(tmp_path / "longer.jsonl", [record(50, text=longer)])])
    with copied.open() as view:
        ((key, _),) = view.lexical.search("zeppelin", 5)
        assert view.snapshot.passages([key])[key].paper_id == "made:50"
    assert copied.verify() == copied.status().fingerprint


def test_new_metadata_is_published_without_embedding(copied: Library, tmp_path: Path):
    embedder = Counting()
    library = library_of(copied.directory, embedder=embedder)
    before = library.status()
    changed = write(tmp_path / "changed.jsonl", [record(5, venue="Another Journal")])
    assert library.add([changed]).updated == 1
    assert embedder.texts == []
    assert library.status().fingerprint != before.fingerprint


def test_the_collection_is_extended_shrunk_and_rebuilt_with_the_library(
    whole: Library, tmp_path: Path
):
    with whole.open() as view:
        before = view.snapshot.passage_keys()
    whole.add([write(tmp_path / "more.jsonl", [record(40)])])
    with whole.open() as view:
        after = view.snapshot.passage_keys()
    assert before.items() < after.items()
    assert whole.verify() == whole.status().fingerprint
    whole.remove(["made:3"])
    assert whole.verify() == whole.status().fingerprint
    assert leftovers(whole) == ["versions"]
    assert b"made:3#" not in (version(whole) / "chroma" / "chroma.sqlite3").read_bytes()


def test_removing_takes_the_paper_out_of_everything(copied: Library):
    assert copied.remove(["made:3", "made:99"]) == 1
    with copied.open() as view:
        assert view.snapshot.papers(["made:3"]) == {}
        assert view.snapshot.counts()["papers"] == 23
        assert len(view.vectors) == view.lexical.size == 23
    files = [path for path in copied.directory.rglob("*") if path.is_file()]
    assert not any(b'Family3"' in path.read_bytes() for path in files)
    assert copied.verify() == copied.status().fingerprint
    assert copied.remove(["made:3"]) == 0


def test_an_add_can_be_taken_back(copied: Library, tmp_path: Path):
    before = copied.status().fingerprint
    batch = copied.add([write(tmp_path / "more.jsonl", [record(40), record(41)])]).batch
    assert copied.remove(batch=batch) == 2
    assert copied.status().fingerprint == before
    assert copied.remove(batch=batch) == 0
    with pytest.raises(UsageError):
        copied.remove()


def test_a_library_without_papers_is_missing(library: Library, copied: Library):
    for use in (library.open, library.status, library.rebuild, library.verify):
        with pytest.raises(LibraryMissing, match="attest add"):
            use()
    assert not library.directory.exists()
    assert copied.remove(f"made:{number}" for number in range(24)) == 24
    with pytest.raises(LibraryMissing):
        copied.open()


def test_a_library_of_another_model_is_refused_before_any_write(
    copied: Library, built: Path, tmp_path: Path
):
    other = library_of(copied.directory, embedder=Counting("other/model@2"))
    name = open_embedder("hash").model_id
    before = (copied.directory / "catalogue.sqlite").read_bytes()
    for use in (other.open, lambda: other.add([built.parent / "papers.jsonl"])):
        with pytest.raises(LibraryMismatch, match=f"{name}.*other/model@2"):
            use()
    assert (copied.directory / "catalogue.sqlite").read_bytes() == before
    other.rebuild(remake=True)
    assert other.status().model == "other/model@2"
    assert other.verify() == other.status().fingerprint
    with other.open() as view:
        assert len(view.vectors) == 24


def test_a_rebuild_needs_no_model_and_gives_the_same_fingerprint(copied: Library):
    def no_model() -> Counting:
        raise AssertionError("a rebuild asked for the model")

    before = copied.status()
    shutil.rmtree(version(copied))
    with pytest.raises(LibraryDamaged, match="attest rebuild"):
        copied.open()
    library = Library(copied.directory, no_model, collector=NoChroma)
    assert library.rebuild() == before.fingerprint
    assert copied.verify() == before.fingerprint


@pytest.mark.parametrize("name", [VECTORS, KEYS, "manifest.json", "lexical/meta.json"])
def test_an_altered_byte_is_found_before_anything_is_served(copied: Library, name: str):
    path = version(copied) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(LibraryDamaged, match=f"{name}.*attest rebuild"):
        copied.open()
    copied.rebuild()
    copied.open().close()


DAMAGES = (
    lambda content: bytes([content[0] ^ 1]) + content[1:],
    lambda content: content[:-1],
    lambda content: b"",
    lambda content: content[:4096] + bytes(4096) + content[8192:],
)


def test_damage_to_any_file_is_found_before_chroma_opens_it(built_whole: Path, tmp_path: Path):
    shutil.copytree(built_whole, tmp_path / "library")
    library = library_of(tmp_path / "library")
    for path in [path for path in version(library).rglob("*") if path.is_file()]:
        content = path.read_bytes()
        for damage in DAMAGES:
            if content and damage(content) != content:
                path.write_bytes(damage(content))
                with pytest.raises(LibraryDamaged, match=path.name):
                    library.verify()
        path.write_bytes(content)
    assert library.verify() == library.status().fingerprint


def test_vectors_that_differ_from_the_catalogue_are_found(copied: Library):
    with sqlite3.connect(copied.directory / "catalogue.sqlite") as connection:
        connection.execute("UPDATE embeddings SET vector = zeroblob(length(vector)) WHERE key = 3")
    connection.close()
    (copied.directory / "catalogue.seal").unlink()
    with pytest.raises(LibraryDamaged, match="another vector"):
        copied.verify()


def test_any_chroma_client_can_read_a_copy(whole: Library, tmp_path: Path):
    code = """
import sys, chromadb
collection = chromadb.PersistentClient(sys.argv[1]).get_collection("passages")
first = collection.get(ids=["made:7#0"], include=["embeddings", "metadatas"])
nearest = collection.query(query_embeddings=first["embeddings"], n_results=1)
print(collection.count(), nearest["ids"][0][0], first["metadatas"][0], collection.metadata)
"""
    sealed = {path: path.read_bytes() for path in version(whole).rglob("*") if path.is_file()}
    shutil.copytree(version(whole) / "chroma", tmp_path / "copy")
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "copy")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("24 made:7#0 ")
    assert "'paper_id': 'made:7'" in done.stdout
    assert "'year': 1997" in done.stdout
    assert open_embedder("hash").model_id in done.stdout
    assert {path: path.read_bytes() for path in sealed} == sealed


def test_the_graph_answers_from_a_private_copy_and_adds_what_it_misses(whole: Library):
    sealed = {path: path.read_bytes() for path in version(whole).rglob("*") if path.is_file()}
    question = open_embedder("hash").embed_query("moss of region 10")
    with whole.open() as view:
        keys = view.snapshot.passage_keys()
        exact = view.vectors.search(question, 3)
        farthest = view.vectors.search(question, 24)[-1][0]
        graph = ChromaGraph(version(whole), keys, missed=np.array([farthest]))
        large = VectorIndex(version(whole), 384, graph=lambda: graph, limit=10)
        assert large.search(question, 3) == exact
        assert farthest in graph.nearest(question, 3)
    graph.close()
    assert {path: path.read_bytes() for path in sealed} == sealed


def test_two_writers_do_not_meet(copied: Library, built: Path):
    with Lock(copied.directory / "lock"):
        with pytest.raises(LibraryLocked, match=f"process {os.getpid()}"):
            copied.add([built.parent / "papers.jsonl"])
        writer = copied.status().writer
        assert writer is not None
        assert writer.pid == os.getpid()
    assert copied.status().writer is None


def test_a_collection_that_names_code_is_never_opened(whole: Library, tmp_path: Path):
    before = whole.status()
    stored = version(whole) / "chroma"
    with sqlite3.connect(stored / "chroma.sqlite3") as connection:
        connection.execute(
            "UPDATE collections SET config_json_str = ?",
            (json.dumps({"embedding_function": {"type": "known", "name": "evil"}}),),
        )
    connection.close()
    with pytest.raises(LibraryDamaged, match="embedding function"):
        refuse_code(stored)
    with pytest.raises(LibraryDamaged, match=r"chroma\.sqlite3"):
        whole.verify()
    report = whole.add([write(tmp_path / "more.jsonl", [record(40)])])
    assert report.fingerprint != before.fingerprint
    refuse_code(version(whole) / "chroma")
    assert whole.verify() == report.fingerprint


def test_a_reader_keeps_its_version_until_it_asks_for_the_newest(copied: Library, tmp_path: Path):
    view = copied.open()
    assert view.refresh() is view
    before = view.fingerprint
    library_of(copied.directory).add([write(tmp_path / "more.jsonl", [record(40)])])
    keys = view.lexical.search("region", 50)
    assert len(view.vectors) == len(keys) == view.snapshot.counts()["passages"] == 24
    newest = view.refresh()
    assert newest is not view
    assert (newest.fingerprint != before, len(newest.vectors), newest.generation) == (True, 25, 2)
    newest.close()


def test_an_interrupted_add_leaves_the_old_version_and_no_staging(copied: Library, tmp_path: Path):
    before = copied.status()

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "words":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copied.add([write(tmp_path / "more.jsonl", [record(40)])], progress=interrupt)
    assert copied.status() == before
    assert leftovers(copied) == ["versions"]
    assert copied.verify() == before.fingerprint


def test_a_disk_that_cannot_be_written_is_an_error_of_one_line(
    copied: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    before = copied.status()
    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(LibraryError, match="No space left"):
        copied.add([write(tmp_path / "more.jsonl", [record(40)])])
    monkeypatch.undo()
    assert copied.status() == before
    assert leftovers(copied) == ["versions"]


@pytest.mark.parametrize("text", ["half \ud800", "year"])
def test_what_cannot_be_stored_is_rejected_alone(library: Library, tmp_path: Path, text: str):
    odd = record(1, text=text) if text != "year" else record(1, year=10**30)
    report = library.add([write(tmp_path / "odd.jsonl", [odd, record(2)])])
    assert library.status().papers == report.papers >= 1
    assert library.verify() == report.fingerprint


def test_progress_tells_stage_done_and_total(library: Library, papers: Path):
    told: list[tuple[str, int, int]] = []
    library.add([papers], progress=lambda *step: told.append(step))
    assert [stage for stage in dict.fromkeys(stage for stage, _, _ in told)] == [
        "embed",
        "words",
        "index",
    ]
    assert all(done <= total for _, done, total in told)


def _die(library: Library, paths: list[Path], point: str) -> None:
    command = [sys.executable, "-c", CHILD, str(library.directory), *map(str, paths)]
    killed = subprocess.run(
        command, env={**os.environ, VARIABLE: point}, cwd=ROOT, capture_output=True, check=False
    )
    assert killed.returncode == EXIT_CODE, f"{point} was not reached: {killed.stderr!r}"


def test_an_add_that_dies_anywhere_again_and_again_ends_as_if_it_never_had(
    copied: Library, tmp_path: Path
):
    old = copied.status().fingerprint
    more = write(tmp_path / "more.jsonl", [record(number) for number in range(20, 40)])
    undisturbed = library_of(tmp_path / "undisturbed")
    undisturbed.add([write(tmp_path / "all.jsonl", [record(number) for number in range(40)])])
    done = POINTS.index("after-commit")

    for point in POINTS[:done]:
        _die(copied, [more], point)
        with copied.open() as view:
            assert view.fingerprint == old
            assert len(view.vectors) == view.snapshot.counts()["passages"]
    report = copied.add([more])

    assert report.fingerprint == undisturbed.status().fingerprint
    assert copied.verify() == report.fingerprint
    assert leftovers(copied) == ["versions"]


@pytest.mark.parametrize("point", POINTS[POINTS.index("after-commit") :])
def test_an_add_that_dies_after_its_commit_has_happened(
    point: str, copied: Library, tmp_path: Path
):
    more = write(tmp_path / "more.jsonl", [record(number) for number in range(20, 40)])
    _die(copied, [more], point)
    with copied.open() as view:
        assert view.snapshot.counts()["papers"] == 40
    assert copied.add([more]).batch is None
    assert leftovers(copied) == ["versions"]
    assert copied.verify() == copied.status().fingerprint
