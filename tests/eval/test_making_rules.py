import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.making.asking import asked
from eval.making.describing import described
from eval.making.editing import negation_edits
from eval.making.library import Library, Reading
from eval.making.naming import short_name
from eval.making.quantities import quantities
from eval.making.replacing import invented, other_number, other_numbers, renamed
from eval.making.rewording import reworded
from eval.making.rewrites import NOUNS, PHRASES, VERBS
from eval.making.verbs import base_of_gerund, finite, gerund, past, third
from rag.schema import Paper

LEAD = "We present Quandle for the study of the sea in the north. "


def library(*sentences: str, title: str = "Quandle: Reading the Sea") -> tuple[Library, Reading]:
    paper = Paper(id="p", title=title, abstract=LEAD + " ".join(sentences))
    found = Library([paper, Paper(id="z", title="Else", abstract="A wholly other text.")])
    return found, found.readings[0]


def questions(*sentences: str) -> list[tuple[str, str]]:
    found, reading = library(*sentences)
    return [(each.question, each.number) for each in asked(reading, found)]


@pytest.mark.parametrize(
    ("sentence", "question", "number"),
    [
        (
            "Quandle contains over 4,812 handwritten letters from northern islands.",
            "How many handwritten letters does Quandle contain?",
            "4,812",
        ),
        (
            "Quandle reduces the cost of dredging by 56.7% for harbours.",
            "By what percentage does Quandle reduce the cost of dredging?",
            "56.7",
        ),
        (
            "We evaluate our reader on 17 tide gauges with little noise.",
            "On how many tide gauges do the authors of the Quandle paper evaluate their reader?",
            "17",
        ),
        (
            "Quandle is evaluated on a suite of 15 harbours in winter.",
            "On how many harbours is Quandle evaluated in winter?",
            "15",
        ),
        (
            "On the tide task, Quandle achieves an accuracy of 78.73%.",
            "What accuracy does Quandle achieve on the tide task?",
            "78.73",
        ),
        (
            "Extensive experiments on 12 harbours show that the idea works well.",
            "On how many harbours was Quandle tested?",
            "12",
        ),
        (
            "Quandle reads faded ink, outperforming the previous reader by 3.1% on average.",
            "By what percentage does Quandle outperform the previous reader?",
            "3.1",
        ),
        (
            "In total, 65 letters were reviewed by two keepers of the light.",
            "How many letters were reviewed in the Quandle paper?",
            "65",
        ),
    ],
)
def test_a_sentence_with_a_number_becomes_a_question_for_it(sentence, question, number):
    assert (question, number) in questions(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Quandle was built in 1998 by the keepers of the light in the north.",
        "Quandle scales from 7 to 13 lighthouses and keeps its speed there.",
        "Models such as Lantern 70 and Lantern 13 are read by the tool here.",
        "Quandle improves the score by 10-20% in all of the waters tested.",
        "The keepers of these islands counted 4,812 ships in the harbour.",
        "Quandle reads letters (4,812 of them) in the order of the tides.",
    ],
)
def test_a_number_that_no_template_is_sure_of_is_left_alone(sentence):
    assert questions(sentence) == []


def test_a_paper_is_described_without_its_name():
    found, reading = library("Quandle restores faded ink with a lamp of violet light.")
    asks = [each.question for each in described(reading, found)]
    assert (
        "Which paper describes something that restores faded ink with a lamp of violet light?"
        in (asks)
    )
    assert all("Quandle" not in question for question in asks)


@pytest.mark.parametrize(
    ("sentence", "question", "edited"),
    [
        (
            "Quandle requires labelled letters of the keepers.",
            "Does Quandle require labelled letters of the keepers?",
            "Quandle does not require labelled letters of the keepers.",
        ),
        (
            "Quandle does not require labelled letters of keepers.",
            "Does Quandle require labelled letters of keepers?",
            "Quandle requires labelled letters of keepers.",
        ),
        (
            "Quandle can improve the reading of faded letters.",
            "Can Quandle improve the reading of faded letters?",
            "Quandle cannot improve the reading of faded letters.",
        ),
    ],
)
def test_a_statement_is_denied_and_a_denial_withdrawn(sentence, question, edited):
    found, reading = library(sentence)
    edits = list(negation_edits(reading, found))
    assert [(edit.question, edit.edited) for edit in edits] == [(question, edited)]


def test_a_statement_that_stands_twice_is_not_edited():
    found, reading = library(
        "Quandle requires labelled letters of the keepers.", "The sea requires patience in winter."
    )
    assert list(negation_edits(reading, found)) == []


@pytest.mark.parametrize(
    ("title", "abstract", "name"),
    [
        ("FEVER: a Dataset", "FEVER is a dataset of claims.", "FEVER"),
        ("Reading the Sea", "We propose TideNet. TideNet reads the sea.", "TideNet"),
        ("Reading: the Sea", "We read the sea and nothing else.", None),
        ("On BERT", "We use BERT. BERT is a model.", None),
        ("", "", None),
    ],
)
def test_a_paper_is_called_by_the_name_it_gives_itself(title, abstract, name):
    assert short_name(Paper(id="p", title=title, abstract=abstract)) == name


def test_rewrites_are_many_and_distinct():
    entries = [e for t in (VERBS, NOUNS, PHRASES) for e in t.replace("\n", "").split("|")]
    assert all(re.fullmatch(r"[^=]+=[^=]+", entry) for entry in entries)
    assert len(set(entries)) == len(entries) >= 120
    assert all(old != new for old, new in (entry.split("=") for entry in entries))


def test_a_question_is_put_in_other_words_and_names_stay():
    _, reading = library("Lantern outperforms previous methods on several benchmarks.")
    question = "Does Lantern outperform previous methods on several benchmarks?"
    assert reworded(question, reading) == (
        "Does Lantern do better than earlier procedures on several test suites?"
    )


def test_a_name_gives_way_to_what_the_abstract_says_it_is():
    _, reading = library("Quandle is a dataset for evaluating various approaches.")
    assert reworded("How many instances does Quandle contain?", reading) == (
        "How many examples does the collection of data for evaluating different approaches have?"
    )


def test_a_question_that_keeps_most_of_its_words_is_no_paraphrase():
    _, reading = library("Quandle restores faded ink with a lamp of violet light.")
    assert reworded("Which paper restores faded ink with a lamp of violet light?", reading) is None


@given(st.from_regex(r"[1-9]\d{0,2}(,\d{3}){0,2}(\.\d{1,3})?%?", fullmatch=True), st.integers())
def test_another_number_has_the_same_form_and_neither_holds_the_other(written, seed):
    other = other_number(written, random.Random(seed))
    if other is not None:
        assert re.sub(r"\d", "0", other) == re.sub(r"\d", "0", written)
        old, new = written.strip("%"), other.strip("%")
        assert old not in new
        assert new not in old


def test_all_numbers_change_but_those_of_names():
    text = "GPT-4 reads 4,812 letters in 36.5 hours."
    changed = other_numbers(text, random.Random(1))
    assert changed.startswith("GPT-4 reads ")
    assert "4,812" not in changed
    assert "36.5" not in changed


def test_an_invented_name_is_free_and_replaces_whole_words_only():
    name = invented(frozenset({"sea"}), random.Random(3))
    assert name.lower() != "sea"
    assert renamed("Sea, Sea-level and Seas", "Sea", name) == f"{name}, {name}-level and Seas"


@pytest.mark.parametrize("base", "apply require use reach run map transfer be hold begin".split())
def test_forms_of_a_verb_lead_back_to_it(base):
    assert (found := finite(third(base))) is None or found.base == base or base == "be"
    assert base == "be" or base_of_gerund(gerund(base)) == base
    assert past("apply") == "applied"


@given(st.text())
def test_any_text_has_quantities_inside_it(text):
    for quantity in quantities(text):
        start, end = quantity.number
        assert 0 <= quantity.start <= start < end <= quantity.end <= len(text)
