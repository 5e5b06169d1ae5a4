"""Late interaction: texts word piece by word piece, and what stands on it."""

from collections.abc import Mapping
from math import isclose

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pieces import Words

from rag.embedding.minilm import MiniLM
from rag.embedding.port import Vector
from rag.interaction import Interaction, Met, best, cosines, met, nearest
from rag.reranking import InteractionReranker, Stretch


def meeting(question: str, text: str, weights: Mapping[str, float]) -> Met:
    interaction = Interaction(Words())
    asked = interaction.asked(question, weights)
    (pieces,) = interaction.read([text])
    return met(best(asked, pieces), asked.rarity)


def test_each_piece_is_met_by_the_nearest_of_the_text():
    found = meeting("moon tide", "tide tide moon", {"moon": 1.0, "tide": 3.0})
    assert found == pytest.approx((1.0, 1.0, 1.0), abs=1e-3)
    half = meeting("moon tide", "tide", {"moon": 1.0, "tide": 3.0})
    assert half == pytest.approx((0.5, 0.75, 0.0), abs=1e-3)


def test_words_without_subject_matter_count_in_the_mean_alone():
    between = 1 / np.sqrt(3)
    found = meeting("the moon", "moon", {"moon": 2.0})
    assert found == pytest.approx(((1 + between) / 2, 1.0, 1.0), abs=1e-3)


def test_a_question_of_no_rare_word_is_met_as_a_whole():
    found = meeting("moon tide", "tide", {})
    assert found == pytest.approx((0.5, 0.5, 0.5), abs=1e-3)


def test_nothing_meets_a_question_of_no_pieces_and_no_text_meets_any():
    assert meeting("", "tide", {}) == Met()
    assert meeting("moon", "", {"moon": 1.0}) == Met()


def test_a_part_of_a_text_meets_what_stands_in_it():
    interaction = Interaction(Words())
    asked = interaction.asked("moon tide", {})
    text = "moon bell. tide bell."
    (pieces,) = interaction.read([text])
    near = cosines(asked, pieces)
    assert nearest(near, pieces, 0, 4).tolist() == pytest.approx([1, 0], abs=1e-3)
    assert nearest(near, pieces, 11, 15).tolist() == pytest.approx([0, 1], abs=1e-3)
    assert nearest(near, pieces, 30, 40).tolist() == [0, 0]


def test_a_text_is_read_once_however_often_it_is_asked_for():
    words = Words()
    interaction = Interaction(words, threads=2)
    first = interaction.read(["moon", "tide", "bell"])
    again = interaction.read(["bell", "moon"])
    assert sorted(words.read) == ["bell", "moon", "tide"]
    assert again == [first[2], first[0]]


@given(
    near=arrays.arrays(np.float32, st.integers(0, 9), elements=st.floats(-1, 1, width=32)),
    data=st.data(),
)
def test_the_means_lie_between_the_least_and_the_most(near: Vector, data: st.DataObject) -> None:
    sized = arrays.arrays(np.float32, len(near), elements=st.floats(0, 9, width=32))
    rarity = data.draw(sized)
    found = met(near, rarity)
    if not len(near):
        assert found == Met()
        return
    low, high = float(near.min()) - 1e-5, float(near.max()) + 1e-5
    assert low <= found.mean <= high
    assert low <= found.least <= found.rare + 1e-5
    assert found.rare <= high


ENCODER = Interaction(MiniLM(precision="int8", threads=1))


@settings(max_examples=30, deadline=None)
@given(question=st.text(max_size=200), text=st.text(max_size=2_000))
def test_any_texts_can_be_compared(question: str, text: str) -> None:
    asked = ENCODER.asked(question, {"moon": 1.0})
    (pieces,) = ENCODER.read([text])
    near = cosines(asked, pieces)
    assert near.shape == (len(asked.rarity), len(pieces.vectors))
    assert np.isfinite(near).all()
    assert float(np.abs(near).max(initial=0.0)) < 1.01


def test_a_text_meets_itself_and_a_paraphrase_more_than_another_subject():
    asked = ENCODER.asked("Can I tell whether a picture was doctored?", {})
    texts = [
        "Can I tell whether a picture was doctored?",
        "We detect and localise manipulated regions of images.",
        "Yeast ferments sugar at low temperatures.",
    ]
    same, near, far = (
        met(cosines(asked, pieces).max(axis=1), asked.rarity).mean for pieces in ENCODER.read(texts)
    )
    assert isclose(same, 1, abs_tol=2e-3)
    assert same > near > far


def shares(lexical: float) -> list[float]:
    stretches = [
        Stretch(("tide", "moon"), 0.5, lexical),
        Stretch(("tide",), 0.6, 0.0),
        Stretch(("bell",), 0.7, lexical / 2),
    ]
    return list(InteractionReranker(Interaction(Words())).scores("moon tide", stretches))


def test_passages_of_one_paper_meet_a_question_together():
    # Nothing was found by words: the cosine of each paper counts in full.
    assert shares(0.0) == pytest.approx([0.5 + 1.0, 0.6 + 0.5, 0.7 + 0.0], abs=1e-3)


def test_the_more_words_were_found_the_less_it_counts():
    left = 0.7**2
    assert shares(0.3) == pytest.approx([0.5 + left, 0.6 + left / 2, 0.7], abs=1e-3)


def test_where_many_words_were_found_the_scores_stay():
    for found in (0.5, 1.0, 1.2):
        assert shares(found) == [0.5, 0.6, 0.7]


def test_a_question_without_pieces_changes_no_score():
    stretches = [Stretch(("tide",), 0.5, 0.0), Stretch(("moon",), 0.25, 0.0)]
    assert InteractionReranker(Interaction(Words())).scores("", stretches) == [0.5, 0.25]
