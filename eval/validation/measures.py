"""Measures of agreement with people, for many weightings of the same items at once.

Every measure takes weights of shape (..., n), how often each item counts, and
returns shape (...), NaN where it is not defined: so one call does a whole
bootstrap. `value` is the door for a single number and says None instead.
Supported is the positive class.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
BINS = 15


@dataclass(frozen=True)
class Verdicts:
    """What people and a judge said of n items, each of shape (n,)."""

    labels: Vector
    """1 for supported, else 0."""
    said: Vector
    """The judge's verdict, 1 or 0."""
    probability: Vector
    """Of support; for a baseline any score that rises with it."""


Measure = Callable[[Verdicts, Vector], Vector]


def balanced_accuracy(verdicts: Verdicts, weights: Vector) -> Vector:
    """Return (TPR + TNR) / 2, as MiniCheck and LLM-AggreFact do (L. Tang et al., 2024)."""
    true, missed, false, denied = _cells(verdicts, weights)
    return (_ratio(true, true + missed) + _ratio(denied, denied + false)) / 2


def f1(verdicts: Verdicts, weights: Vector) -> Vector:
    """Return 2 TP / (2 TP + FP + FN) of the supported texts."""
    true, missed, false, _ = _cells(verdicts, weights)
    return _ratio(2 * true, 2 * true + false + missed)


def f1_unsupported(verdicts: Verdicts, weights: Vector) -> Vector:
    """Return F1 of the unsupported texts: RAGTruth's example level (C. Niu et al., 2024)."""
    _, missed, false, denied = _cells(verdicts, weights)
    return _ratio(2 * denied, 2 * denied + false + missed)


def auroc(verdicts: Verdicts, weights: Vector) -> Vector:
    """Return the area under the ROC curve, ties counting half (Mann-Whitney U / (P N))."""
    order = np.argsort(verdicts.probability, kind="stable")
    scores, labels = verdicts.probability[order], verdicts.labels[order]
    sorted_weights = weights[..., order]
    positive, negative = sorted_weights * labels, sorted_weights * (1 - labels)
    below = np.concatenate(
        [np.zeros((*negative.shape[:-1], 1)), np.cumsum(negative, axis=-1)], axis=-1
    )
    first = np.searchsorted(scores, scores, side="left")
    last = np.searchsorted(scores, scores, side="right")
    wins = (positive * (below[..., first] + below[..., last])).sum(axis=-1) / 2
    return _ratio(wins, positive.sum(axis=-1) * negative.sum(axis=-1))


def ece(verdicts: Verdicts, weights: Vector) -> Vector:
    """Return the expected calibration error over 15 bins of equal width (M. Naeini et al., 2015).

    It is a sum of magnitudes, so resampling makes it larger: its interval errs
    to the high side.
    """
    bins = np.minimum((verdicts.probability * BINS).astype(int), BINS - 1)
    member = np.eye(BINS)[bins]
    surplus = (weights * (verdicts.probability - verdicts.labels)) @ member
    return _ratio(np.abs(surplus).sum(axis=-1), weights.sum(axis=-1))


def kappa(verdicts: Verdicts, weights: Vector) -> Vector:
    """Return Cohen's kappa, (p_o - p_e) / (1 - p_e) (J. Cohen, 1960)."""
    true, missed, false, denied = _cells(verdicts, weights)
    mass = true + missed + false + denied
    observed = _ratio(true + denied, mass)
    said, supported = _ratio(true + false, mass), _ratio(true + missed, mass)
    expected = said * supported + (1 - said) * (1 - supported)
    return _ratio(observed - expected, 1 - expected)


MEASURES: Mapping[str, Measure] = {
    "balanced_accuracy": balanced_accuracy,
    "f1": f1,
    "f1_unsupported": f1_unsupported,
    "auroc": auroc,
    "ece": ece,
    "kappa": kappa,
}


def value(measure: Measure, verdicts: Verdicts) -> float | None:
    """Return a measure over the items as they are, or None where it is not defined."""
    found = float(measure(verdicts, np.ones(len(verdicts.labels))))
    return None if np.isnan(found) else found


def _cells(verdicts: Verdicts, weights: Vector) -> tuple[Vector, Vector, Vector, Vector]:
    """Return the mass of true and missed support, and of false and rightly denied support."""
    labels, said = verdicts.labels, verdicts.said
    return (
        np.asarray(weights @ (labels * said)),
        np.asarray(weights @ (labels * (1 - said))),
        np.asarray(weights @ ((1 - labels) * said)),
        np.asarray(weights @ ((1 - labels) * (1 - said))),
    )


def _ratio(part: Vector, whole: Vector) -> Vector:
    undefined = np.full(np.broadcast_shapes(np.shape(part), np.shape(whole)), np.nan)
    return np.divide(part, whole, out=undefined, where=np.asarray(whole) > 0)
