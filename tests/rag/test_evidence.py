import json
from importlib.resources import files
from math import exp, isclose, isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering import fitted
from rag.answering.evidence import FEATURES, Place, Reading, Weights, features
from rag.answering.fitted import Models, load
from rag.answering.question import read_question
from rag.answering.refusal import SIGNS
from rag.fusion import inverse_document_frequency
from rag.schema import Paper, Sentence
from rag.terms import terms

ABSTRACT = ("Bells crack often.", "We propose QuietBell, cast in 3 steps.", "It lasts 40 years.")


def reading_of(text: str, papers: int = 100, **holding: int) -> Reading:
    """Read a question in a library where each term is in one paper, or in as many as given."""
    question = read_question(text)
    weights = {
        term: inverse_document_frequency(papers, holding.get(term, 1)) for term in question.terms
    }
    return Reading(question, weights, papers)


def place_of(ordinal: int = 1, title: str = "Quiet bells") -> Place:
    paper = Paper(id="p", title=title, abstract=" ".join(ABSTRACT))
    text = ABSTRACT[ordinal]
    start = paper.abstract.index(text)
    sentence = Sentence(
        paper_id="p",
        field="abstract",
        ordinal=ordinal,
        start=start,
        end=start + len(text),
        text=text,
    )
    before = ABSTRACT[ordinal - 1] if ordinal else ""
    return Place(paper, sentence, len(ABSTRACT), 1, 0.0, 0.5, 0.4, before)


def feature(name: str, question: str, ordinal: int = 1, **changed: float) -> float:
    row = features(reading_of(question), place_of(ordinal)._replace(**changed))
    return row[FEATURES.index(name)]


def test_there_is_a_value_for_every_feature_and_each_name_is_there_once():
    assert len(features(reading_of("How long do bells last?"), place_of())) == len(FEATURES)
    assert len(set(FEATURES)) == len(FEATURES)


@given(st.text(max_size=60), st.integers(0, 2), st.integers(1, 9), st.text(max_size=20))
def test_features_of_any_question_are_finite(text, ordinal, rank, title):
    row = features(reading_of(text), place_of(ordinal, title)._replace(rank=rank, gap=-0.2))
    assert all(isfinite(value) for value in row)


@pytest.mark.parametrize(
    ("name", "question", "ordinal", "expected"),
    [
        ("cosine", "Why?", 1, 0.5),
        ("cosine_beside", "Why?", 1, 0.4),
        ("opens", "Why?", 0, 1),
        ("opens", "Why?", 1, 0),
        ("closes", "Why?", 2, 1),
        ("closes", "Why?", 1, 0),
        ("place", "Why?", 1, 0.5),
        ("ours", "Why?", 1, 1),
        ("ours", "Why?", 2, 0),
        ("proposes", "Why?", 1, 1),
        ("proposes", "Why?", 0, 0),
        ("number_wanted", "How many years does it last?", 2, 1),
        ("number_wanted", "How many years does it last?", 0, 0),
        ("number_of_asked", "How many years does it last?", 2, 1),
        ("number_of_asked", "How many steps does it take?", 2, 0),
        ("number_wanted", "How many of the 40 bells?", 2, 0),
        ("number_unwanted", "Why do bells crack?", 2, 1),
        ("name_wanted", "What is the method called?", 1, 1),
        ("name_wanted", "What is the method called?", 2, 0),
        ("name_wanted", "Why do bells crack?", 1, 0),
        ("names", "Why is QuietBell cast?", 1, 1),
        ("names", "Why is QuietBell cast?", 2, 0),
        ("words", "crack", 0, 1),
        ("words", "crack", 1, 0),
        ("words_with_title", "quiet", 0, 1),
        ("words_beyond_title", "quiet", 0, 0),
        ("words_before", "crack", 1, 1),
        ("explanation_works", "How is it cast?", 2, 1),
        ("explanation_works", "Who casts it?", 2, 0),
        ("survey_proposes", "Which papers study bells?", 1, 1),
        ("survey_proposes", "Why do bells crack?", 1, 0),
    ],
)
def test_a_feature_sees_what_its_name_says(name, question, ordinal, expected):
    assert feature(name, question, ordinal) == expected


def test_a_paper_further_down_has_smaller_features_of_rank():
    assert feature("paper_rank", "Why?", rank=4) == 1 / 4
    assert feature("paper_first", "Why?", rank=4) == 0
    assert feature("paper_gap", "Why?", gap=-0.3) == -0.3


def test_a_share_weighs_words_by_their_rarity():
    reading = reading_of("bells crack", bell=90, crack=2)
    weights = reading.weights
    expected = weights["crack"] / (weights["crack"] + weights["bell"])
    assert reading.share(frozenset(terms("It may crack.")), reading.question.terms) == expected
    assert reading.share(frozenset({"bell", "crack"}), reading.question.terms) == 1
    assert reading.share(frozenset({"bell"}), ()) == 0


@given(
    st.sets(st.sampled_from(["bell", "crack", "tin"])), st.sampled_from(["bell", "crack", "tin"])
)
def test_a_text_that_holds_more_has_no_smaller_share(held, more):
    reading = reading_of("bells crack with tin", bell=40, crack=3)
    share = reading.share(frozenset(held), reading.question.terms)
    assert 0 <= share <= reading.share(frozenset({*held, more}), reading.question.terms) <= 1


@pytest.mark.parametrize(("holding", "expected"), [(0, True), (5, True), (6, False), (90, False)])
def test_a_name_is_rare_that_at_most_a_twentieth_of_the_papers_hold(holding, expected):
    assert reading_of("What is QuietBell?", quietbel=holding).is_rare("QuietBell") is expected


def test_in_a_tiny_library_a_name_that_one_paper_holds_is_rare():
    assert reading_of("What is QuietBell?", papers=3).is_rare("QuietBell")


def test_a_name_of_stop_words_is_not_rare():
    assert not reading_of("What is THE?").is_rare("THE")


def test_the_probability_is_that_of_a_logistic_regression():
    weights = Weights((2.0, -1.0), 0.5)
    assert isclose(weights.probability((1.0, 3.0)), 1 / (1 + exp(0.5)))
    with pytest.raises(ValueError, match="shorter"):
        weights.probability((1.0,))


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_the_probability_rises_with_what_speaks_for_it(one, other):
    weights = Weights((1.0,), 0.0)
    low, high = sorted((one, other))
    assert 0 < weights.probability((low,)) <= weights.probability((high,)) < 1


def test_the_shipped_numbers_fit_the_features_and_the_signs():
    found = load()
    assert len(found.evidence.weights) == len(FEATURES)
    assert len(found.refusal.weights) == len(SIGNS)
    assert 0 < found.threshold < 1
    assert all(map(isfinite, (*found.evidence.weights, *found.refusal.weights)))


@pytest.mark.parametrize("part", ["evidence", "refusal"])
@pytest.mark.parametrize("damage", ["renamed", "missing", "turned"])
def test_numbers_that_were_fitted_for_other_features_are_refused(
    part, damage, tmp_path, monkeypatch
):
    content = json.loads(
        (files(fitted.__package__ or "") / Models().file).read_text(encoding="utf-8")
    )
    pairs = list(content[part]["weights"].items())
    changed = {
        "renamed": [("other", pairs[0][1]), *pairs[1:]],
        "missing": pairs[1:],
        "turned": pairs[::-1],
    }
    content[part]["weights"] = dict(changed[damage])
    (tmp_path / Models().file).write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(fitted, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match=r"weights\.json does not fit the features"):
        load()
