import json
from pathlib import Path

import pytest
from light import library_of

from eval.calibration.agreement import Judged, rate, table
from rag.answering.fitted import load
from rag.build import embedder
from rag.errors import UsageError
from rag.inquiries.agreeing import LONGEST, Bounds, agreement
from rag.inquiries.agreement import Agreement
from rag.inquiries.tools import Tools
from rag.library import Library
from rag.retrieval import HybridRetriever
from rag.schema import Filters
from rag.verification import LexicalChecker

HUNT = "Barn owls locate a mouse by hearing alone."


@pytest.fixture(scope="module")
def owls(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return a library that is of three minds about owls."""
    folder = tmp_path_factory.mktemp("owls")
    texts = {
        "for": f"Hunting at night is hard. {HUNT} They strike within 5 degrees.",
        "against": "Barn owls do not locate a mouse by hearing alone. They need some light.",
        "open": "We kept barn owls and released a mouse. Strikes were filmed by two cameras.",
        "moths": "Tiger moths answer the calls of bats with clicks that jam their sonar.",
    }
    rows = [
        {"_id": name, "title": f"On {name}", "text": text, "year": 2000 + at}
        for at, (name, text) in enumerate(texts.items())
    ]
    file = folder / "papers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return library_of(folder / "library", file, embedder="minilm")


def _weigh(library: Library, claim: str, *, k: int = 10, filters: Filters | None = None):
    tools = Tools(HybridRetriever(embedder("minilm")), load(), LexicalChecker())
    with library.open() as view:
        return agreement(view, tools, claim, k=k, filters=filters)


def _stands(found: Agreement) -> dict[str, str]:
    return {found.citations[each.citation - 1].paper_id: each.stand for each in found.positions}


def test_papers_support_contradict_and_leave_open(owls: Library):
    found = _weigh(owls, HUNT)
    assert _stands(found) == {"for": "supports", "against": "contradicts", "open": "undecided"}
    assert [found.count(each) for each in ("supports", "contradicts", "undecided")] == [1, 1, 1]


def test_positions_are_sorted_and_their_sentences_quoted(owls: Library):
    found = _weigh(owls, HUNT)
    assert [each.citation for each in found.positions] == [1, 2, 3]
    assert found.citations[0].quote == HUNT
    assert found.positions[0].verdict.probability > 0.9
    with owls.snapshot() as snapshot:
        for citation in found.citations:
            paper = snapshot.paper(citation.paper_id)
            assert paper.abstract[citation.start : citation.end] == citation.quote


def test_a_wrong_number_is_contradicted(sample_library: Library):
    found = _weigh(sample_library, "GPT-3 has 75 billion parameters", k=5)
    assert _stands(found)["brown2020gpt3"] == "contradicts"


def test_a_right_number_is_supported(sample_library: Library):
    found = _weigh(sample_library, "GPT-3 has 175 billion parameters", k=5)
    assert _stands(found)["brown2020gpt3"] == "supports"


def test_a_number_of_another_thing_contradicts_nothing(sample_library: Library):
    found = _stands(_weigh(sample_library, "GPT-3 has 175 billion parameters", k=5))
    assert found["ouyang2022instructgpt"] == "undecided"


def test_what_shares_only_the_topic_is_undecided(sample_library: Library):
    found = _weigh(sample_library, "BERT was pre-trained on Wikipedia in twelve languages", k=5)
    assert _stands(found)["devlin2019bert"] == "undecided"


def test_no_paper_on_the_topic_is_a_refusal(owls: Library):
    found = _weigh(owls, "Interest rates rose in the second quarter.")
    assert found.positions == ()
    assert found.refusal is not None


def test_a_checker_of_words_is_named_and_its_limits_told(owls: Library):
    found = _weigh(owls, HUNT)
    assert found.checker.startswith("lexical")
    assert found.checker in found.notices[0]


def test_filters_and_k_choose_the_papers(owls: Library):
    assert set(_stands(_weigh(owls, HUNT, filters=Filters(year_from=2001)))) == {"against", "open"}
    assert len(_weigh(owls, HUNT, k=1).positions) == 1


@pytest.mark.parametrize(
    ("claim", "k", "why"),
    [
        ("\n", 10, "blank"),
        ("owls " * LONGEST, 10, "characters"),
        ("is it not", 10, "content"),
        (HUNT, 0, "weighed"),
    ],
)
def test_what_cannot_be_weighed_is_said(owls: Library, claim: str, k: int, why: str):
    with pytest.raises(UsageError, match=why):
        _weigh(owls, claim, k=k)


def test_a_judged_paper_that_is_not_found_counts_as_missed():
    pairs = [Judged("1", True, "supports", ()), Judged("2", True, "undecided", ())]
    found = rate(pairs, "supports", Bounds())
    assert (found.said, found.true, found.precision, found.recall) == (0, 1, 0.0, 0.0)
    assert "| supports | 1 | 0 |" in table(pairs, Bounds())


def test_the_benchmark_reads_the_shared_claims(shared_data: Path):
    from eval.calibration.agreement import truths

    found = dict(truths(shared_data / "retrieval" / "scifact"))
    assert len(found) == 809
    assert found["2"] == {"13734012": "contradicts"}
    assert found["0"] == {"31715818": "undecided"}
