"""Holm's adjustment keeps its laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.statistics import holm

SEVERAL = st.lists(st.floats(0, 1), max_size=12)


def test_the_example_of_the_textbook():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_one_test_needs_no_adjustment():
    assert holm([0.2]) == (0.2,)


@given(SEVERAL)
def test_an_adjusted_p_is_no_smaller_and_at_most_one(raw):
    assert all(p <= adjusted <= 1 for p, adjusted in zip(raw, holm(raw), strict=True))


@given(SEVERAL)
def test_the_order_of_size_stays(raw):
    pairs = sorted(zip(raw, holm(raw), strict=True))

    assert [adjusted for _, adjusted in pairs] == sorted(holm(raw))


@given(SEVERAL, st.randoms())
def test_the_order_of_the_tests_does_not_matter(raw, random):
    shuffled = list(range(len(raw)))
    random.shuffle(shuffled)

    moved = holm([raw[at] for at in shuffled])

    assert moved == tuple(holm(raw)[at] for at in shuffled)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_the_smallest_is_that_of_bonferroni(raw):
    assert min(holm(raw)) == pytest.approx(min(1, len(raw) * min(raw)))
