"""JSON Lines and arrays: what is taken, what is rejected and where."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import grows_linearly

from rag.schema import Identifiers, Record, Rejection, Source
from rag.sources import read_papers
from rag.sources.cleaning import clean
from rag.sources.names import separated


def saved(folder: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path = folder / "papers.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def one(folder: Path, **fields: object) -> Record:
    (found,) = read_papers(saved(folder, {"title": "A Title", **fields}))
    assert isinstance(found, Record)
    return found


def test_every_field_is_taken(tmp_path: Path):
    found = one(
        tmp_path,
        _id="x7",
        text="An\nabstract.",
        authors=["Ada Byron", {"given": "Bo", "family": "Li"}, {"name": "Cy Young"}],
        year="2019-05-01",
        journal="Journal",
        url="https://aclanthology.org/P19-1001/",
        doi="https://doi.org/10.1000/ABC",
        arxiv="arXiv:2001.00001v2",
        pmid=123,
        unknown={"a": [1]},
    )

    assert found == Record(
        source=Source(file=str(tmp_path / "papers.jsonl"), position=1, format="jsonl"),
        title="A Title",
        abstract="An abstract.",
        key="x7",
        authors=("Ada Byron", "Bo Li", "Cy Young"),
        year=2019,
        venue="Journal",
        url="https://aclanthology.org/P19-1001/",
        identifiers=Identifiers(doi="10.1000/abc", arxiv="2001.00001", pmid="123", acl="P19-1001"),
    )


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ("Ada Byron; Bo Li;", ("Ada Byron", "Bo Li")),
        ("Ada Byron and Bo Li", ("Ada Byron", "Bo Li")),
        ("Ada Byron, Bo Li, and Cy Young", ("Ada Byron", "Bo Li", "Cy Young")),
        ("Ada Byron, Bo Li", ("Ada Byron", "Bo Li")),
        ("Byron, Ada; Li, Bo", ("Byron, Ada", "Li, Bo")),
        ("Byron, Ada", ("Byron, Ada",)),
        ([], ()),
        (None, ()),
        (7, ()),
        ([None, 3, {}, " Ada "], ("Ada",)),
    ],
)
def test_authors_come_in_many_shapes(tmp_path: Path, told: object, names: tuple[str, ...]):
    assert one(tmp_path, authors=told).authors == names


def test_a_beir_corpus_line_is_read_with_its_metadata(tmp_path: Path):
    metadata = {"year": 1958, "authors": ["A. Byron"], "url": "https://x.org/1; https://y.org/2"}

    found = one(tmp_path, _id="1", text="Text.", metadata={**metadata, "pubmed_id": "12"})

    assert (found.year, found.authors) == (1958, ("A. Byron",))
    assert found.url == "https://x.org/1"
    assert found.identifiers.pmid == "12"


def test_an_abstract_without_title_is_kept_and_nothing_is_rejected(tmp_path: Path):
    kept, lost = read_papers(saved(tmp_path, {"_id": 7, "title": "", "text": "T."}, {"_id": 8}))

    assert isinstance(kept, Record)
    assert (kept.key, kept.title) == ("7", "")
    assert isinstance(lost, Rejection)
    assert lost.reason == "line 2: neither title nor abstract"


def test_bad_lines_are_rejected_with_their_number(tmp_path: Path):
    rows = ['{"title": "One"}', "", '{"title": "Two', "[1]", '"text"', "NaN", '{"title": "Six"}']

    found = list(read_papers(saved(tmp_path, *rows)))

    rejected = {one.source.position: one.reason for one in found if isinstance(one, Rejection)}
    assert len(found) == 6
    assert set(rejected) == {2, 3, 4, 5}
    assert rejected[2].startswith("line 3: not JSON")
    assert rejected[3] == "line 4: not a JSON object"


@pytest.mark.parametrize(
    "line",
    [
        '{"title": "T", "year": NaN, "score": Infinity}',
        '{"title": "T", "n": ' + "9" * 5_000 + "}",
        '{"title": "T", "year": 1e999}',
        '{"title": "T", "x": "\ttab"}',
        '{"title": "T", "title": "T"}',
        '{"title": "T\\ud800"}',
    ],
)
def test_odd_but_readable_json_survives(tmp_path: Path, line: str):
    (found,) = read_papers(saved(tmp_path, line))

    assert isinstance(found, Record)
    assert found.title.startswith("T")


def test_deep_nesting_costs_one_line_only(tmp_path: Path):
    found = list(read_papers(saved(tmp_path, '{"title":' * 100_000, {"title": "Fine"})))

    assert [type(one) for one in found] == [Rejection, Record]


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_is_read_like_lines(tmp_path: Path, indent: int | None):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"title": "One"}, None, {"title": "Two"}], indent=indent))

    found = list(read_papers(path))

    assert [type(one) for one in found] == [Record, Rejection, Record]
    assert [one.source.position for one in found] == [1, 2, 3]


def test_an_indented_object_is_one_paper(tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"title": "One", "text": "T."}, indent=2))

    (found,) = read_papers(path)

    assert isinstance(found, Record)


def test_what_precedes_the_fault_of_an_array_is_kept(tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_text('[{"title": "One"}, {"title": "Tw')

    kept, lost = read_papers(path)

    assert isinstance(kept, Record)
    assert isinstance(lost, Rejection)
    assert "not JSON" in lost.reason


words = st.text(max_size=40).map(clean)
drafts = st.builds(
    lambda title, abstract, key, authors, year, venue: {
        "_id": key,
        "title": title,
        "text": abstract,
        "authors": authors,
        "year": year,
        "venue": venue,
    },
    words.filter(bool),
    words,
    words.filter(bool),
    st.lists(words.filter(bool), max_size=3),
    st.none() | st.integers(1400, 2099),
    words,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(drafts, min_size=1, max_size=5), st.booleans(), st.booleans())
def test_records_written_as_jsonl_read_back_equal(tmp_path_factory, rows, ascii_only, zipped):
    path = tmp_path_factory.mktemp("round") / "a"
    text = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows).encode()
    path.write_bytes(gzip.compress(text) if zipped else text)

    back = [
        {
            "_id": one.key,
            "title": one.title,
            "text": one.abstract,
            "authors": list(one.authors),
            "year": one.year,
            "venue": one.venue or "",
        }
        for one in read_papers(path)
        if isinstance(one, Record)
    ]

    assert back == rows


def test_naughty_strings_come_back_as_their_clean_selves(tmp_path: Path, shared_data: Path):
    strings = json.loads((shared_data / "adversarial/naughty-strings/blns.json").read_text("utf-8"))
    rows = [{"title": text, "text": f"x {text}"} for text in strings]

    found = list(read_papers(saved(tmp_path, *rows)))

    assert len(found) == len(strings) > 500
    for text, back in zip(strings, found, strict=True):
        assert isinstance(back, Record)
        assert (back.title, back.abstract) == (clean(text), clean(f"x {text}"))


@pytest.mark.parametrize(
    ("name", "records", "rejected"),
    [("scifact/corpus.jsonl.gz", 5_183, 0), ("cranfield/corpus.jsonl", 1_398, 2)],
)
def test_beir_corpora_are_libraries(shared_data: Path, name: str, records: int, rejected: int):
    found = list(read_papers(shared_data / "retrieval" / name))

    keys = {one.key for one in found if isinstance(one, Record)}
    assert (len(keys), len(found) - len(keys)) == (records, rejected)


@pytest.mark.parametrize("part", [" ", " and", "a ", ", ", ";"])
def test_names_are_taken_apart_in_time_that_grows_with_their_length(part: str):
    assert grows_linearly(lambda size: separated(part * size), size=20_000)
