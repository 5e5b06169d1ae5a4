"""JSON values in pieces, and what every reader of JSON exports promises."""

import json
import tracemalloc
from collections.abc import Iterable
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import grows_linearly

from rag.errors import SourceError
from rag.schema import Record, Rejection, Source
from rag.sources import (
    arxivkaggle,
    crossref,
    csljson,
    jsonl,
    jsonstream,
    objects,
    openalex,
    read_papers,
    semanticscholar,
    zotero,
)
from rag.sources.jsonvalues import Unreadable, values

READERS = [arxivkaggle, crossref, csljson, jsonl, openalex, semanticscholar, zotero]
PAGE = {"csljson": "items", "openalex": "results", "semanticscholar": "data", "zotero": "items"}


def place(position: int) -> Source:
    return Source(file="f", position=position, format="x")


def lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.split("\n")]


def decoded(text: str, *inside: str) -> list[object]:
    return [value for _, value in values(lines(text), inside)]


def read(reader: ModuleType, text: str) -> list[Record | Rejection]:
    return list(reader.read(lines(text), place))


def test_lines_are_values_and_a_broken_one_costs_only_itself():
    one, lost, two = values(lines('{"a": 1}\n\n{"a":\n[2]'))

    assert one == ("line 1", {"a": 1})
    assert (lost[0], two) == ("line 3", ("line 4", [2]))
    assert isinstance(lost[1], Unreadable)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("piece", [1, 7, 2**20])
def test_an_array_is_read_in_pieces_of_any_size(
    monkeypatch: pytest.MonkeyPatch, indent: int | None, piece: int
):
    monkeypatch.setattr(jsonstream, "PIECE", piece)
    items = [{"a": "x\ty\u2028"}, [1, [2]], None, -1.5e3, "s", True, {"b": {"c": []}}]

    assert decoded(json.dumps(items, indent=indent, ensure_ascii=False)) == items


@pytest.mark.parametrize(
    "text",
    [
        '{"page": 1, "held": {"items": [{"a": 1}, {"a": 2}]}, "more": []}',
        '{"page": 1,\n "held":\n {"items": [\n{"a": 1},\n{"a": 2}]},\n "more": []}',
        '{\n"held": {\n"items": [{"a": 1},\n{"a": 2}],\n "next": null}\n}',
        '{"held": {"items": [{"a": 1}]}}\n{"held": {"items": [{"a": 2}]}}',
        '[{"held": {"items": [{"a": 1}]}},\n{"held": {"items": [{"a": 2}]}}]',
        '[{"a": 1}]\n[{"a": 2}]',
        '{"a": 1}\n{"a": 2}',
        '{\n"a": 1\n}\n{\n"a": 2\n}',
        '{"items": [\n{"a": 1},\n{"a": 2}]}',
    ],
)
def test_entries_are_found_in_arrays_and_pages(text: str):
    assert decoded(text, "held", "items") == [{"a": 1}, {"a": 2}]


def test_an_empty_page_and_an_empty_file_hold_nothing():
    assert decoded('{"items": []}', "items") == decoded("[]") == decoded(" \n\n") == []


def test_what_stands_before_a_fault_is_kept_and_its_place_told():
    fault = '{"a" 2}'
    text = '{\n"items": [\n{"a": 1},\n' + fault + ',\n{"a": 3}]}'
    (_, one), (where, lost) = values(lines(text), ("items",))

    assert one == {"a": 1}
    assert where == f"character {text.index(fault)}"
    assert isinstance(lost, Unreadable)
    assert lost.reason.startswith("not JSON (Expecting ':' delimiter at character ")
    assert lost.reason.endswith("what follows was not read")


@pytest.mark.parametrize("text", ['{\n"a" 1}', "{\n1: 2}", '{\n"a": 1', "[1]]", '["x', "[" * 9_999])
def test_broken_structures_are_one_unreadable_stretch(text: str):
    assert isinstance(decoded(text, "items")[-1], Unreadable)


def test_a_value_over_the_limit_is_refused_and_the_values_before_it_are_kept(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(jsonstream, "WHOLE", 1_000)
    monkeypatch.setattr(jsonstream, "PIECE", 10)

    one, lost = decoded('[\n"x",\n[' + '"y",\n' * 1_000 + "1]]")

    assert one == "x"
    assert isinstance(lost, Unreadable)
    assert lost.reason.startswith("over 0 MiB in one JSON value")


def test_an_array_larger_than_the_memory_it_takes():
    row = json.dumps({"title": "T", "abstract": "word " * 200}) + ",\n"

    def many() -> Iterable[str]:
        yield '{"items": [\n'
        yield from (row for _ in range(20_000))
        yield "]}"

    tracemalloc.start()
    count = sum(1 for _ in values(many(), ("items",)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 20_000
    assert peak < 10 * 2**20 < 20_000 * len(row)


def test_texts_are_taken_from_strings_numbers_and_lists():
    assert objects.text(["a", 1, None, "", ["deep"], True]) == "a 1"
    assert objects.text({"a": 1}) == objects.text(None) == ""
    assert objects.first({"a": "", "b": 2.5}, "x", "a", "b") == "2.5"
    assert objects.within({"a": {"b": [1]}}, "a", "b") == [1]
    assert objects.within([1], "a") is None


NAMES = st.sampled_from(
    "title abstract author authors creators creatorType data items message results itemType"
    " extra note date issued date-parts year id DOI doi ids authorships author_position"
    " abstract_inverted_index externalIds paper snippet snippetKind text journal venue name"
    " given family literal firstName lastName authors_parsed journal-ref versions created"
    " primary_location locations source display_name container-title institution event".split()
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3_000),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["note", "attachment", "PMID: 1", "<p>x</p>"]),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(JSON, max_size=5), st.sampled_from(READERS), st.sampled_from([None, 1]))
def test_any_json_ends_in_records_and_rejections(items, reader, indent):
    found = read(reader, json.dumps(items, indent=indent))

    assert [one.source.position for one in found] == list(range(1, len(found) + 1))
    pages = {*PAGE.values(), "message"} & set(str(items).split("'"))
    kinds = [item.get("itemType") for item in items if isinstance(item, dict)]
    passed_over = [one for one in kinds if reader is zotero and one in ("note", "attachment")]
    assert pages or len(found) == len(items) - len(passed_over)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='{}[]":,\\ \nabc<>&;10', max_size=80), st.sampled_from(READERS))
def test_any_text_ends_in_records_and_rejections(text, reader):
    assert all(isinstance(one, Record | Rejection) for one in read(reader, text))
    assert 0 <= reader.sniff(text) <= 1


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_null_and_strangers_are_rejected_with_their_position(reader: ModuleType):
    one, two, three, four = read(reader, '[null, {"title": "T"}, 7, "x"]')

    assert isinstance(two, Record)
    assert [type(one), type(three), type(four)] == [Rejection] * 3
    assert (one.source.position, four.source.position) == (1, 4)
    assert isinstance(one, Rejection)
    assert one.reason == "character 1: null, not a JSON object"


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_work_grows_with_the_entries_only(reader: ModuleType):
    entry = {
        "title": "<i>T</i> " * 20,
        "abstract": "<p>words</p> &amp; words " * 20,
        "author": [{"given": "A", "family": "B"}] * 9,
        "authors": "A B, C D and E F (Somewhere)",
        "creators": [{"creatorType": "author", "lastName": "B"}] * 9,
        "journal-ref": "J. Test. 12 (2001) 1-9",
        "extra": "PMID: 1\n" * 9,
        "abstract_inverted_index": {str(word): [word, word + 1] for word in range(60)},
    }
    row = json.dumps(entry)
    page = PAGE.get(reader.name, "")

    def array(size: int) -> int:
        text = "[\n" + ",\n".join([row] * size) + "]"
        return len(read(reader, f'{{\n"{page}": {text}}}' if page else text))

    assert array(3) == 3
    assert grows_linearly(array, size=50)


HOSTILE = {
    "brackets": lambda size: "[" * size,
    "objects": lambda size: '{"a":\n' * size,
    "pages": lambda size: '{\n"items":\n[' * size,
    "open string": lambda size: '["' + "x\n" * size,
    "separators": lambda size: "[" + ", \n" * size,
    "keys": lambda size: "{\n" + '"k": 1,\n' * size,
    "arrays": lambda size: "[]\n" * size,
    "fields": lambda size: json.dumps(
        {
            "title": "t" + "~{\\" * size,
            "abstract": "</b>" + "<b " * size,
            "authors": "( and " * size,
            "journal-ref": "1 (" * size + "1" * size + "ab",
            "note": " " * size + "PMID",
            "extra": "\n \n" * size + "PMID",
        }
    ),
}


@pytest.mark.parametrize("reader", [one for one in READERS if one is not jsonl])
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_costs_no_more_than_its_length(reader: ModuleType, kind: str):
    assert grows_linearly(lambda size: read(reader, HOSTILE[kind](size)), size=1_000)


def test_the_json_test_suite_ends_in_outcomes(shared_data, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rag.sources.READERS", tuple(READERS))
    files = sorted((shared_data / "adversarial/json-test-suite").rglob("*.json"))
    outcomes: list[object] = []
    for file in files:
        try:
            outcomes += read_papers(file)
        except SourceError as error:
            outcomes.append(error)
        text = file.read_bytes().decode("utf-8", "replace")
        outcomes += [one for reader in READERS for one in read(reader, text)]

    assert len(files) == 340
    assert {type(one) for one in outcomes} == {Record, Rejection, SourceError}


def test_each_shared_file_is_claimed_by_one_reader(shared_data):
    folders = {
        "arxiv-kaggle": arxivkaggle,
        "crossref": crossref,
        "csl-json": csljson,
        "jsonl": jsonl,
        "openalex": openalex,
        "semantic-scholar": semanticscholar,
        "zotero-api": zotero,
    }
    files = [one for one in (shared_data / "formats").rglob("*.*") if one.is_file()]
    for file in files + sorted((shared_data / "pages").glob("*.*")):
        head = file.read_bytes()[: 2**16].decode("utf-8", "replace").lstrip("\ufeff")
        scores = {reader.sniff(head): reader for reader in READERS if reader.sniff(head)}
        best = scores[max(scores)] if scores else None
        assert best is folders.get(file.parent.name), file


def test_plain_json_lines_stay_with_their_reader(shared_data):
    for name in ("retrieval/cranfield/corpus.jsonl", "page-questions/corpus.jsonl"):
        head = (shared_data / name).read_text("utf-8")[: 2**16]
        assert [reader.name for reader in READERS if reader.sniff(head)] == ["jsonl"]


def test_the_paperscraper_dump_is_read_whole(shared_data):
    one, two, three = read_papers(shared_data / "formats/jsonl/paperscraper-dump.jsonl")

    assert isinstance(one, Record)
    assert isinstance(two, Record)
    assert isinstance(three, Record)
    assert one.title.startswith("Population genomics of Saccharomyces")
    assert (one.authors[0], one.authors[-1]) == ("Carlotta De Filippo", "Duccio Cavalieri")
    assert two.authors == ("Meaghan E. Jenkins", "David Morrison", "Tony D. Auld")
    assert (two.year, two.venue, two.identifiers.doi) == (2014, None, "10.1101/001867")
    assert three.abstract.startswith("The ability to locate and annotate")
    assert three.abstract.endswith("lacking both the D and T arms.")
