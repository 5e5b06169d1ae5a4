"""The checker of words and meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairreader import NOTHING, ScriptedReader

from rag.pairs import PairReading
from rag.verification import LexicalChecker, MeaningChecker
from rag.verification.meaning import WINDOW, WINDOWS, Signs, Weights, load_weights, stretches

WEIGHTS = Weights("test", 0.5, 1.0, -0.5, 0.0, 0.6, 0.3, 1.0)
YES = NOTHING._replace(supports=6.0)
NO = NOTHING._replace(contradicts=6.0)
SILENT = NOTHING._replace(undecided=6.0)


def checker_saying(reading: PairReading) -> MeaningChecker:
    return MeaningChecker(
        LexicalChecker(), ScriptedReader(lambda first, second: reading), weights=WEIGHTS
    )


def test_a_paraphrase_stands_where_the_reader_sees_it() -> None:
    claim, evidence = "Tides slow the clock down.", ["The sea's rise and fall makes it run late."]
    assert LexicalChecker().check(claim, evidence).label == "unsupported"
    assert checker_saying(YES).check(claim, evidence).label == "supported"
    assert checker_saying(SILENT).check(claim, evidence).label == "unsupported"


def test_a_contradiction_in_the_same_words_is_seen() -> None:
    claim, evidence = "Honey with fructose sets.", ["Honey with much fructose stays liquid."]
    assert checker_saying(NO).check(claim, evidence).label == "contradicted"


def test_what_is_on_something_else_contradicts_nothing() -> None:
    verdict = checker_saying(NO).check("Clocks run late on the moon.", ["Bees visit flowers."])
    assert verdict.label == "unsupported"


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("It has 340 layers.", "It has 24 layers and reads pages."),
        ("GPT-9 reads pages of books.", "BERT reads pages of books."),
    ],
)
def test_no_reader_talks_a_number_or_a_name_into_evidence(claim: str, evidence: str) -> None:
    verdict = checker_saying(YES).check(claim, [evidence])
    assert verdict.label != "supported"
    assert verdict.probability <= WEIGHTS.supported


def test_a_quotation_needs_no_reader() -> None:
    reader = ScriptedReader(lambda first, second: NO)
    checker = MeaningChecker(LexicalChecker(), reader, weights=WEIGHTS)
    assert checker.check("Bees visit blue flowers.", ["Bees visit blue flowers."]).label == (
        "supported"
    )
    assert reader.asked == []


def test_without_evidence_nothing_is_supported() -> None:
    assert checker_saying(YES).check("Bees visit flowers.", []).label == "unsupported"


def test_the_name_tells_numbers_and_reader() -> None:
    name = checker_saying(YES).name
    assert name == "meaning-test@scripted-reader"
    assert checker_saying(NO).check("Bees sleep.", ["Bees wake."]).checker == name


@given(st.floats(-9, 9), st.floats(-9, 9), st.floats(-9, 9))
def test_the_shipped_numbers_point_the_right_way(words: float, yes: float, no: float) -> None:
    weights, signs = load_weights(), Signs(words, yes, no)
    here = weights.probability(signs)
    assert 0 <= here <= 1
    assert weights.probability(signs._replace(supports=yes + 1)) >= here
    assert weights.probability(signs._replace(words=words + 1)) >= here
    assert weights.probability(signs._replace(contradicts=no + 1)) <= here


def test_the_shipped_thresholds_are_in_order() -> None:
    weights = load_weights()
    assert 0 < weights.partial <= weights.supported < 1


def test_short_evidence_is_read_whole_and_by_sentence() -> None:
    evidence = ["Bees visit blue flowers.", "Rain keeps them home."]
    assert stretches("Bees visit flowers.", evidence) == [
        "Bees visit blue flowers. Rain keeps them home.",
        "Bees visit blue flowers.",
        "Rain keeps them home.",
    ]


def test_long_evidence_is_read_where_it_shares_words_with_the_claim() -> None:
    filler = [f"Nothing of number {n} is said here about any subject at all." for n in range(400)]
    evidence = [" ".join([*filler[:200], "Bees visit blue flowers twice.", *filler[200:]])]
    found = stretches("Do bees visit blue flowers?", evidence)
    assert any("Bees visit blue flowers twice." in one for one in found)
    assert len(found) <= WINDOWS + 2
    assert max(len(one.split()) for one in found) <= WINDOW
