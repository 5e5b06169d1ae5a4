import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.followup import leans, standalone
from rag.schema import Turn

FIRST = "Which benchmark tests whether bells ring in tune?"


def turns(*questions: str) -> list[Turn]:
    return [Turn(question=question, answer="An answer.") for question in questions]


@pytest.mark.parametrize(
    "question",
    [
        "Why?",
        "And on moss?",
        "What about kites in weak wind over cold sand?",
        "How many questions in it cannot be answered?",
        "How were they trained on the longer tidal records?",
        "Which of these needs less labelled tidal training data?",
        "What does the second one say about salt in bread dough?",
        "Does the method need labelled recordings of bronze bells?",
        "So is bronze louder than tin in cold dry weather?",
        "What data?",
        "How does that compare with bronze bells of medieval churches?",
    ],
)
def test_a_question_that_leans_is_joined_with_the_one_before(question):
    assert leans(question)
    assert standalone(question, turns(FIRST)) == f"{FIRST} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "What is the boiling point of ethanol at sea level?",
        "How do salt and temperature change the growth of baker's yeast?",
        "Compare the advice of Quill, Reed and TideQA on tidal records.",
        "Which benchmark measures how well kites fly in weak wind?",
        "Does it hold that Quill and Reed both beat MossNLI in tidal forecasts?",
        pytest.param("How does LoRA work?"),
        pytest.param("What is BERT?"),
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question):
    assert not leans(question)
    assert standalone(question, turns(FIRST)) == question


def test_a_chain_of_leaning_questions_is_followed_to_its_start():
    history = turns("An older topic of no matter here at all", FIRST, "How large is it?")
    whole = standalone("And how old?", history)
    assert whole == f"{FIRST} How large is it? And how old?"


def test_at_most_three_earlier_questions_are_taken():
    history = turns("Why?", "And then?", "So?", "How so?", "But it?")
    assert standalone("And now?", history) == "So? How so? But it? And now?"


def test_answers_are_not_searched():
    assert "An answer" not in standalone("Why?", turns(FIRST))


@given(st.text(max_size=60))
def test_without_a_history_a_question_is_as_it_was_asked(question):
    assert standalone(question, ()) == question


@given(st.text(min_size=1, max_size=60), st.lists(st.text(min_size=1, max_size=20), max_size=5))
def test_the_question_itself_always_comes_last(question, earlier):
    whole = standalone(question, turns(*earlier))
    assert whole.endswith(question)
    taken = whole.removesuffix(question)
    assert taken == "" or earlier[-1].strip() in taken
