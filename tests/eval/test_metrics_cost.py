import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.cost import METRICS, SUMMARIES, weighted_quantile, weighted_total
from eval.metrics.metric import NotApplicable, Subject
from eval.schema import Case, Response

BY_NAME = {metric.name: metric for metric in METRICS}
OVERALL = {summary.name: summary for summary in SUMMARIES}


class NoJudge:
    name = "none"

    def judge(self, evidence, text, *, question=None):
        raise AssertionError("costs need no judge")


def value(name: str, **fields) -> float | NotApplicable:
    response = Response(**fields)
    return BY_NAME[name].measure(Subject(Case(id="c", question="?"), response, NoJudge()))


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt": 10, "completion": 5}, 15),
        ({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}, 15),
        ({"input": 3, "output": 4, "total": 7}, 7),
        ({"total_tokens": 9}, 9),
        ({"prompt": 0}, 0),
    ],
)
def test_tokens_are_summed_and_a_sum_is_not_summed_again(usage: dict[str, int], tokens: int):
    assert value("tokens", usage=usage) == tokens


def test_what_was_told_is_taken():
    assert value("latency ms", timings_ms={"total": 12.5, "search": 4.0}) == 12.5
    assert value("cost USD", cost=0.25) == 0.25


@pytest.mark.parametrize("name", BY_NAME)
def test_what_was_not_told_does_not_apply(name: str):
    assert isinstance(value(name, timings_ms={"search": 4.0}, usage={}), NotApplicable)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.01, 1), (0.25, 1), (0.26, 2), (0.5, 2), (0.95, 9), (1, 9)]
)
def test_quantiles_by_hand(share: float, expected: float):
    column = np.array([9.0, 1, np.nan, 3, 2])

    assert float(weighted_quantile(column, np.ones(5), share)) == expected


def test_quantiles_of_many_resamples_at_once():
    column = np.array([3.0, 1, 2, np.nan])
    weights = np.array([[1.0, 1, 1, 5], [0, 3, 1, 0], [0, 0, 0, 4]])

    assert list(weighted_quantile(column, weights, 0.5)[:2]) == [2, 1]
    assert np.isnan(weighted_quantile(column, weights, 0.5)[2])


@pytest.mark.parametrize("cases", [20, 40, 60, 100, 140, 1000])
def test_rounding_does_not_push_a_quantile_one_up(cases: int):
    column = np.arange(1.0, cases + 1)

    assert float(weighted_quantile(column, np.full(cases, 0.1), 0.95)) == cases * 95 // 100


numbers = st.lists(st.integers(0, 9).map(float) | st.just(np.nan), min_size=1, max_size=12)


@given(numbers, st.lists(st.integers(0, 3), min_size=12, max_size=12), st.sampled_from([0.5, 0.95]))
def test_a_weight_is_a_repetition_and_the_quantile_that_of_numpy(
    drawn: list[float], counts: list[int], share: float
):
    column, weights = np.array(drawn), np.array(counts[: len(drawn)])
    repeated = np.repeat(column, weights)
    seen = repeated[~np.isnan(repeated)]
    expected = np.quantile(seen, share, method="inverted_cdf") if len(seen) else np.nan

    found = weighted_quantile(column, weights.astype(float), share)

    assert float(found) == pytest.approx(expected, nan_ok=True)


def test_summaries_by_hand():
    columns = {
        "latency ms": np.array([10.0, 30, 20, np.nan]),
        "tokens": np.array([5.0, np.nan, 7, 1]),
        "cost USD": np.full(4, np.nan),
    }
    found = {
        name: float(each.compute(columns, np.array([2.0, 1, 1, 1])))
        for name, each in OVERALL.items()
    }

    assert np.isnan(found.pop("total cost USD"))
    assert found == {"p50 latency ms": 10, "p95 latency ms": 30, "total tokens": 18}


def test_totals_of_many_resamples_at_once():
    column = np.array([5.0, np.nan, 7])

    assert list(weighted_total(column, np.array([[1.0, 1, 1], [2, 0, 0]]))) == [12, 10]
    assert np.isnan(weighted_total(column, np.array([0.0, 3, 0])))
