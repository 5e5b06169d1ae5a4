"""Logistic regression and the measures of a probabilistic verdict, in plain numpy."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def logistic(rows: Vector, labels: Vector, *, weights: Vector, ridge: float = 1.0) -> Vector:
    """Return intercept and weights of a ridge logistic regression (Newton's method).

    Args:
        rows: Features, shape (n, d).
        labels: 0 or 1, shape (n,).
        weights: Weight of each row, shape (n,).
        ridge: Penalty on the squared weights of the standardised features.

    Returns:
        Shape (d + 1,), for the features as given, intercept first.
    """
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread < 1e-9, 1.0, spread)
    design = np.column_stack([np.ones(len(rows)), (rows - mean) / spread])
    penalty = np.diag([0.0] + [ridge] * rows.shape[1])
    found = np.zeros(design.shape[1])
    for _ in range(50):
        probability = sigmoid(design @ found)
        slope = design.T @ (weights * (labels - probability)) - penalty @ found
        curve = (design * (weights * probability * (1 - probability))[:, None]).T @ design
        step = np.linalg.solve(curve + penalty + 1e-9 * np.eye(len(found)), slope)
        found = found + step
        if float(np.abs(step).max()) < 1e-10:
            break
    inner = found[1:] / spread
    return np.concatenate([[found[0] - float(inner @ mean)], inner])


def signed_logistic(
    rows: Vector, labels: Vector, *, weights: Vector, signs: Sequence[int], ridge: float = 1.0
) -> Vector:
    """Return a logistic regression whose weights have the signs asked for (0: any), or are 0."""
    kept = list(range(rows.shape[1]))
    while True:
        found = logistic(rows[:, kept], labels, weights=weights, ridge=ridge)
        wrong = [k for k, w in zip(kept, found[1:], strict=True) if signs[k] * w < 0]
        if not wrong:
            full = np.zeros(rows.shape[1] + 1)
            full[[0, *(k + 1 for k in kept)]] = found
            return full
        kept = [k for k in kept if k not in wrong]


def sigmoid(scores: Vector) -> Vector:
    """Return 1 / (1 + exp(-score))."""
    return 1 / (1 + np.exp(-np.clip(scores, -30, 30)))


def auroc(scores: Vector, labels: Vector) -> float:
    """Return the area under the ROC curve; ties count half (Mann-Whitney U)."""
    positive, negative = scores[labels == 1], scores[labels == 0]
    if not len(positive) or not len(negative):
        return float("nan")
    order = np.sort(negative)
    below = np.searchsorted(order, positive, side="left")
    upto = np.searchsorted(order, positive, side="right")
    return float((below + upto).mean() / 2 / len(negative))


def balanced_accuracy(predicted: Vector, labels: Vector) -> float:
    """Return the mean of the shares of positives and of negatives that are right."""
    right = predicted == labels
    return float((right[labels == 1].mean() + right[labels == 0].mean()) / 2)


def f1(predicted: Vector, labels: Vector) -> float:
    """Return F1 of the positive class."""
    both = float((predicted * labels).sum())
    total = float(predicted.sum() + labels.sum())
    return 2 * both / total if total else 0.0


def expected_calibration_error(probability: Vector, labels: Vector, *, weights: Vector) -> float:
    """Return ECE over 15 bins of equal width (M. Naeini et al., 2015)."""
    bins = np.minimum((probability * 15).astype(int), 14)
    surplus = np.bincount(bins, weights=weights * (probability - labels))
    return float(np.abs(surplus).sum() / weights.sum())


def best_threshold(scores: Vector, labels: Vector, *, weights: Vector) -> float:
    """Return the threshold with the best weighted balanced accuracy."""
    order = np.argsort(-scores, kind="stable")
    ranked, truth, mass = scores[order], labels[order], weights[order]
    hits = np.cumsum(mass * truth) / (mass * truth).sum()
    false = np.cumsum(mass * (1 - truth)) / (mass * (1 - truth)).sum()
    last = np.append(ranked[1:] != ranked[:-1], True)
    gain = np.where(last, hits - false, -np.inf)
    return float(ranked[int(gain.argmax())])


def even_mass(names: Sequence[str], labels: Vector) -> Vector:
    """Return row weights under which every data set, and either label in it, weighs the same."""
    cells = list(zip(names, labels.tolist(), strict=True))
    counts = Counter(cells)
    each = len(cells) / len(counts)
    return np.array([each / counts[cell] for cell in cells])
