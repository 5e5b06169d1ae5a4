"""Which words of a claim its evidence comes near to."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pairreader import NOTHING, ScriptedReader
from pieces import Words

from rag.build import interaction
from rag.interaction import Interaction
from rag.verification import LexicalChecker, MeaningChecker
from rag.verification.meaning import Weights
from rag.verification.meeting import nearness, unmet

KNOWN = Interaction(Words())


def test_words_without_content_are_never_marked():
    assert unmet(KNOWN, "the moon of the tide", ["moon tide"]) == ()
    assert {(start, end) for start, end, _ in nearness(KNOWN, "the moon of it", ["bell"])} == {
        (4, 8)
    }


def test_what_nothing_comes_near_to_is_marked_and_neighbours_together():
    claim = "The moon, tide bell and moon."
    spans = unmet(KNOWN, claim, ["moon"])
    assert [claim[start:end] for start, end in spans] == ["tide bell"]
    assert unmet(KNOWN, claim, ["moon tide", "bell"]) == ()


def test_an_added_clause_is_marked_and_a_paraphrase_is_not():
    evidence = ["We train a small network on recordings of birdsong from forests."]
    claim = "The authors train a little neural net on forest birdsong, using lunar gravity."
    said = [claim[start:end] for start, end in unmet(interaction(), claim, evidence)]
    assert any("lunar" in each or "gravity" in each for each in said)
    assert not any("birdsong" in each or "train" in each for each in said)


@settings(max_examples=30, deadline=None)
@given(claim=st.text(max_size=120), text=st.text(max_size=300))
def test_marks_lie_in_the_claim_in_order_and_apart(claim: str, text: str):
    spans = unmet(interaction(), claim, [text])
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(start < end <= len(claim) for start, end in spans)


PLAIN = Weights("test", 0.5, 1.0, -0.5, 0.0, 0.6, 0.3, 1.0)


def checker(**readings: float) -> MeaningChecker:
    reading = NOTHING._replace(**readings)
    reader = ScriptedReader(lambda first, second: reading)
    return MeaningChecker(LexicalChecker(), reader, interaction=KNOWN, weights=PLAIN)


def test_a_sentence_that_falls_short_says_which_words_are_not_met():
    verdict = checker(undecided=6.0).check("Moon and bell rise.", ["Moon rises."])
    assert verdict.label != "supported"
    assert [("Moon and bell rise."[a:b]) for a, b in verdict.unmet] == ["bell"]


def test_a_sentence_that_stands_marks_nothing():
    verdict = checker(supports=9.0).check("Moon bell", ["Moon shone, bell rang."])
    assert (verdict.label, verdict.unmet) == ("supported", ())


def test_without_word_pieces_nothing_is_marked():
    reader = ScriptedReader(lambda first, second: NOTHING._replace(undecided=6.0))
    plain = MeaningChecker(LexicalChecker(), reader, weights=PLAIN)
    assert plain.check("Moon and bell rise.", ["Moon rises."]).unmet == ()
