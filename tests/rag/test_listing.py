import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from light import library_of

from rag.errors import UsageError
from rag.schema import Filters
from rag.store.snapshot import Snapshot

PAPERS = (
    {"id": "w1", "title": "zebra stripes", "authors": ["Ana Ödman", "Bo Li"], "year": 2019},
    {"id": "w2", "title": "Élan vital", "authors": ["Li, Zoe"], "year": 2021, "venue": "ACL"},
    {"id": "w3", "title": "“Eider ducks”", "year": 2019, "venue": "ACL"},
    {"id": "w4X", "title": "Ästhetik der Σοφός", "authors": ["Guy van den Broeck"]},
    {"id": "w5", "title": "100% owls", "authors": ['Q "Quill" Pen'], "year": 1907, "venue": "X"},
)  # fmt: skip


def _write(path: Path, papers: object) -> Path:
    rows = (json.dumps({**each, "text": f"About {each['title']}."}) for each in papers)  # type: ignore
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    folder = tmp_path_factory.mktemp("listing")
    files = [_write(folder / "a.jsonl", PAPERS), _write(folder / "b.jsonl", PAPERS[:2])]
    with library_of(folder / "library", *files).snapshot() as opened:
        yield opened


def _ids(snapshot: Snapshot, **asked: object) -> list[str]:
    return [paper.id for paper in snapshot.listing(**asked).papers]  # type: ignore


@pytest.mark.parametrize(
    ("order", "ascending", "descending"),
    [
        ("added", "w1 w2 w3 w4X w5", "w5 w4X w3 w2 w1"),
        ("title", "w5 w4X w3 w2 w1", "w1 w2 w3 w4X w5"),
        ("year", "w5 w1 w3 w2 w4X", "w2 w1 w3 w5 w4X"),
        ("author", "w2 w1 w5 w4X w3", "w4X w5 w1 w2 w3"),
    ],
)
def test_papers_come_in_the_order_that_is_asked_for(
    snapshot: Snapshot, order: str, ascending: str, descending: str
):
    assert _ids(snapshot, order=order) == ascending.split()
    assert _ids(snapshot, order=order, descending=True) == descending.split()


def test_a_page_is_a_part_of_the_whole_list(snapshot: Snapshot):
    page = snapshot.listing(order="title", start=1, count=2)
    assert (page.total, [paper.id for paper in page.papers]) == (5, ["w4X", "w3"])
    assert page.papers[1] == snapshot.paper("w3")
    assert snapshot.listing(start=5) == snapshot.listing(count=0) == (5, ())
    assert snapshot.listing(start=-3, count=-1) == (5, ())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ZEBRA", "w1"),
        ("élan", "w2"),
        ("ÉLAN", "w2"),
        ("σοφόσ", "w4X"),
        ("ödman", "w1"),
        ("li", "w1 w2"),
        ("W4x", "w4X"),
        (' "QUILL" ', "w5"),
        ("100%", "w5"),
        ('["', ""),
        ("Ödman, Bo", ""),
        ("About", ""),
        ("  ", "w1 w2 w3 w4X w5"),
    ],
)
def test_a_text_is_part_of_a_title_an_author_or_an_id(snapshot: Snapshot, text: str, found: str):
    listed = snapshot.listing(text=text)
    assert [paper.id for paper in listed.papers] == found.split()
    assert listed.total == len(found.split())


def test_filters_and_text_hold_together(snapshot: Snapshot):
    assert _ids(snapshot, filters=Filters(venue="acl")) == ["w2", "w3"]
    assert _ids(snapshot, filters=Filters(venue="acl", year_from=2020), text="vital") == ["w2"]
    assert _ids(snapshot, filters=Filters(venue="acl"), text="zebra") == []


def test_an_unknown_order_is_refused(snapshot: Snapshot):
    with pytest.raises(UsageError, match="choose added, title, year, author"):
        snapshot.listing(order="size")  # type: ignore


def test_a_tally_counts_what_filters_let_through(snapshot: Snapshot):
    assert snapshot.tally(Filters()) == 5
    for filters in (
        Filters(year_from=2019),
        Filters(year_to=2019, venue="acl"),
        Filters(author="broeck"),
        Filters(source="b.jsonl"),
        Filters(venue="none"),
    ):
        assert snapshot.tally(filters) == snapshot.listing(filters).total
    assert snapshot.tally(Filters(source="b.jsonl")) == 2


def test_facets_count_papers_by_year_venue_and_file(snapshot: Snapshot):
    found = snapshot.facets()
    assert found.years == ((1907, 1), (2019, 2), (2021, 1))
    assert found.venues == (("ACL", 2), ("X", 1))
    assert [(Path(name).name, papers) for name, papers in found.files] == [
        ("a.jsonl", 5),
        ("b.jsonl", 2),
    ]
    few = snapshot.facets(count=1)
    assert (few.years, few.venues, few.files) == (found.years, found.venues[:1], found.files[:1])
