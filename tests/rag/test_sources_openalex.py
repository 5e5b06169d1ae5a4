"""OpenAlex: abstracts out of their index, ids out of addresses, the shared files by hand."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.schema import Identifiers, Record, Source
from rag.sources import openalex
from rag.sources.openalex import rebuilt


def place(position: int) -> Source:
    return Source(file="f", position=position, format="openalex")


def one(value: object) -> Record:
    (found,) = openalex.read([json.dumps(value)], place)
    assert isinstance(found, Record)
    return found


def shared(folder: Path, name: str) -> Record:
    return one(json.loads((folder / "formats/openalex" / name).read_text("utf-8")))


def test_every_field_is_taken():
    found = one(
        {
            "id": "https://openalex.org/W123",
            "doi": "https://doi.org/10.1000/ABC",
            "title": "On <i>E. coli</i>",
            "publication_year": 2019,
            "ids": {
                "pmid": "https://pubmed.ncbi.nlm.nih.gov/12",
                "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/3456/",
            },
            "primary_location": {"source": {"display_name": "Journal"}},
            "locations": [None, {"landing_page_url": "http://arxiv.org/abs/2001.00001v2"}],
            "authorships": [
                {"author": {"display_name": "Ada Byron"}},
                {"author": {"display_name": None}, "raw_author_name": "Li, Bo"},
                None,
            ],
            "abstract_inverted_index": {"Words": [0], "here.": [1]},
            "is_retracted": True,
        }
    )

    assert found == Record(
        source=place(1),
        title="On E. coli",
        abstract="Words here.",
        authors=("Ada Byron", "Li, Bo"),
        year=2019,
        venue="Journal",
        url="https://doi.org/10.1000/ABC",
        identifiers=Identifiers(
            doi="10.1000/abc", arxiv="2001.00001", pmid="12", pmcid="PMC3456", openalex="W123"
        ),
        retraction="retracted",
    )


@pytest.mark.parametrize(
    ("index", "text"),
    [
        ({"a": [0, 2], "b": [1]}, "a b a"),
        ({"a": [7], "b": [3]}, "b a"),
        ({"a": [0, 0], "b": [1]}, "a b"),
        ({"b": [0], "a": [0], "c": [1]}, "b a c"),
        ({"a": 1, "b": [0]}, "b a"),
        ({"a": [10**15], "b": [None, "2", 1.5, True]}, "a"),
        ({"a": []}, ""),
        ({"IndexLength": 2, "InvertedIndex": {"b": [1], "a": [0]}}, "a b"),
        (None, ""),
        ([1], ""),
    ],
)
def test_an_index_is_put_in_order(index: object, text: str):
    assert rebuilt(index) == text


@given(st.lists(st.text(alphabet="abcé<.", min_size=1, max_size=3), max_size=30))
def test_any_text_comes_back_from_its_index(words: list[str]):
    index: dict[str, list[int]] = {}
    for position, word in enumerate(words):
        index.setdefault(word, []).append(position)

    assert rebuilt(index) == " ".join(words)


def test_an_abstract_with_tags_among_its_words_is_freed_of_them():
    index = {"<p>One": [0], "<i>two</i>.</p>": [1]}

    assert one({"title": "T", "abstract_inverted_index": index}).abstract == "One two."


def test_a_page_and_lines_give_their_works():
    works = [{"title": "A"}, {"title": "B"}]
    page = json.dumps({"meta": {"count": 2}, "results": works, "group_by": []}, indent=1)
    texts = (page, "\n".join(map(json.dumps, works)))
    for text in texts:
        found = list(openalex.read(text.splitlines(keepends=True), place))

        assert [one.title for one in found if isinstance(one, Record)] == ["A", "B"]


def test_older_and_bare_records_are_read_too():
    found = one({"display_name": "T", "host_venue": {"display_name": "J"}, "id": "W12345"})

    assert (found.title, found.venue, found.identifiers.openalex) == ("T", "J", "W12345")


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        ('{"results": [{"title": "T", "abstract_inverted_index": null}]}', True),
        ('{"id": "https://openalex.org/W1", "doi": null}', True),
        ('{"id": "1", "title": "See \\"https://openalex.org/W1", "doi": "x"}', False),
        ('{"title": "T", "openalex": "W12345"}', False),
        ('{"id": "https://openalex.org/W1", "doi": "x", "authors": ["A"]}', False),
    ],
)
def test_sniffing_asks_for_fields_of_a_work(head: str, ours: bool):
    assert (openalex.sniff(head) > 0.5) is ours


def test_the_shared_works_with_abstract_by_hand(shared_data: Path):
    first = shared(shared_data, "work-with-abstract-1.json")
    second = shared(shared_data, "work-with-abstract-2.json")

    assert first.title.startswith("Pharmacokinetics, biodistribution and cell uptake")
    assert first.authors[0] == "Richard S. Geary"
    assert first.authors[1:] == ("Daniel A. Norris", "Rosie Z. Yu", "C. Frank Bennett")
    assert (first.year, first.venue) == (2015, "Advanced Drug Delivery Reviews")
    assert first.identifiers == Identifiers(
        doi="10.1016/j.addr.2015.01.008", pmid="25666165", openalex="W2033425827"
    )
    assert first.abstract.startswith("Pharmacokinetic properties of oligonucleotides are")
    assert first.abstract.endswith("antisense oligonucleotides in the future.")
    assert len(first.abstract.split()) == 215
    assert second.identifiers.pmcid == "PMC4234579"
    assert second.abstract.startswith("Significance The inadequate mechanical properties")
    assert (len(second.abstract.split()), second.year) == (126, 2014)


def test_the_shared_work_without_abstract_by_hand(shared_data: Path):
    found = shared(shared_data, "work-without-abstract.json")

    assert (found.abstract, found.year) == ("", 2001)
    assert found.venue == "Molecular and Cellular Biochemistry"
    assert found.authors[1] == "Debasish Bandyopadhyay"
    assert found.identifiers.pmid == "11330823"
