"""Areas under curves of a confidence: risk over coverage, and the ROC.

All take weights of shape (..., n), how often each case counts, and return shape
(...), so that one call does all resamples. Cases of one confidence are tied:
their order is chance, and what comes back is the mean over all their orders.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.metrics.metric import Vector


class Point(NamedTuple):
    """What answering the surest share of cases costs."""

    coverage: float
    """Share of cases that are answered, the surest first."""
    risk: float
    """Share of these that are wrong."""


def risk_coverage(confidence: Vector, correct: Vector) -> tuple[Point, ...]:
    """Return risk over coverage, a point for each further case that is answered.

    Args:
        confidence: Shape (n,).
        correct: Shape (n,), 1 or 0.

    Source: Geifman & El-Yaniv 2017, "Selective classification for deep neural networks", section 2.
    """
    order, starts = _groups(-confidence)
    sizes = np.diff(np.append(starts, len(order)))
    errors = _by_group(1.0 - correct[order], starts)
    expected = np.repeat(errors / sizes, sizes)
    covered = np.arange(1, len(order) + 1)
    risks = np.cumsum(expected) / covered
    return tuple(
        Point(float(k / len(order)), float(r)) for k, r in zip(covered, risks, strict=True)
    )


def aurc(confidence: Vector, correct: Vector, weights: Vector) -> Vector:
    """Return the area under risk over coverage: the mean of its risks; 0 is best.

    After C cases with S expected errors, a group of W cases of one confidence with E
    errors adds E + (S - C E/W) (H(C + W) - H(C)) to the sum of risks, where H(x) is the
    x-th harmonic number.

    Args:
        confidence: Shape (n,).
        correct: Shape (n,), 1 or 0.
        weights: Shape (..., n).

    Returns:
        Shape (...); NaN where nothing has weight.

    Source: Geifman & El-Yaniv 2017, as a mean over coverages 1/n ... 1.
    """
    order, starts = _groups(-confidence)
    mass = _by_group(weights[..., order], starts)
    errors = _by_group((weights * (1.0 - correct))[..., order], starts)
    before, wrong_before = _before(mass), _before(errors)
    rate = _divide(errors, mass, otherwise=0.0)
    steps = np.diff(harmonic(before + mass), prepend=0.0, axis=-1)
    area = (errors + (wrong_before - before * rate) * steps).sum(axis=-1)
    return _divide(area, mass.sum(axis=-1), otherwise=np.nan)


def auroc(confidence: Vector, label: Vector, weights: Vector) -> Vector:
    """Return how often a case with the label gets more confidence than one without; ties half.

    Args:
        confidence: Shape (n,).
        label: Shape (n,), 1 or 0.
        weights: Shape (..., n).

    Returns:
        Shape (...); NaN where either side is empty.

    Source: Hanley & McNeil 1982 (Radiology 143(1)), the Mann-Whitney form.
    """
    order, starts = _groups(confidence)
    with_it = _by_group((weights * label)[..., order], starts)
    without = _by_group((weights * (1.0 - label))[..., order], starts)
    won = (with_it * (_before(without) + without / 2)).sum(axis=-1)
    return _divide(won, with_it.sum(axis=-1) * without.sum(axis=-1), otherwise=np.nan)


def harmonic(x: Vector) -> Vector:
    """Return the x-th harmonic number, x >= 0 and not always whole: digamma(x + 1) + gamma.

    Source: Abramowitz & Stegun 1964, 6.3.18, ten steps of the recurrence 6.3.5 away from x.
    """
    z = x + 11.0
    bernoulli = -1 / (12 * z**2) + 1 / (120 * z**4) - 1 / (252 * z**6) + 1 / (240 * z**8)
    steps = sum((1 / (x + k) for k in range(1, 11)), start=np.zeros_like(z))
    return np.log(z) - 1 / (2 * z) + bernoulli - steps + np.euler_gamma


def _groups(keys: Vector) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the order by key, and where in it each run of equal keys starts."""
    order = np.argsort(keys, kind="stable")
    new = np.ones(len(keys), dtype=bool)
    new[1:] = np.diff(keys[order]) != 0
    return order, np.flatnonzero(new)


def _by_group(values: Vector, starts: NDArray[np.intp]) -> Vector:
    return np.add.reduceat(values, starts, axis=-1) if len(starts) else values


def _before(values: Vector) -> Vector:
    return np.cumsum(values, axis=-1) - values


def _divide(over: Vector, under: Vector, *, otherwise: float) -> Vector:
    return np.divide(over, under, out=np.full(np.shape(over), otherwise), where=under > 0)
