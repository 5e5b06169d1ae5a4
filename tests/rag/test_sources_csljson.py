"""CSL-JSON: persons, dates, notes and markup, and the shared files by hand."""

import json
from pathlib import Path

import pytest

from rag.schema import Identifiers, Record, Rejection, Source
from rag.sources import csljson


def place(position: int) -> Source:
    return Source(file="f", position=position, format="csljson")


def one(**fields: object) -> Record:
    (found,) = csljson.read([json.dumps([{"id": "x", "title": "A Title", **fields}])], place)
    assert isinstance(found, Record)
    return found


def shared(folder: Path, name: str) -> tuple[list[Record], list[Rejection]]:
    with (folder / "formats/csl-json" / name).open(encoding="utf-8") as file:
        found = list(csljson.read(file, place))
    records = [one for one in found if isinstance(one, Record)]
    return records, [one for one in found if isinstance(one, Rejection)]


def test_every_field_is_taken():
    found = one(
        type="article-journal",
        abstract="<p>Words &amp; more.</p>",
        author=[{"family": "Byron", "given": "Ada"}, {"literal": "The Group"}],
        issued={"date-parts": [[2019, 5]]},
        DOI="10.1000/ABC",
        PMID="12",
        PMCID="PMC34",
        URL="https://x.org/1",
        **{"container-title": "Journal"},
    )

    assert found == Record(
        source=place(1),
        title="A Title",
        abstract="Words & more.",
        authors=("Ada Byron", "The Group"),
        year=2019,
        venue="Journal",
        url="https://x.org/1",
        identifiers=Identifiers(doi="10.1000/abc", pmid="12", pmcid=None),
    )


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ([{"given": "Lu", "family": "Go", "suffix": "Jr."}], ("Lu Go Jr.",)),
        ([{"given": "L.", "non-dropping-particle": "van", "family": "Go"}], ("L. van Go",)),
        (
            [{"given": "L.", "dropping-particle": "von", "non-dropping-particle": "der",
              "family": "Go"}],
            ("L. von der Go",),
        ),
        ([{"family": "Plato"}, "Ada Byron", {}, None, 7], ("Plato", "Ada Byron", "7")),
        ({"literal": "The Group"}, ("The Group",)),
        ("Ada Byron; Bo Li", ("Ada Byron", "Bo Li")),
        ([], ()),
    ],
)  # fmt: skip
def test_names_are_put_together_in_reading_order(told: object, names: tuple[str, ...]):
    assert one(author=told).authors == names


def test_editors_stand_in_for_missing_authors_only():
    editors = [{"family": "Li", "given": "Bo"}]

    assert one(editor=editors).authors == ("Bo Li",)
    assert one(editor=editors, author=[{"family": "Go"}]).authors == ("Go",)


@pytest.mark.parametrize(
    ("told", "year"),
    [
        ({"date-parts": [["2017", "07", "07"]]}, 2017),
        ({"date-parts": [[2018, 4], [2019, 1]]}, 2018),
        ({"date-parts": [[None]], "literal": "Spring 2004"}, 2004),
        ({"date-parts": [], "raw": "2011-02"}, 2011),
        ({"date-parts": 2012}, 2012),
        ({"literal": "in press"}, None),
        ([{"year": 1999}], 1999),
        ("2020-01-05T00:00:00Z", 2020),
        (2021, 2021),
        ({}, None),
        (None, None),
    ],
)
def test_dates_come_in_many_shapes(told: object, year: int | None):
    assert one(issued=told).year == year


@pytest.mark.parametrize(
    "note",
    [
        "Read twice.\nPMID: 123\nPMCID: PMC456\nDOI: 10.1000/x\narXiv: 2001.00001v2 [cs]",
        "pmid:123\npmcid: 456\ndoi: https://doi.org/10.1000/x\nstandard_id: arxiv:2001.00001",
    ],
)
def test_identifiers_are_read_from_notes(note: str):
    named = {"doi": "10.1000/x", "arxiv": "2001.00001", "pmid": "123", "pmcid": "PMC456"}

    assert one(note=note).identifiers == Identifiers(**named)


def test_a_field_outranks_a_note_and_prose_is_no_note():
    assert one(note="PMID: 1", PMID="123").identifiers.pmid == "123"
    assert one(note="See PMID: 1 for more").identifiers.pmid is None


def test_an_archive_number_counts_where_the_archive_is_arxiv():
    assert one(archive="arXiv", archive_location="2001.00001").identifiers.arxiv == "2001.00001"
    assert one(archive="Attic", archive_location="2001.00001").identifiers.arxiv is None


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        ('[{"id": "1", "type": "article-journal", "title": "T"}]', True),
        ('{"items":[{"id":"1","type":"book","title":"T","issued":{"raw":"1"}}]}', True),
        ('[{"type": "entry", "author": [{"family": "Go"}]}]', True),
        ('{"id": "1", "type": "article", "title": "T"}', False),
        ('{"_id": "1", "type": "article-journal", "title": "T", "text": "x"}', False),
        ('{"type": "x", "title": "T", "authors": ["A"], "issued": 1}', False),
        ('"container-title": "type"', False),
    ],
)
def test_sniffing_asks_for_fields_of_csl(head: str, ours: bool):
    assert (csljson.sniff(head) > 0.5) is ours


@pytest.mark.parametrize(
    ("name", "records", "abstracts", "rejected"),
    [
        ("arxiv-record.json", 1, 1, 0),
        ("pubmed-record.json", 1, 1, 0),
        ("small-bibliography.json", 3, 2, 0),
        ("large-bibliography-no-abstracts.json", 128, 0, 128),
    ],
)
def test_shared_files_are_counted_in_full(
    shared_data: Path, name: str, records: int, abstracts: int, rejected: int
):
    taken, lost = shared(shared_data, name)

    assert len(taken) == records
    assert sum(bool(one.abstract) for one in taken) == abstracts
    assert len(lost) == rejected
    assert all(one.reason.endswith("neither title nor abstract") for one in lost)


def test_the_shared_arxiv_record_by_hand(shared_data: Path):
    ((found,), _) = shared(shared_data, "arxiv-record.json")

    assert found.title.startswith("Journal of Open Source Software (JOSS): design")
    assert (found.authors[0], found.authors[-1]) == ("Arfon M Smith", "Jacob T Vanderplas")
    assert (len(found.authors), found.year, found.venue) == (16, 2017, "arXiv")
    assert found.identifiers == Identifiers(doi="10.7717/peerj-cs.147", arxiv="1707.02264")
    assert found.abstract.startswith("This article describes the motivation,")
    assert found.abstract.endswith("the Open Source Initiative.")


def test_the_shared_pubmed_record_by_hand(shared_data: Path):
    ((found,), _) = shared(shared_data, "pubmed-record.json")

    assert found.title == "Sci-Hub provides access to nearly all scholarly literature."
    assert found.authors[5] == "Bastian Greshake Tzovaras"
    assert (len(found.authors), found.year, found.venue) == (7, 2018, "eLife")
    assert found.identifiers.pairs() == (
        ("doi", "10.7554/elife.32822"),
        ("pmid", "29424689"),
        ("pmcid", "PMC5832410"),
    )
    assert "interactive browser at https://greenelab.github.io/scihub allows" in found.abstract
    assert "<" not in found.abstract


def test_the_shared_bibliography_by_hand(shared_data: Path):
    ((first, second, third), _) = shared(shared_data, "small-bibliography.json")

    assert first.identifiers == Identifiers(doi="10.1088/1402-4896/ab0811", arxiv="1806.05726")
    assert "dimensions $d>1$, a regularization" in first.abstract
    assert (second.authors, second.year, second.abstract) == (("Michael L. Smith",), 2014, "")
    assert second.identifiers.pmcid == "PMC3994616"
    assert third.title.startswith("Opportunities and obstacles for deep learning")
    assert (third.authors[0], third.year) == ("Travers Ching", 2018)
