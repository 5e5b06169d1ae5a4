"""The short answer that a reader points at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairreader import NOTHING, ScriptedReader

from rag.answering.pointing import ANSWERS, DOUBTED, PLACED, Pointer
from rag.answering.question import read_question
from rag.pairs import PairReading
from rag.reader import Reader

TITLE = "On owls"
SENTENCE = "We recorded the tawny owl (Strix aluco) in Kielder Forest."


def pointing_at(
    words: str, *, placed: float = PLACED, answers: float = ANSWERS, cut: int = 0
) -> ScriptedReader:
    """Return a reader that points at these words, ``cut`` characters short at both ends."""

    def rule(_: str, second: str) -> PairReading:
        start = second.index(words)
        return NOTHING._replace(
            answers=answers, start=start + cut, end=start + len(words) - cut, placed=placed
        )

    return ScriptedReader(rule)


def phrase(reader: ScriptedReader, question: str = "Which animal was recorded?") -> str | None:
    found = short(reader, question)
    assert len(found) <= 1
    return found[0] if found else None


def short(reader: ScriptedReader, question: str, *rules: str) -> tuple[str, ...]:
    return Pointer(reader, read_question(question), question).short(rules, SENTENCE, title=TITLE)


def test_the_words_are_those_of_the_sentence_and_the_reader_sees_the_title() -> None:
    reader = pointing_at("tawny owl")
    assert phrase(reader) == "tawny owl"
    assert reader.asked == [("Which animal was recorded?", f"{TITLE}. {SENTENCE}")]


def test_an_unsure_reader_is_not_heard() -> None:
    assert phrase(pointing_at("tawny owl", placed=PLACED - 0.01)) is None
    assert phrase(pointing_at("tawny owl", answers=ANSWERS - 0.01)) is None


def test_what_stands_in_the_title_is_no_answer() -> None:
    assert phrase(pointing_at("On owls")) is None


def test_half_words_are_made_whole_and_open_brackets_are_left_out() -> None:
    assert phrase(pointing_at("tawny owl", cut=2)) == "tawny owl"
    assert phrase(pointing_at("Strix aluco)")) == "Strix aluco"
    assert phrase(pointing_at("tawny owl (Strix")) == "tawny owl"
    assert phrase(pointing_at("tawny owl (Strix aluco)")) == "tawny owl (Strix aluco)"


@pytest.mark.parametrize(
    "question", ["Where in Kielder Forest was it?", "What is known of KF birds of Kielder Forest?"]
)
def test_what_the_question_says_is_no_answer(question: str) -> None:
    assert phrase(pointing_at("Kielder Forest"), question) is None


def test_a_short_form_of_the_questions_own_words_is_no_answer() -> None:
    text = "Late interaction ranking (LIR) is slow."
    question = "What is late interaction ranking for?"
    pointer = Pointer(pointing_at("LIR"), read_question(question), question)
    assert pointer.short((), text, title="") == ()


@pytest.mark.parametrize(
    "question",
    [
        "Is the tawny owl rare?",
        "Which papers study owls?",
        "Tawny owl versus elf owl?",
        "Why is the tawny owl heard?",
    ],
)
def test_questions_that_nothing_short_answers_are_not_read(question: str) -> None:
    reader = pointing_at("tawny owl")
    assert phrase(reader, question) is None
    assert reader.asked == []


@pytest.mark.parametrize(
    ("answers", "rules", "expected"),
    [
        (9.0, ["the tawny owl"], ["the tawny owl"]),
        (9.0, ["tawny", "owl"], ["tawny owl"]),
        (9.0, ["tawny owl", "Strix aluco"], ["tawny owl", "Strix aluco"]),
        (9.0, ["Kielder Forest"], ["tawny owl"]),
        (DOUBTED, ["Kielder Forest"], ["Kielder Forest"]),
        (DOUBTED - 0.01, ["Kielder Forest"], []),
    ],
)
def test_a_phrase_by_rule_stands_unless_the_reader_is_sure_of_another_or_doubts_it(
    answers: float, rules: list[str], expected: list[str]
) -> None:
    reader = pointing_at("tawny owl", answers=answers)
    assert short(reader, "Which animal was recorded?", *rules) == tuple(expected)


def test_a_phrase_by_rule_stands_where_the_reader_is_not_asked() -> None:
    assert short(pointing_at("tawny owl"), "Is it rare?", "Strix") == ("Strix",)


def test_a_phrase_ends_without_any_kind_of_blank() -> None:
    said = NOTHING._replace(answers=9.0, placed=1.0, start=0, end=7)
    pointer = Pointer(ScriptedReader(lambda *_: said), read_question("Which?"), "Which?")
    assert pointer.short((), "\x1fowl\u3000.\x1f and kites", title="") == ("owl",)


@given(st.text(min_size=1, max_size=60), st.data())
def test_every_phrase_is_a_run_of_its_sentence(sentence: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sentence)))
    end = data.draw(st.integers(start, len(sentence)))
    said = NOTHING._replace(answers=9.0, placed=1.0, start=start, end=end)
    question = "Which one?"
    pointer = Pointer(ScriptedReader(lambda *_: said), read_question(question), question)
    for found in pointer.short((), sentence, title=""):
        assert found
        assert found in sentence
        assert found == found.strip()


def test_the_bundled_reader_points_at_a_plain_answer() -> None:
    question = "What metal are the bells made of?"
    pointer = Pointer(Reader(), read_question(question), question)
    assert pointer.short((), "The bells were cast in tin.", title="Bells in frost") == ("tin",)
