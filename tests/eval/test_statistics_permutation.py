"""The sign-flip test against scipy, McNemar, and its own claims."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test

from eval.metrics.metric import Metric, NotApplicable, Summary, mean_of, weighted_mean
from eval.statistics import sign_flip
from eval.statistics.permutation import least_p

MEAN = mean_of(
    Metric("m", "correctness", "higher", 0.0, "m", lambda _: NotApplicable("test"))
)  # fmt: skip


def ids(count):
    return [f"q{at:05}" for at in range(count)]


def p_of(before, after, clusters=None, seed=0):
    earlier, later = ({"m": np.asarray(each, dtype=float)} for each in (before, after))
    return sign_flip(MEAN, earlier, later, clusters or ids(len(before)), seed=seed)


def _mean_difference(x, y, axis):
    return np.mean(y - x, axis=axis)


def theirs(before, after, resamples):
    return permutation_test(
        (before, after), _mean_difference, permutation_type="samples", n_resamples=resamples,
        vectorized=True, rng=np.random.default_rng(0),
    ).pvalue  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_a_small_comparison_is_exact(seed):
    generator = np.random.default_rng(seed)
    before, after = generator.random(10), generator.random(10) + 0.2

    assert p_of(before, after) == pytest.approx(theirs(before, after, math.inf))


def test_a_large_one_is_close_to_the_exact():
    generator = np.random.default_rng(5)
    before, after = generator.random(60), generator.random(60) + 0.09

    assert p_of(before, after) == pytest.approx(theirs(before, after, 20_000), abs=0.02)


def mcnemar(lost, won):
    """Exact McNemar: a two-sided binomial test of the discordant pairs."""
    total, most = lost + won, max(lost, won)
    tail = sum(math.comb(total, k) for k in range(most, total + 1)) / 2**total
    return min(1.0, 2 * tail)


@given(st.integers(0, 12), st.integers(0, 12))
@settings(max_examples=40, deadline=None)
def test_for_truth_values_it_is_the_exact_test_of_mcnemar(lost, won):
    if lost + won > 12:
        won = 12 - lost
    before = [1.0] * lost + [0.0] * won + [1.0, 0.0, 1.0]
    after = [0.0] * lost + [1.0] * won + [1.0, 0.0, 1.0]

    assert p_of(before, after) == pytest.approx(mcnemar(lost, won))


def test_runs_that_agree_do_not_differ():
    assert p_of([0.1, 0.2, 0.3], [0.1, 0.2, 0.3]) == 1.0


def test_both_sides_count():
    before, after = np.zeros(9), np.linspace(-0.1, 0.3, 9)

    assert p_of(before, after) == p_of(after, before)


def test_a_drawn_p_is_never_zero():
    assert p_of(np.ones(80), np.zeros(80)) == pytest.approx(1 / 5_000)


def test_clusters_are_exchanged_whole():
    before, after = np.ones(12), np.zeros(12)

    assert p_of(before, after, ["a"] * 6 + ["b"] * 6) == 0.5
    assert p_of(before, after) == 2 / 2**12


def test_a_figure_that_is_no_mean_can_be_tested():
    def ratio(columns, weights):
        top, bottom = (weighted_mean(columns[name], weights) for name in "ab")
        return top / (top + bottom)

    figure = Summary("r", "correctness", "higher", "a/(a+b)", ("a", "b"), ratio)
    generator = np.random.default_rng(1)
    before = {"a": generator.random(40), "b": generator.random(40)}
    worse = {"a": before["a"] * 0.6, "b": before["b"]}

    assert sign_flip(figure, before, worse, ids(40), seed=0) < 0.01
    assert sign_flip(figure, before, dict(before), ids(40), seed=0) == 1.0


def test_cases_that_neither_run_scored_change_nothing():
    before, after = np.array([1.0, 1, 0, 1, 1]), np.array([0.0, 0, 0, 0, 1])
    nowhere = np.full(4, np.nan)

    with_them = p_of(np.concatenate([before, nowhere]), np.concatenate([after, nowhere]))

    assert with_them == p_of(before, after)


def test_equal_seeds_give_equal_p():
    generator = np.random.default_rng(3)
    before, after = generator.random(50), generator.random(50)

    assert p_of(before, after, seed=4) == p_of(before, after, seed=4)


def test_the_null_is_rejected_as_often_as_it_says():
    generator = np.random.default_rng(11)
    low = sum(p_of(generator.random(9), generator.random(9)) <= 0.1 for _ in range(400))

    assert 0.06 <= low / 400 <= 0.14


def test_the_least_p_is_what_a_full_agreement_of_clusters_gives():
    assert least_p(0) == 1.0
    assert least_p(5) == p_of(np.ones(5), np.zeros(5)) == 0.0625
    assert least_p(300) == 1 / 5_000
