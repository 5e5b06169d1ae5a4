"""Crossref: works, pages and lines, and the shared files by hand."""

import json
from pathlib import Path

import pytest

from rag.schema import Identifiers, Record, Source
from rag.sources import crossref


def place(position: int) -> Source:
    return Source(file="f", position=position, format="crossref")


def read(value: object) -> list[Record]:
    found = list(crossref.read([json.dumps(value)], place))
    assert all(isinstance(one, Record) for one in found)
    return [one for one in found if isinstance(one, Record)]


def one(**work: object) -> Record:
    (found,) = read({"message": {"title": ["A Title"], **work}})
    return found


def shared(folder: Path, name: str) -> Record:
    (found,) = read(json.loads((folder / "formats/crossref" / name).read_text("utf-8")))
    return found


def test_every_field_is_taken():
    found = one(
        DOI="10.1000/ABC",
        URL="https://doi.org/10.1000/abc",
        abstract="<jats:title>Aim</jats:title>\n  <jats:p>p &lt; 1.</jats:p>",
        author=[
            {"given": "Ada", "family": "Byron", "suffix": "Jr", "sequence": "first"},
            {"name": "The Group", "sequence": "additional", "affiliation": []},
        ],
        issued={"date-parts": [[2019, 5, 1]]},
        **{"container-title": ["Journal", "J."], "update-to": [{"type": "retraction"}]},
    )

    assert found == Record(
        source=place(1),
        title="A Title",
        abstract="Aim: p < 1.",
        authors=("Ada Byron Jr", "The Group"),
        year=2019,
        venue="Journal",
        url="https://doi.org/10.1000/abc",
        identifiers=Identifiers(doi="10.1000/abc"),
    )


@pytest.mark.parametrize(
    ("work", "title"),
    [
        ({"title": ["A", "B"]}, "A"),
        ({"title": ["A"], "subtitle": ["b c"]}, "A: b c"),
        ({"title": ["A: b c"], "subtitle": ["B c"]}, "A: b c"),
        ({"title": [], "original-title": ["Ä"]}, "Ä"),
        ({"title": "On <i>E. coli</i>"}, "On E. coli"),
    ],
)
def test_titles_are_lists_with_subtitles_apart(work: dict[str, object], title: str):
    assert one(**work).title == title


@pytest.mark.parametrize(
    ("dates", "year"),
    [
        ({"issued": {"date-parts": [[None]]}, "published-print": {"date-parts": [[2001]]}}, 2001),
        ({"posted": {"date-parts": [[2020, 1]]}, "created": {"date-parts": [[2002]]}}, 2020),
        ({"created": {"date-parts": [[2002]]}}, None),
    ],
)
def test_the_first_date_of_publication_counts(dates: dict[str, object], year: int | None):
    assert one(**dates).year == year


def test_a_venue_is_a_journal_else_an_event_or_an_institution():
    assert one(**{"container-title": [], "event": {"name": "Meeting"}}).venue == "Meeting"
    assert one(institution=[{"name": "bioRxiv"}]).venue == "bioRxiv"
    assert one(**{"container-title": ["R &amp; D"]}).venue == "R & D"


def test_editors_stand_in_for_missing_authors():
    assert one(editor=[{"given": "Bo", "family": "Li"}]).authors == ("Bo Li",)


@pytest.mark.parametrize(
    "value",
    [
        {
            "status": "ok",
            "message": {"total-results": 2, "items": [{"title": "A"}, {"title": "B"}]},
        },
        {"items": [{"title": ["A"]}, {"title": ["B"]}]},
        [{"title": ["A"]}, {"message": {"title": ["B"]}}],
    ],
)
def test_pages_dumps_and_lists_give_their_works(value: object):
    assert [one.title for one in read(value)] == ["A", "B"]


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        ('{"status": "ok", "message-type": "work-list", "message": {', True),
        ('{"DOI": "10.1/x", "title": ["T"], "indexed": {"date-parts": []}}', True),
        ('[{"DOI": "10.1/x", "type": "book", "issued": {"date-parts": []}}]', False),
        ('{"doi": "10.1/x", "title": "T", "message": "x"}', False),
    ],
)
def test_sniffing_asks_for_the_book_keeping_of_the_service(head: str, ours: bool):
    assert (crossref.sniff(head) > 0.5) is ours


def test_the_shared_work_with_abstract_by_hand(shared_data: Path):
    found = shared(shared_data, "work-with-jats-abstract.json")

    assert found.title.startswith("Developing functional musculoskeletal tissues")
    assert (found.authors[0], found.authors[-1]) == (
        "Eleftherios A. Makris",
        "Kyriacos A. Athanasiou",
    )
    assert (len(found.authors), found.year) == (5, 2014)
    assert found.venue == "Proceedings of the National Academy of Sciences"
    assert found.identifiers == Identifiers(doi="10.1073/pnas.1414271111")
    assert found.abstract.startswith("Significance: The inadequate mechanical")
    assert found.abstract.endswith("and are clinically applicable.")


def test_the_shared_work_without_abstract_by_hand(shared_data: Path):
    found = shared(shared_data, "work-without-abstract.json")

    assert found.title.startswith("An essential role of active site arginine residue")
    assert found.authors[-1] == "Ranajit K. Banerjee"
    assert (found.year, found.abstract) == (2001, "")
    assert found.venue == "Molecular and Cellular Biochemistry"
    assert found.identifiers.doi == "10.1023/a:1007154515475"
