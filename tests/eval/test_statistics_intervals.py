"""BCa intervals: equal to scipy's, degenerate where they must be, and as wide as they say."""

import numpy as np
import pytest
from scipy.stats import bootstrap

from eval.metrics.metric import Metric, NotApplicable, Summary, mean_of, weighted_mean
from eval.schema import Outcome, Row
from eval.statistics import figures, interval


def metric(name, worst: float | None = 0.0):
    return Metric(name, "correctness", "higher", worst, name, lambda _: NotApplicable("test"))


MEAN = mean_of(metric("m"))


def ids(count):
    return [f"q{at:05}" for at in range(count)]


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("level", [0.95, 0.8])
def test_an_unclustered_mean_has_the_interval_of_scipy(seed, level):
    data = np.random.default_rng(seed).exponential(size=40)

    ours = interval(MEAN, {"m": data}, ids(40), level=level, resamples=999, seed=seed)

    theirs = bootstrap(
        (data,), np.mean, confidence_level=level, n_resamples=999, method="BCa",
        rng=np.random.Generator(np.random.PCG64(seed)),
    ).confidence_interval  # fmt: skip
    assert ours is not None
    assert ours.value == pytest.approx(data.mean())
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_resamples_that_equal_the_value_count_by_half():
    data = (np.arange(12) < 8).astype(float)

    ours = interval(MEAN, {"m": data}, ids(12), level=0.5, resamples=999, seed=1)

    theirs = bootstrap(
        (data,), np.mean, confidence_level=0.5, n_resamples=999, method="BCa",
        rng=np.random.Generator(np.random.PCG64(1)),
    ).confidence_interval  # fmt: skip
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_clusters_that_agree_inside_are_as_good_as_one_case_each():
    data = np.random.default_rng(2).random(20)

    alone = interval(MEAN, {"m": data}, ids(20), seed=4)
    tripled = interval(MEAN, {"m": np.repeat(data, 3)}, list(np.repeat(ids(20), 3)), seed=4)
    ignored = interval(MEAN, {"m": np.repeat(data, 3)}, ids(60), seed=4)

    assert alone is not None
    assert tripled is not None
    assert ignored is not None
    assert (tripled.low, tripled.high) == pytest.approx((alone.low, alone.high))
    assert ignored.high - ignored.low < 0.7 * (alone.high - alone.low)


def test_where_all_are_equal_the_interval_has_no_width():
    found = interval(MEAN, {"m": np.full(9, 0.25)}, ids(9), seed=0)

    assert found is not None
    assert (found.value, found.low, found.high) == (0.25, 0.25, 0.25)


def test_a_value_at_the_end_of_all_resamples_falls_back_to_percentiles():
    greatest = Summary("max", "correctness", "higher", "greatest", ("m",), _greatest)
    data = np.arange(30.0)

    found = interval(greatest, {"m": data}, ids(30), seed=0)

    assert found is not None
    assert found.value == 29
    assert 20 < found.low < found.high == 29


def _greatest(columns, weights):
    return np.where(weights > 0, columns["m"], -np.inf).max(axis=-1)


def test_no_number_has_no_interval():
    assert interval(MEAN, {"m": np.full(4, np.nan)}, ids(4), seed=0) is None


def test_one_cluster_falls_back_too():
    found = interval(MEAN, {"m": np.array([0.0, 1.0])}, ["a", "a"], seed=0)

    assert found is not None
    assert (found.low, found.high) == (0.5, 0.5)


def test_resamples_without_a_number_are_left_out():
    column = np.array([1.0, 0.5, *[np.nan] * 6])

    found = interval(MEAN, {"m": column}, ids(8), seed=0)

    assert found is not None
    assert 0.5 <= found.low <= 0.75 <= found.high <= 1.0


def test_clustered_intervals_hold_the_truth_as_often_as_they_say_and_unclustered_do_not():
    generator = np.random.default_rng(7)
    held = ignored = 0
    for at in range(150):
        effects = generator.exponential(size=40)
        sizes = generator.integers(2, 6, size=40)
        data = np.repeat(effects, sizes) + generator.normal(0, 0.3, sizes.sum())
        clusters = list(np.repeat(ids(40), sizes))
        right = interval(MEAN, {"m": data}, clusters, resamples=400, seed=at)
        wrong = interval(MEAN, {"m": data}, ids(len(data)), resamples=400, seed=at)
        assert right is not None
        assert wrong is not None
        held += right.low <= 1 <= right.high
        ignored += wrong.low <= 1 <= wrong.high

    assert 0.88 <= held / 150 <= 0.99
    assert ignored / 150 < 0.8


def test_figures_carry_their_denominators():
    value = {
        "a": Outcome(state="scored", value=1.0),
        "b": Outcome(state="not applicable", reason="no gold"),
        "c": Outcome(state="error", reason="broke"),
    }
    rows = [
        Row(case=case, type="t", cluster=case, answerable=None, outcomes={"m": outcome})
        for case, outcome in value.items()
    ]

    (figure,) = figures(rows, [MEAN], [metric("m")], seed=0)

    assert (figure.scored, figure.not_applicable, figure.errors) == (1, 1, 1)
    assert figure.interval is not None
    assert figure.interval.value == 0.5


def test_figures_share_the_resamples_of_a_lone_interval():
    data = np.random.default_rng(1).random(15)
    rows = [
        Row(case=case, type="t", cluster=case, answerable=None,
            outcomes={"m": Outcome(state="scored", value=value)})
        for case, value in zip(ids(15), data, strict=True)
    ]  # fmt: skip
    twice = Summary("2m", "correctness", "higher", "twice", ("m",), _twice)

    first, second = figures(rows, [MEAN, twice], [metric("m")], seed=9)

    assert first.interval == interval(MEAN, {"m": data}, ids(15), seed=9)
    assert first.interval is not None
    assert second.interval is not None
    assert second.interval.high == pytest.approx(2 * first.interval.high)


def _twice(columns, weights):
    return 2 * weighted_mean(columns["m"], weights)


def test_figures_of_no_rows_have_no_interval():
    (figure,) = figures([], [MEAN], [metric("m")], seed=0)

    assert figure.interval is None
    assert (figure.scored, figure.not_applicable, figure.errors) == (0, 0, 0)
