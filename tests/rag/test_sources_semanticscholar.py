"""Semantic Scholar: papers, batches, pages and snippets, and the shared files by hand."""

import json
from pathlib import Path

import pytest

from rag.schema import Identifiers, Record, Rejection, Source
from rag.sources import semanticscholar

SHA = "0123456789abcdef0123456789abcdef01234567"


def place(position: int) -> Source:
    return Source(file="f", position=position, format="semanticscholar")


def read(value: object) -> list[Record | Rejection]:
    return list(semanticscholar.read([json.dumps(value)], place))


def titles(value: object) -> list[str]:
    return [one.title for one in read(value) if isinstance(one, Record)]


def shared(folder: Path, name: str) -> list[Record | Rejection]:
    with (folder / "formats/semantic-scholar" / name).open(encoding="utf-8") as file:
        return list(semanticscholar.read(file, place))


def test_every_field_is_taken():
    (found,) = read(
        {
            "paperId": SHA,
            "externalIds": {
                "DOI": "10.1000/ABC",
                "ArXiv": "2001.00001",
                "PubMed": "12",
                "PubMedCentral": 3456,
                "ACL": "P19-1001",
                "CorpusId": 1,
            },
            "title": "A Title",
            "abstract": "Words.",
            "venue": "",
            "journal": {"name": "Journal"},
            "year": 2019,
            "url": "https://www.semanticscholar.org/paper/x",
            "authors": [{"authorId": "1", "name": "Ada Byron"}, {"name": None}],
            "citations": [{"paperId": SHA, "title": "Other"}],
        }
    )

    assert found == Record(
        source=place(1),
        title="A Title",
        abstract="Words.",
        authors=("Ada Byron",),
        year=2019,
        venue="Journal",
        url="https://www.semanticscholar.org/paper/x",
        identifiers=Identifiers(
            doi="10.1000/abc",
            arxiv="2001.00001",
            pmid="12",
            pmcid="PMC3456",
            acl="P19-1001",
            s2=SHA,
        ),
    )


@pytest.mark.parametrize(
    "value",
    [
        [{"title": "A"}, {"title": "B"}],
        {"total": 9, "data": [{"title": "A"}, {"title": "B"}]},
        {"recommendedPapers": [{"title": "A"}, {"title": "B"}]},
        {"data": [{"citingPaper": {"title": "A"}}, {"citedPaper": {"title": "B"}}]},
        {"authorId": "1", "name": "Ada", "papers": [{"title": "A"}, {"title": "B"}]},
    ],
)
def test_lists_and_pages_give_their_papers(value: object):
    assert titles(value) == ["A", "B"]


def test_an_unknown_id_is_a_rejection_with_its_position():
    one, two, three = read([{"title": "A"}, None, {"title": "B", "abstract": None}])

    assert isinstance(two, Rejection)
    assert (two.source.position, "null" in two.reason) == (2, True)
    assert isinstance(three, Record)
    assert (three.source.position, three.abstract) == (3, "")
    assert isinstance(one, Record)


def test_a_snippet_is_an_abstract_only_if_cut_from_one():
    page = {
        "data": [
            {"snippet": {"text": "S.", "snippetKind": kind}, "paper": {"title": kind}}
            for kind in ("abstract", "body", "title")
        ]
    }

    assert [one.abstract for one in read(page) if isinstance(one, Record)] == ["S.", "", ""]


def test_records_of_the_data_sets_are_read():
    (found,) = read({"corpusid": 1, "externalids": {"DOI": "10.1000/x"}, "title": "T"})

    assert isinstance(found, Record)
    assert found.identifiers.doi == "10.1000/x"


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        ('{"total": 1, "data": [{"paperId": "x", "title": "T"}]}', True),
        ('[null, {"paperId": "x", "externalIds": {}}]', True),
        ('{"data": [{"snippet": {"text": "x"}, "paper": {"corpusId": "1"}}]}', True),
        ('{"corpusid": 1, "externalids": null}', True),
        ('{"_id": "1", "paperId": "x", "title": "T"}', False),
        ('{"paperId": "x", "title": "T", "text": "x"}', False),
    ],
)
def test_sniffing_asks_for_the_names_of_the_service(head: str, ours: bool):
    assert (semanticscholar.sniff(head) > 0.5) is ours


def test_the_shared_batch_by_hand(shared_data: Path):
    lost, first, second, third = shared(shared_data, "test_get_papers_return_not_found.json")

    assert isinstance(lost, Rejection)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert isinstance(third, Record)
    assert first.title == "How Much Should We Trust Differences-in-Differences Estimates?"
    assert first.authors == ("Marianne Bertrand", "E. Duflo", "S. Mullainathan")
    assert (first.year, first.venue) == (2001, "Experimental & Empirical Studies eJournal")
    assert first.identifiers.doi == "10.2139/ssrn.288970"
    assert first.identifiers.s2 == "c31c87c591a25c64fbaa82e8ac6a81831b6ac7ce"
    assert first.abstract.startswith("Most Difference-in-Difference (DD) papers")
    assert first.abstract.endswith("to form the test distribution.")
    assert (second.authors[-1], second.year) == ("Cynthia Kinnan", 2013)
    assert (third.identifiers.doi, third.venue) == ("10.1257/rct.1355", None)


def test_the_shared_paper_and_snippets_by_hand(shared_data: Path):
    (paper,) = shared(shared_data, "paper-all-fields.json")
    cut, body = shared(shared_data, "test_search_snippet.json")

    assert isinstance(paper, Record)
    assert (paper.title, paper.year) == ("Computing Machinery and Intelligence", 1950)
    assert (paper.authors, paper.venue) == (
        ("A. Turing",),
        "The Philosophy of Artificial Intelligence",
    )
    assert paper.identifiers.doi == "10.1093/mind/lix.236.433"
    assert paper.abstract.startswith("I propose to consider the question, “Can")
    assert paper.abstract.endswith("such as a Gallup poll.")
    assert isinstance(cut, Record)
    assert isinstance(body, Record)
    assert (cut.authors, cut.abstract[:16]) == (("Alan Turing",), "The Turing test,")
    assert (body.authors, body.abstract) == (("John Smith", "Jane Doe"), "")
