from math import isclose, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.fusion import (
    K1,
    LEXICAL_WEIGHT,
    PASSAGE,
    blend,
    inverse_document_frequency,
    lexical_share,
    reciprocal_ranks,
)
from rag.store.lexical import LexicalIndex, build
from rag.terms import terms

COSINES = st.floats(-1, 1)
SHARES = st.floats(0, 1)
STEPS = st.floats(1e-3, 1)
TEXTS = (
    ("Tides of the Moss Sea", "Tides rise twice a day. We measured tides with a brass gauge."),
    ("Bells", "A bell of bronze rings longer than a bell of tin."),
    ("Kites in Weak Wind", "Paper kites fly in winds too weak for silk kites."),
    ("Bread", "Yeast makes bread rise, and salt slows yeast."),
    ("Looms", ""),
)


def test_the_weight_of_a_term_is_that_of_bm25():
    assert inverse_document_frequency(10, 3) == log(1 + 7.5 / 3.5)
    assert inverse_document_frequency(0, 0) == log(2)


@given(st.integers(1, 10**6), st.data())
def test_a_rarer_term_weighs_more_and_none_weighs_less_than_nothing(documents, data):
    holding = data.draw(st.integers(0, documents - 1))
    rarer = inverse_document_frequency(documents, holding)
    assert rarer > inverse_document_frequency(documents, holding + 1) > 0


def test_a_share_is_of_the_most_that_the_terms_could_earn():
    assert isclose(lexical_share(2.2, {"moss": 1.5, "tide": 0.5}), 0.5)
    assert lexical_share((K1 + 1) * 3, {"moss": 3.0}) == 1


@pytest.mark.parametrize("weights", [{}, {"moss": 0.0}])
def test_a_question_without_weight_has_no_share(weights):
    assert lexical_share(3.0, weights) == 0


@given(st.floats(0, 50), STEPS, st.floats(0.1, 20))
def test_a_higher_bm25_is_a_higher_share(score, step, weight):
    assert lexical_share(score + step, {"moss": weight}) > lexical_share(score, {"moss": weight})


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    folder: Path = tmp_path_factory.mktemp("words") / "lexical"
    build(folder, [(key, *each) for key, each in enumerate(TEXTS, start=1)])
    return LexicalIndex(folder)


@pytest.mark.parametrize(
    "question",
    ["tides", "bell bronze tin", "kites kites kites", "yeast and unicorns", "Tides Moss Sea day"]
    + [text for _, text in TEXTS if text],
)
def test_the_bm25_of_real_texts_is_a_share_between_none_and_all(index, question):
    weights = {
        term: inverse_document_frequency(index.size, index.document_frequency(term))
        for term in terms(question)
    }
    found = [lexical_share(score, weights) for _, score in index.search(question, 10)]
    assert found
    assert all(0 < share < 1 for share in found)


def test_a_paper_that_holds_all_words_has_a_larger_share_than_one_that_holds_some(index):
    question = "bread bell"
    weights = dict.fromkeys(terms(question), inverse_document_frequency(index.size, 1))
    whole = lexical_share(index.search("yeast salt bread", 1)[0][1], weights)
    assert whole > lexical_share(index.search("salt", 1)[0][1], weights)


def test_the_blend_is_a_weighted_sum():
    expected = PASSAGE * 0.5 + (1 - PASSAGE) * 0.7 + LEXICAL_WEIGHT * 0.25
    assert isclose(blend(0.5, 0.7, 0.25), expected)
    assert isclose(blend(0.5, None, 0.25), 0.5 + LEXICAL_WEIGHT * 0.25)


@given(COSINES, COSINES | st.none(), SHARES, STEPS)
def test_the_blend_rises_with_each_of_its_parts(passage, sentence, lexical, step):
    score = blend(passage, sentence, lexical)
    assert blend(passage + step, sentence, lexical) > score
    assert blend(passage, sentence, lexical + step) > score
    if sentence is not None:
        assert blend(passage, sentence + step, lexical) > score


@given(COSINES, SHARES)
def test_a_sentence_as_near_as_its_passage_changes_nothing(cosine, lexical):
    assert isclose(blend(cosine, cosine, lexical), blend(cosine, None, lexical), abs_tol=1e-12)


def test_reciprocal_ranks_add_up():
    scores = reciprocal_ranks([["moss", "tide"], ["tide"]], k=60)
    assert scores == {"moss": 1 / 61, "tide": 1 / 62 + 1 / 61}
    assert reciprocal_ranks([["bell"]], k=0) == {"bell": 1}
    assert reciprocal_ranks([]) == {}


@given(st.permutations(range(6)), st.integers(0, 100))
def test_a_single_ranking_keeps_its_order(ranking, k):
    scores = reciprocal_ranks([ranking], k=k)
    assert sorted(scores, key=lambda item: -scores[item]) == list(ranking)
