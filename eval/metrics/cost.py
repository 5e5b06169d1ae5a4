"""What an answer costs: time, tokens, money.

A failed case has no worst cost; it is left out here and turns the gate red elsewhere.
"""

from collections.abc import Callable, Mapping

import numpy as np

from eval.metrics.metric import Metric, NotApplicable, Subject, Summary, Vector

LATENCY, TOKENS, COST = "latency ms", "tokens", "cost USD"
"""Names of columns."""

_TOTALS = frozenset({"total", "total_tokens"})
"""What some systems call the sum of their other counts."""


def weighted_quantile(column: Vector, weights: Vector, share: float) -> Vector:
    """Return the smallest number with at least a share of the weight at or below it.

    The inverse of the empirical distribution function, so that the quantile is a
    number that was seen, and a weight of 2 is a case that occurs twice.

    Args:
        column: Shape (n,); NaN is left out.
        weights: Shape (..., n).
        share: 0 < share <= 1.

    Returns:
        Shape (...); NaN where no number has weight.

    Source: Hyndman & Fan 1996 (The American Statistician 50(4)), definition 1.
    """
    order = np.argsort(column, kind="stable")[: int((~np.isnan(column)).sum())]
    mass = np.cumsum(weights[..., order], axis=-1)
    if not len(order):
        return np.full(weights.shape[:-1], np.nan)
    total = mass[..., -1:]
    # A share of a whole number is seldom exact in floating point: forgive the last digits.
    place = (mass < share * total * (1 - 1e-12)).sum(axis=-1)
    return np.where(total[..., 0] > 0, column[order][place.clip(max=len(order) - 1)], np.nan)


def weighted_total(column: Vector, weights: Vector) -> Vector:
    """Return the weighted sum of the numbers of a column; NaN where none has weight."""
    there = ~np.isnan(column)
    mass = np.asarray(weights[..., there].sum(axis=-1))
    return np.where(mass > 0, weights[..., there] @ column[there], np.nan)


def _latency(subject: Subject) -> float | NotApplicable:
    found = subject.response.timings_ms.get("total")
    return NotApplicable("no total time was told") if found is None else found


def _tokens(subject: Subject) -> float | NotApplicable:
    """Return the sum of all counts; a count that is itself their sum stands only for itself."""
    usage = subject.response.usage
    if not usage:
        return NotApplicable("no tokens were counted")
    parts = [count for name, count in usage.items() if name not in _TOTALS]
    return float(sum(parts)) if parts else float(max(usage.values()))


def _cost(subject: Subject) -> float | NotApplicable:
    found = subject.response.cost
    return NotApplicable("no cost was told") if found is None else found


def _metric(name: str, formula: str, measure: Callable[[Subject], float | NotApplicable]) -> Metric:
    return Metric(
        name=name, family="cost", better="lower", worst=None, formula=formula, measure=measure
    )


METRICS: tuple[Metric, ...] = (
    _metric(LATENCY, "milliseconds from question to whole answer, as told", _latency),
    _metric(TOKENS, "sum of the token counts of the language model", _tokens),
    _metric(COST, "US dollars, as told", _cost),
)


def _summary(
    name: str, formula: str, column: str, compute: Callable[[Vector, Vector], Vector]
) -> Summary:
    def over_column(columns: Mapping[str, Vector], weights: Vector) -> Vector:
        return compute(columns[column], weights)

    return Summary(name, "cost", "lower", formula, (column,), over_column)


SUMMARIES: tuple[Summary, ...] = (
    *(
        _summary(
            f"p{percent} latency ms",
            f"smallest latency that {percent} % of cases do not exceed",
            LATENCY,
            lambda column, weights, percent=percent: weighted_quantile(
                column, weights, percent / 100
            ),
        )
        for percent in (50, 95)
    ),
    _summary("total tokens", "sum over cases of: tokens", TOKENS, weighted_total),
    _summary("total cost USD", "sum over cases of: cost USD", COST, weighted_total),
)
