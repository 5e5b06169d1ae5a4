"""Zotero's items: what is an entry, who is an author, and the shared files by hand."""

import json
from pathlib import Path

import pytest

from rag.schema import Identifiers, Record, Source
from rag.sources import zotero


def place(position: int) -> Source:
    return Source(file="f", position=position, format="zotero")


def read(*items: object) -> list[Record]:
    found = list(zotero.read([json.dumps(items)], place))
    assert all(isinstance(one, Record) for one in found)
    return [one for one in found if isinstance(one, Record)]


def one(**fields: object) -> Record:
    (found,) = read({"itemType": "journalArticle", "title": "A Title", **fields})
    return found


def shared(folder: Path, name: str) -> list[Record]:
    with (folder / "formats/zotero-api" / name).open(encoding="utf-8") as file:
        found = list(zotero.read(file, place))
    assert [one.source.position for one in found] == list(range(1, len(found) + 1))
    return [one for one in found if isinstance(one, Record)]


def test_every_field_of_an_answer_of_the_api_is_taken():
    data = {
        "key": "AB12CD34",
        "itemType": "journalArticle",
        "title": "On <i>E. coli</i>",
        "creators": [
            {"creatorType": "editor", "name": "The Editors"},
            {"creatorType": "author", "firstName": "Ada", "lastName": "Byron"},
            {"creatorType": "author", "name": "The Group"},
        ],
        "abstractNote": "<p>Words.</p>",
        "publicationTitle": "Journal",
        "date": "May 01, 1980",
        "DOI": "10.1000/ABC",
        "url": "https://x.org/1",
        "extra": "PMID: 12\nPMCID: PMC345\narXiv: 2001.00001 [cs]",
    }

    assert read({"key": "AB12CD34", "version": 1, "data": data}) == [
        Record(
            source=place(1),
            title="On E. coli",
            abstract="Words.",
            authors=("Ada Byron", "The Group"),
            year=1980,
            venue="Journal",
            url="https://x.org/1",
            identifiers=Identifiers(
                doi="10.1000/abc", arxiv="2001.00001", pmid="12", pmcid="PMC345"
            ),
        )
    ]


def test_attachments_notes_and_annotations_are_no_entries():
    strangers = [{"itemType": kind, "title": kind} for kind in zotero.PASSED_OVER]
    held = [{"data": one} for one in strangers]

    first, second = read(*strangers, {"itemType": "book", "title": "A"}, *held, {"title": "B"})

    assert [(one.title, one.source.position) for one in (first, second)] == [("A", 1), ("B", 2)]


def test_a_better_bibtex_library_is_read_from_its_items_only():
    library = {
        "config": {"label": "BetterBibTeX JSON"},
        "collections": {"C": {"key": "C", "name": "Shelf", "items": [1], "collections": []}},
        "items": [
            {"itemType": "note", "note": "x"},
            {
                "itemType": "thesis",
                "title": "T",
                "extra": ["Number: 1", "DOI: 10.1000/x"],
                "attachments": [{"itemType": "attachment", "title": "PDF"}],
                "notes": ["<p>n</p>"],
            },
        ],
    }
    for indent in (None, 2):
        text = json.dumps(library, indent=indent).splitlines(keepends=True)
        (found,) = zotero.read(text, place)

        assert isinstance(found, Record)
        assert (found.title, found.identifiers.doi) == ("T", "10.1000/x")


@pytest.mark.parametrize(
    ("kinds", "names"),
    [
        (["author", "editor", "author"], ("A 0", "A 2")),
        (["translator", "author"], ("A 1",)),
        (["editor", "editor", "translator"], ("A 0", "A 1")),
        (["inventor"], ("A 0",)),
        ([], ()),
    ],
)
def test_authors_come_first_then_who_stands_first(kinds: list[str], names: tuple[str, ...]):
    creators = [
        {"creatorType": kind, "firstName": "A", "lastName": str(number)}
        for number, kind in enumerate(kinds)
    ]

    assert one(creators=creators).authors == names


def test_arxiv_ids_are_found_where_zotero_puts_them():
    assert one(archiveID="arXiv:2001.00001").identifiers.arxiv == "2001.00001"
    assert one(publicationTitle="arXiv:2001.00001 [cs]").identifiers.arxiv == "2001.00001"
    assert one(archiveID="2001.00001").identifiers.arxiv is None


def test_odd_kinds_have_a_title_venue_and_year_too():
    (found,) = read(
        {
            "meta": {"parsedDate": "2011-02"},
            "data": {"itemType": "case", "caseName": "A v. B", "date": ""},
        },
    )

    assert (found.title, found.year) == ("A v. B", 2011)
    assert one(itemType="preprint", repository="PsyArXiv").venue == "PsyArXiv"


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        ('[{"key": "A", "data": {"itemType": "book", "creators": []', True),
        ('{"config": {"label": "BetterBibTeX JSON", "preferences": {', True),
        ('{"collections": {"C": {"items": [], "key": "C", "name": "S"}', True),
        ('[{"itemType": "x", "title": "T"}]', False),
        ('{"items": [], "name": "n", "title": "key"}', False),
    ],
)
def test_sniffing_asks_for_the_kind_of_an_item(head: str, ours: bool):
    assert (zotero.sniff(head) > 0.5) is ours


@pytest.mark.parametrize(
    ("name", "records", "abstracts"),
    [("items.json", 20, 3), ("betterbibtex-json-library.json", 51, 34)],
)
def test_shared_files_are_counted_in_full(
    shared_data: Path, name: str, records: int, abstracts: int
):
    found = shared(shared_data, name)

    assert len(found) == records
    assert sum(bool(one.abstract) for one in found) == abstracts


def test_two_shared_items_by_hand(shared_data: Path):
    found = shared(shared_data, "items.json")
    food, yarn = found[13], found[18]

    assert food.title == "Does sensitization to foods in adults occur always in the gut?"
    assert food.authors == ("Riccardo Asero", "Leonardo Antonicelli")
    assert food.venue == "International archives of allergy and immunology"
    assert (food.year, food.identifiers) == (2011, Identifiers(pmid="20664272"))
    assert food.abstract.startswith("It is widely accepted that")
    assert food.abstract.endswith("mechanisms of tolerance and sensitization.")
    assert (yarn.authors[0], yarn.authors[-1]) == ("Márcio D. Lima", "Ray H. Baughman")
    assert (len(yarn.authors), yarn.year, yarn.venue) == (16, 2011, "Science")
    assert yarn.identifiers.doi == "10.1126/science.1195912"
    assert found[8].abstract == "Sherlock Holmes www.mycine.com.ar/"


def test_two_shared_library_entries_by_hand(shared_data: Path):
    found = shared(shared_data, "betterbibtex-json-library.json")
    trees, maps = found[4], found[16]

    assert trees.title == "XGBoost: A Scalable Tree Boosting System"
    assert trees.authors == ("Tianqi Chen", "Carlos Guestrin")
    assert (trees.year, trees.identifiers.doi) == (2016, "10.1145/2939672.2939785")
    assert (trees.venue or "").startswith("Proceedings of the 22nd ACM SIGKDD")
    assert trees.abstract.startswith("Tree boosting is a highly")
    assert trees.abstract.endswith("far fewer resources than existing systems.")
    assert maps.authors == ("Felix M. Riese", "Sina Keller")
    assert (maps.year, maps.identifiers) == (2020, Identifiers(arxiv="1903.11114"))
    assert found[0].authors == ("Cha Zhang", "Yunqian Ma")
