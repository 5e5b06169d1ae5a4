import pytest

from rag.answering.fitted import load
from rag.build import embedder
from rag.errors import UsageError
from rag.inquiries.comparing import compare
from rag.inquiries.comparison import Comparison
from rag.inquiries.roles import FLOOR, Role, points, role_of
from rag.inquiries.tools import Tools
from rag.library import Library
from rag.retrieval import HybridRetriever
from rag.schema import Filters, Verdict
from rag.verification import Checker, LexicalChecker

ABSTRACT = [
    "Deep parsers are accurate, but they remain slow and costly to train.",
    "We propose Owlparse, a parser that reads a sentence once.",
    "Owlparse is trained and evaluated on the Mouse Treebank, a corpus of 12,000 sentences.",
    "Experiments show that it outperforms earlier parsers by 4% and is three times as fast.",
    "However, it still struggles with long sentences.",
]


class Naysayer:
    """Supports nothing."""

    name = "naysayer-1"

    def check(self, claim: str, evidence: object, *, question: str | None = None) -> Verdict:
        return Verdict(label="unsupported", probability=0.0, checker=self.name)


def _compare(
    library: Library,
    question: str = "",
    things: tuple[str, ...] = (),
    aspects: tuple[str, ...] = (),
    k: int = 5,
    filters: Filters | None = None,
    checker: Checker | None = None,
) -> Comparison:
    tools = Tools(HybridRetriever(embedder("minilm")), load(), checker or LexicalChecker())
    with library.open() as view:
        return compare(view, tools, question, things=things, aspects=aspects, k=k, filters=filters)


def _cell(comparison: Comparison, row: int, aspect: str) -> str:
    return comparison.rows[row].cells[comparison.aspects.index(aspect)].text


@pytest.mark.parametrize(("place", "role"), list(enumerate(Role)))
def test_each_sentence_of_a_plain_abstract_has_its_role(place: int, role: Role):
    found = points(role, ABSTRACT)
    assert found[place] == max(found) >= FLOOR


def test_what_an_abstract_does_not_say_has_no_sentence():
    assert max(points(Role.LIMITATION, ABSTRACT[:4])) < FLOOR
    assert max(points(Role.DATA, [ABSTRACT[0], ABSTRACT[1], ABSTRACT[4]])) < FLOOR


def test_limits_of_others_are_no_limits_of_the_paper():
    body = ["Parsers still struggle with long sentences.", "We propose a parser."]
    assert max(points(Role.LIMITATION, body)) < FLOOR


@pytest.mark.parametrize(
    ("aspect", "role"),
    [
        ("data set", Role.DATA),
        ("Datasets", Role.DATA),
        ("method", Role.APPROACH),
        ("main results", Role.RESULT),
        ("limitations", Role.LIMITATION),
        ("number of parameters", None),
        ("languages", None),
    ],
)
def test_an_aspect_is_known_by_its_other_names(aspect: str, role: Role | None):
    assert role_of(aspect) == role


def test_every_cell_is_a_quote_of_its_own_paper(sample_library: Library):
    found = _compare(sample_library, "dense retrieval", k=4)

    assert found.refusal is None
    assert len(found.rows) == 4
    with sample_library.snapshot() as snapshot:
        for row in found.rows:
            for cell in row.cells:
                assert bool(cell.text) == bool(cell.citations)
                for n in cell.citations:
                    citation = found.citations[n - 1]
                    paper = snapshot.paper(citation.paper_id)
                    assert citation.paper_id == row.paper_id
                    assert paper.abstract[citation.start : citation.end] == citation.quote
                    assert cell.text in citation.quote
    used = [n for row in found.rows for cell in row.cells for n in cell.citations]
    assert list(dict.fromkeys(used)) == list(range(1, len(found.citations) + 1))


def test_named_approaches_stand_in_their_order_beside_their_papers(sample_library: Library):
    found = _compare(
        sample_library, things=("SQuAD 2.0", "BERT", "triviaqa"), aspects=("number of questions",)
    )
    assert [row.paper_id for row in found.rows] == [
        "rajpurkar2018squad2",
        "devlin2019bert",
        "joshi2017triviaqa",
    ]
    assert "50,000" in _cell(found, 0, "number of questions")
    assert _cell(found, 1, "number of questions") == ""
    assert "95,000" in _cell(found, 2, "number of questions")


def test_a_paper_may_be_named_by_its_id(sample_library: Library):
    found = _compare(sample_library, things=("lewis2020bart", "karpukhin2020dpr"))
    assert [row.paper_id for row in found.rows] == ["lewis2020bart", "karpukhin2020dpr"]
    assert "BERT encoders" in _cell(found, 1, "approach")


def test_a_thing_that_no_paper_is_about_has_an_empty_row_and_is_told(sample_library: Library):
    found = _compare(sample_library, things=("BERT", "Zorblax"), aspects=("approach",))
    assert found.rows[1].paper_id is None
    assert _cell(found, 1, "approach") == ""
    assert found.notices == ("no paper of the library is about Zorblax",)


def test_columns_that_nobody_asked_for_are_those_that_the_papers_speak_on(
    sample_library: Library,
):
    found = _compare(sample_library, "pre-trained language models")
    assert "approach" in found.aspects
    for column in range(len(found.aspects)):
        filled = sum(bool(row.cells[column].text) for row in found.rows)
        assert filled >= 0.4 * len(found.rows)


def test_an_off_topic_comparison_is_refused(sample_library: Library):
    found = _compare(sample_library, "winter feed of honey bees")
    assert found.refusal is not None
    assert (found.rows, found.citations) == ((), ())
    assert found.refusal.nearest


def test_aspects_that_no_abstract_speaks_on_are_refused(sample_library: Library):
    found = _compare(sample_library, things=("BERT", "DPR"), aspects=("carbon footprint",))
    assert found.refusal is not None
    assert "carbon footprint" in found.refusal.reason


def test_filters_choose_the_papers(sample_library: Library):
    found = _compare(sample_library, "language models", filters=Filters(year_from=2020))
    assert found.rows
    assert all(row.year and row.year >= 2020 for row in found.rows)


def test_a_cell_that_the_checker_does_not_uphold_is_emptied(sample_library: Library):
    found = _compare(sample_library, "dense retrieval", checker=Naysayer())
    assert not any(cell.text for row in found.rows for cell in row.cells)
    assert found.citations == ()


@pytest.mark.parametrize(
    ("question", "things", "k", "why"),
    [
        (" ", (), 5, "blank"),
        ("", ("BERT",), 5, "one row"),
        ("parsers", (), 1, "one row"),
        ("parsers", (), 21, "at most"),
        ("", (" BERT", "BERT "), 5, "one row"),
    ],
)
def test_what_cannot_be_compared_is_said(
    sample_library: Library, question: str, things: tuple[str, ...], k: int, why: str
):
    with pytest.raises(UsageError, match=why):
        _compare(sample_library, question, things, k=k)
