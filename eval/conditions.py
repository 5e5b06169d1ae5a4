"""Figures of robustness: how right answers are as asked and as changed, with intervals.

The protocol and the pairs are those of `eval.metrics.robustness`.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from eval.metrics.metric import Summary, Vector, weighted_mean
from eval.metrics.robustness import COUNTERFACTUAL, REJECTION, Pair, pairs, robustness
from eval.reporting import Group
from eval.schema import Case, Figure
from eval.statistics import interval

Side = Callable[[Pair], float]


def conditions(
    cases: Sequence[Case], correct: Mapping[str, float | None], *, seed: int
) -> list[Group]:
    """Return a group per condition, and negative rejection where cases were made for it.

    Args:
        cases: Changed cases and their originals.
        correct: By id, how right the answer was (unanswerable: whether it was refused).
        seed: Of the intervals.
    """
    known = pairs(cases, correct)
    found: list[Group] = []
    for each in robustness(cases, correct):
        name = each.name
        if name == REJECTION:
            made = [case for case in cases if case.answerable is False and case.pair is None]
            told = [Pair(case, None, correct.get(case.id)) for case in made]
            figures = [_figure("refused where nothing answers", told, _after, seed)]
        else:
            figures = _figures(known[name], seed, followed=name.startswith(COUNTERFACTUAL))
        found.append(Group(name=name, n=each.n, figures=tuple(figures)))
    return found


def _figures(found: Sequence[Pair], seed: int, *, followed: bool) -> list[Figure]:
    whole = [each for each in found if each.before is not None and each.after is not None]
    figures = [
        _figure("right as asked", whole, _before, seed),
        _figure("right as changed", whole, _after, seed),
    ]
    if followed:
        right = [each for each in whole if each.before == 1]
        figures.append(_figure("followed the edited text", right, _after, seed))
    return figures


def _figure(name: str, found: Sequence[Pair], side: Side, seed: int) -> Figure:
    column = np.array([side(each) for each in found], dtype=np.float64)
    clusters = [each.case.cluster for each in found]
    summary = Summary(name, "correctness", "higher", "mean over pairs", (name,), _mean(name))
    there = interval(summary, {name: column}, clusters, seed=seed) if found else None
    return Figure(
        name=name,
        better="higher",
        interval=there,
        scored=int(np.isfinite(column).sum()),
        not_applicable=int(np.isnan(column).sum()),
        errors=0,
    )


def _mean(name: str) -> Callable[[Mapping[str, Vector], Vector], Vector]:
    return lambda columns, weights: weighted_mean(columns[name], weights)


def _before(pair: Pair) -> float:
    return np.nan if pair.before is None else pair.before


def _after(pair: Pair) -> float:
    return np.nan if pair.after is None else pair.after
