import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import stays_under

from rag.answering.direct import direct_answers
from rag.answering.question import read_question
from rag.terms import numbers


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        (
            "How many languages does Quill cover?",
            "Quill covers 23 languages and 4 domains.",
            ["23 languages"],
        ),
        (
            "How many pages are held?",
            "It holds more than 1,200 pages from 14 venues.",
            ["more than 1,200 pages"],
        ),
        pytest.param(
            "How many papers are held?",
            "It holds more than 1,200 papers from 14 venues.",
            ["more than 1,200 papers"],
        ),
        ("How much faster is Quill?", "Quill runs 3.5x faster than before.", ["3.5x faster"]),
        (
            "What accuracy does Moss reach?",
            "Moss reaches 91.4% accuracy on 5 tasks.",
            ["91.4% accuracy"],
        ),
        (
            "What percentage of claims is wrong?",
            r"About 12\% of claims are wrong.",
            [r"About 12\%"],
        ),
        pytest.param(
            "How many hours and how many layers were needed?",
            "Training 12 layers took 36 hours.",
            ["12 layers took", "36 hours"],
        ),
        (
            "How many hours did it take, and how many layers?",
            "Training took 36 hours for 12 layers.",
            ["36 hours", "12 layers"],
        ),
        ("How many layers does it have?", "The encoder has 3-5 layers.", ["3-5 layers"]),
        ("How many layers does it have?", "The encoder has 3 to 5 layers.", ["3 to 5 layers"]),
        (
            "By how much does it improve?",
            "It improves F1 by 9% to 19% absolute.",
            ["9% to 19% absolute"],
        ),
        ("How large is the model?", "The model has 7 billion parameters.", []),
        ("How many annotators took part?", "Twelve annotators took part.", ["Twelve annotators"]),
        ("How many annotators took part?", "Annotators took part in the study.", []),
        ("How many of the 12 tasks improve?", "On 9 of the 12 tasks it improves.", ["9"]),
        ("How many examples were collected?", "We collected 10k examples.", ["10k examples"]),
        (
            "How many tokens were read?",
            "It read 1.4 trillion tokens with 70 billion parameters.",
            ["1.4 trillion tokens"],
        ),
        ("What is the cost?", "A page costs $5 in all.", ["$5"]),
        ("What score does Quill get on Reed?", "Quill gets 80.5 on Reed.", ["80.5"]),
        ("How many bells rang?", "Of GPT-3.5 and ResNet-50, none rang.", []),
        ("How many bells rang?", "Between 1990 and 2000 some 14 bells rang.", ["14 bells rang"]),
        pytest.param(
            "How many examples does Reed have?",
            "Reed has between 300 and 400 examples.",
            ["between 300 and 400 examples"],
        ),
        ("What is the name of the benchmark?", "We release a suite called BellSum.", ["BellSum"]),
        ("Which dataset was used?", "Experiments use the TideQA dataset.", ["TideQA"]),
        (
            "Which datasets were used?",
            "We evaluate on the datasets TideQA, MossNLI, and BellSum.",
            ["TideQA, MossNLI, and BellSum"],
        ),
        (
            "Which models were tested?",
            "We test the models GPT-3.5 and LLaMA 2 in turn.",
            ["GPT-3.5 and LLaMA 2"],
        ),
        pytest.param(
            "Which models were tested?",
            "We test the models GPT-3.5, LLaMA 2 and Mistral.",
            ["GPT-3.5, LLaMA 2 and Mistral"],
        ),
        ("Which optimizer was used?", "We train with a plain optimizer.", []),
        ("What is the method called?", 'The method, dubbed "Slow Tide", is simple.', ["Slow Tide"]),
        (
            "What is the method called?",
            "It is named the Moss Protocol 2 and is simple.",
            ["Moss Protocol 2"],
        ),
        ("Which models does AlphaX beat?", "The AlphaX model beats BetaY models.", ["BetaY"]),
        ("Which language is it written in?", "It is written in the language OCaml.", ["OCaml"]),
        ("What is the suite called?", "The suite is called simple by many.", []),
        ("How does it work?", "It has 3 steps.", []),
        ("Is it faster?", "It is 3x faster.", []),
        ("Which papers study tides?", "We study tides with TideQA.", []),
        ("How many bells?", "", []),
    ],
)
def test_a_sentence_answers_in_short(question, sentence, expected):
    found = direct_answers(read_question(question), sentence)
    assert len(found) == len(expected)
    # A phrase may take a word too many along ("Twelve annotators took part").
    assert all(one.startswith(other) for one, other in zip(found, expected, strict=True))
    assert all(len(one) <= len(other) + 12 for one, other in zip(found, expected, strict=True))


PIECES = st.sampled_from(
    "How many hours layers 3 3.5x 12% 1,000 ten to - – between and or of the called named dataset "
    'models TideQA MossNLI Mistral GPT-3.5 "Slow" , . ( ) about more than $ ~ 5 billion'.split()
)
SENTENCES = st.lists(PIECES, max_size=25).map(" ".join) | st.text(max_size=60)
QUESTIONS = st.sampled_from(
    [
        "How many hours and how many layers?",
        "By how much?",
        "What share of 12 models?",
        "Which dataset was used?",
        "What are the models called?",
        "Which models does GPT-3.5 beat?",
        "Why?",
    ]
)


@given(QUESTIONS, SENTENCES)
def test_every_phrase_is_an_exact_run_of_the_sentence(question, sentence):
    for phrase in direct_answers(read_question(question), sentence):
        assert phrase
        assert phrase in sentence


@given(SENTENCES)
def test_every_phrase_of_a_number_holds_a_number_that_the_question_does_not_give(sentence):
    asked = read_question("How many of 12 hours and how many layers?")
    for phrase in direct_answers(asked, sentence):
        assert any(number.value != 12 for number in numbers(phrase))


@given(QUESTIONS, SENTENCES)
def test_a_phrase_is_given_no_more_often_than_it_stands_there(question, sentence):
    found = direct_answers(read_question(question), sentence)
    assert all(found.count(one) <= sentence.count(one) for one in found)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many cats?", "about " * 600 + "x 5"),
        ("What is the model called?", 'called "' * 600),
        ("What is the model called?", "\"'`" * 1_000),
        ("Which dataset?", "dataset " * 600),
        pytest.param("How many cats?", "1 " * 900),
        pytest.param("How many cats?", "1 to " * 600 + "x 5"),
        pytest.param("How many cats?", " ".join(f"{n} cats" for n in range(700))),
    ],
    ids=lambda text: text[:14],
)
def test_a_hostile_sentence_is_read_in_a_moment(question, sentence):
    assert stays_under(0.2, lambda: direct_answers(read_question(question), sentence))
