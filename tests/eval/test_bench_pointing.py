"""The figures of the bench of short answers."""

from pairreader import NOTHING, ScriptedReader

from eval.bench.pointing import Shown, finders, row, shown
from rag.pairs import PairReading

TEXT = "The tower has 204 steps. It was built by Ada Brook. Bells hang in it."
RECORD = {
    "question": "Who built the tower?",
    "context": TEXT,
    "answers": [{"text": "Ada Brook"}, {"text": "Brook"}],
    "meta": {"title": "Bell_tower"},
}


def test_a_question_comes_with_a_sentence_that_answers_and_one_that_does_not() -> None:
    whole = {**RECORD, "context": "It was built by Ada Brook."}
    holding, other = shown([RECORD, whole], seed=0)
    assert holding == Shown(
        "Who built the tower?", "Bell tower", "It was built by Ada Brook.", ("Ada Brook", "Brook")
    )
    assert (other.sentence in TEXT, "Brook" in other.sentence, other.answers) == (True, False, ())


def test_the_row_tells_given_wrongly_given_and_right() -> None:
    pairs = [
        Shown("q", "t", "one", ("one two",)),
        Shown("q", "t", "two", ("two",)),
        Shown("q", "t", "three", ("four",)),
        Shown("q", "t", "", ("five",)),
        Shown("q", "t", "six", ()),
        Shown("q", "t", "", ()),
    ]
    assert row(pairs, lambda one: one.sentence) == ["0.750", "0.500", "0.500"]
    assert row(pairs, lambda one: "") == ["0.000", "0.000", "-"]


def test_rules_the_reader_and_both_are_compared() -> None:
    def rule(_: str, text: str) -> PairReading:
        start = text.index("Ada Brook")
        return NOTHING._replace(answers=9.0, placed=1.0, start=start, end=start + 9)

    one = Shown(
        "Who built the tower?", "Bell tower", "It was built of 204 stones by Ada Brook.", ()
    )
    found = {name: find(one) for name, find in finders(ScriptedReader(rule)).items()}
    assert found == {"rules": "", "reader": "Ada Brook", "both": "Ada Brook"}
