"""Records that different files give different ids, and that are one work all the same."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shelf import TITLE, Shelf, counts, records

from rag.identity import identify, take_apart
from rag.identity.identifiers import identifiers
from rag.schema import Record, Source

WHOLE = {"authors": ("Ada Byron", "Bo Li"), "year": 2001}


def record(key: str, file: str, position: int = 1, **fields) -> Record:
    source = Source(file=file, position=position, format="jsonl")
    told = {"title": TITLE, **WHOLE, **fields}
    names = identifiers({"doi": told.pop("doi", None), "acl": told.pop("acl", None)})
    return Record(source=source, key=key, identifiers=names, **told)


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"year": 2002},
        {"year": None},
        {"title": TITLE.upper() + "."},
        {"authors": ("Byron, A.",)},
        {"authors": ("Bo Li", "Ada Byron")},
        {"authors": ("Byron Ada King",)},
        {"doi": "10.1000/x"},
    ],
)
def test_records_of_two_files_are_one_paper_where_title_author_and_year_agree(other: dict):
    result = identify([record("b", "b.jsonl", **other), record("a", "a.jsonl")], Shelf())

    assert counts(result) == (1, 0, 0, 1)
    assert result.papers[0].id == "a"
    assert {"key:a", "key:b"} <= set(result.known_by("a"))


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ({}, {"file": "a.jsonl", "position": 2}),
        ({}, {"year": 2003}),
        ({}, {"authors": ("Cy Young", "Dee Zhou")}),
        ({}, {"authors": ()}),
        ({"authors": ()}, {"authors": ()}),
        ({"title": "Notes"}, {"title": "Notes"}),
        ({"doi": "10.1000/x"}, {"doi": "10.1000/y"}),
        ({"acl": "P19-1001"}, {"acl": "P19-1002"}),
    ],
)
def test_they_are_two_where_less_agrees(first: dict, other: dict):
    found = [record("a", "a.jsonl", **first), record("b", **{"file": "b.jsonl", **other})]

    assert counts(identify(found, Shelf())) == (2, 0, 0, 0)


def test_a_twin_fills_what_is_empty_and_changes_nothing_else():
    shelf = Shelf()
    shelf.add(record("a", "a.jsonl", abstract="Short.", year=None))
    shelf.add(record("b", "b.jsonl", abstract="A longer abstract.", venue="Venue"))

    paper = shelf.papers["a"]

    assert set(shelf.papers) == {"a"}
    assert (paper.abstract, paper.year, paper.venue) == ("Short.", 2001, "Venue")
    again = shelf.add(record("b", "b.jsonl", abstract="A longer abstract.", venue="Venue"))
    assert (counts(again), again.papers) == ((0, 0, 1, 0), ())


def test_the_record_that_has_the_papers_id_still_replaces_what_it_sets():
    shelf = Shelf()
    shelf.add(record("a", "a.jsonl"), record("b", "b.jsonl", venue="Venue"))

    shelf.add(record("a", "a.jsonl", title="Another Title Of Ours"))

    assert shelf.papers["a"].title == "Another Title Of Ours"
    assert shelf.papers["a"].venue == "Venue"


def test_a_paper_keeps_its_id_when_its_twin_comes_later():
    shelf = Shelf()
    shelf.add(record("b", "b.jsonl"))
    shelf.add(record("a", "a.jsonl"))

    assert set(shelf.papers) == {"b"}
    assert shelf.by_identity(["key:a"])["key:a"].id == "b"


def test_each_record_of_a_file_has_a_twin_of_its_own():
    found = [
        record(f"{file}{number}", file, number)
        for file in ("a.jsonl", "b.jsonl")
        for number in (1, 2)
    ]

    result = identify(found, Shelf())

    assert [len(paper.sources) for paper in result.papers] == [2, 2]


def test_twins_that_were_split_have_their_own_ids_and_stay_apart():
    shelf = Shelf()
    one, other = record("a", "a.jsonl"), record("b", "b.jsonl")
    shelf.add(one, other)

    parted = take_apart("a", [one, other], [other.source.file], shelf)

    assert [paper.id for paper in parted.papers] == ["a", "b"]
    assert counts(identify([one, other], Shelf(), parted.splits)) == (2, 0, 0, 0)


def _scattered(found: Sequence[tuple[Record, str]]) -> list[Record]:
    return [
        one.model_copy(
            update={"source": one.source.model_copy(update={"position": position, "file": file})}
        )
        for position, (one, file) in enumerate(found, start=1)
    ]


batches = st.lists(
    st.tuples(records, st.sampled_from(["a.jsonl", "b.jsonl", "c.jsonl"])), min_size=1, max_size=9
).map(_scattered)


@settings(max_examples=150, deadline=None)
@given(batches, st.randoms(use_true_random=False))
def test_over_several_files_order_never_shows_and_adding_twice_is_adding_once(found, chance):
    first, other = identify(found, Shelf()), identify(chance.sample(found, len(found)), Shelf())
    assert first == other

    shelf = Shelf()
    shelf.add(*found)
    papers = dict(shelf.papers)
    again = shelf.add(*found)

    assert (counts(again), again.papers, shelf.papers) == ((0, 0, len(found), 0), (), papers)
    named = [one.key for one in found if one.key]
    assert all(shelf.by_identity([f"key:{name}"]) for name in named)


@settings(max_examples=50, deadline=None)
@given(batches)
def test_two_ids_of_one_file_are_never_one_paper(found):
    result = identify(found, Shelf())

    for paper in result.papers:
        ids: dict[str, set[str]] = {}
        for one in result.records[paper.id]:
            if one.key:
                ids.setdefault(one.source.file, set()).add(one.key)
        assert all(len(some) == 1 for some in ids.values())
