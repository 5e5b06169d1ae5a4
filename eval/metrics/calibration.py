"""Whether probabilities mean what they say, and a mean corrected by human labels.

Everything takes probabilities and labels of shape (n,) and weights of shape (..., n),
how often each case counts, and returns shape (...).
"""

from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from eval.metrics import selective
from eval.metrics.metric import (
    Metric,
    NotApplicable,
    Subject,
    Summary,
    Vector,
    mean_of,
    weighted_mean,
)
from eval.schema import Interval, Share
from rag.errors import UsageError
from rag.schema import Noun

BINS = 15
"""Guo et al. 2017."""


class Bin(Noun):
    """Cases whose probability lies in one range."""

    low: Share
    """Exclusive, but for the first bin."""
    high: Share
    """Inclusive."""
    count: int
    confidence: Share | None
    """Mean probability; None where the bin is empty."""
    accuracy: Share | None
    """Share with the label; None where the bin is empty."""


def ece(
    probability: Vector, label: Vector, weights: Vector | None = None, *, bins: int = BINS
) -> Vector:
    """Return the expected calibration error: sum over bins of share x |accuracy - confidence|.

    Args:
        probability: Shape (n,), 0..1.
        label: Shape (n,), 1 or 0.
        weights: Shape (..., n); once each where None.
        bins: Number of bins of equal width, each open below and closed above.

    Returns:
        Shape (...); NaN where nothing has weight.

    Source: Guo et al. 2017, "On calibration of modern neural networks", equation 3.
    """
    counts = _counts(probability, weights)
    gaps = (counts * (label - probability)) @ _member(probability, bins)
    mass = np.asarray(counts.sum(axis=-1))
    return _divide(np.abs(gaps).sum(axis=-1), mass)


def brier(probability: Vector, label: Vector, weights: Vector | None = None) -> Vector:
    """Return the mean of (probability - label) squared.

    Args:
        probability: Shape (n,), 0..1.
        label: Shape (n,), 1 or 0.
        weights: Shape (..., n); once each where None.

    Returns:
        Shape (...); NaN where nothing has weight.

    Source: Brier 1950 (Monthly Weather Review 78(1)), for two classes, counted once.
    """
    return weighted_mean((probability - label) ** 2, _counts(probability, weights))


def reliability(probability: Vector, label: Vector, *, bins: int = BINS) -> tuple[Bin, ...]:
    """Return the bins of a reliability diagram, empty ones too (Guo et al. 2017, section 2).

    Args:
        probability: Shape (n,), 0..1.
        label: Shape (n,), 1 or 0.
        bins: Number of bins of equal width.
    """
    edges, place = _edges(bins), _place(probability, bins)
    found: list[Bin] = []
    for number in range(bins):
        inside = place == number
        count = int(inside.sum())
        confidence = float(probability[inside].mean()) if count else None
        accuracy = float(label[inside].mean()) if count else None
        low, high = float(edges[number]), float(edges[number + 1])
        found.append(Bin(low=low, high=high, count=count, confidence=confidence, accuracy=accuracy))
    return tuple(found)


def ppi_mean(
    unlabelled: Sequence[float],
    labelled_predicted: Sequence[float],
    labelled_true: Sequence[float],
    *,
    level: float = 0.95,
) -> Interval:
    """Return a mean of human labels, estimated from many predictions and few labels.

    theta = mean(unlabelled) - mean(predicted - true), with half-width
    z sqrt(var(unlabelled) / N + var(predicted - true) / n). However biased the
    predictions are, the interval holds; good ones make it narrow.

    Args:
        unlabelled: Predictions for the N cases without a label.
        labelled_predicted: Predictions for the n cases with one, in the order of the labels.
        labelled_true: The labels.
        level: Of confidence.

    Raises:
        UsageError: Either side has fewer than two cases, or predictions and labels
            differ in number.

    Source: Angelopoulos et al. 2023 (Science 382), algorithm 1; used by ARES (Saad-Falcon et al.
    2024). Variances have n - 1 below.
    """
    if len(labelled_predicted) != len(labelled_true):
        raise UsageError(
            f"{len(labelled_predicted)} predictions for {len(labelled_true)} labels: give one each"
        )
    if min(len(unlabelled), len(labelled_true)) < 2:
        raise UsageError("a corrected mean needs two labelled and two unlabelled cases: label more")
    many = np.asarray(unlabelled, dtype=np.float64)
    error = np.asarray(labelled_predicted, dtype=np.float64) - np.asarray(labelled_true)
    theta = float(many.mean() - error.mean())
    spread = float(many.var(ddof=1) / len(many) + error.var(ddof=1) / len(error))
    half = NormalDist().inv_cdf(0.5 + level / 2) * spread**0.5
    return Interval(value=theta, low=theta - half, high=theta + half)


def _counts(probability: Vector, weights: Vector | None) -> Vector:
    return np.ones(len(probability)) if weights is None else weights


def _edges(bins: int) -> Vector:
    return np.arange(bins + 1) / bins


def _place(probability: Vector, bins: int) -> NDArray[np.intp]:
    """Return the bin of each probability; an edge belongs below, 0 to the first bin."""
    return np.searchsorted(_edges(bins)[1:], probability, side="left").clip(max=bins - 1)


def _member(probability: Vector, bins: int) -> Vector:
    return np.eye(bins)[_place(probability, bins)]


def _divide(over: Vector, under: Vector) -> Vector:
    return np.divide(over, under, out=np.full(np.shape(over), np.nan), where=under > 0)


def _squared_error(subject: Subject) -> float | NotApplicable:
    confidence, answerable = selective.confidence(subject), selective.answerable(subject)
    if isinstance(confidence, NotApplicable):
        return confidence
    if isinstance(answerable, NotApplicable):
        return answerable
    return (confidence - answerable) ** 2


def _ece(columns: Mapping[str, Vector], weights: Vector) -> Vector:
    """Return the ECE of the confidence that a case is answerable; a failed case is off by 1."""
    found = selective.apart(columns[selective.ANSWERABLE])
    there = found.there & ~found.failed
    mass = np.asarray(weights[..., there].sum(axis=-1))
    lost = np.asarray(weights[..., found.failed].sum(axis=-1))
    known = ece(found.confidence[there], found.label[there], weights[..., there])
    return _divide(np.where(mass > 0, known, 0.0) * mass + lost, mass + lost)


METRICS: tuple[Metric, ...] = (
    Metric(
        name="Brier score of confidence",
        family="refusal",
        better="lower",
        worst=1.0,
        formula="(confidence - answerable) squared",
        measure=_squared_error,
    ),
)
SUMMARIES: tuple[Summary, ...] = (
    mean_of(METRICS[0]),
    Summary(
        name="ECE of confidence",
        family="refusal",
        better="lower",
        formula=f"sum over {BINS} bins of share x |share answerable - mean confidence|",
        reads=(selective.ANSWERABLE,),
        compute=_ece,
    ),
)
