"""What a metric is: a formula over one case, and a summary over many.

A metric returns a number, or says why it does not apply (`NotApplicable`), or
raises an `AttestError`; what becomes of each is decided in one place
(`eval.scoring`). A summary reads the per-case numbers of one or more metrics as
columns in which NaN stands for "not applicable"; a column never holds an error,
because an error has been replaced by the metric's worst value before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.judging.port import Judge
from eval.schema import Better, Case, Response

Vector = NDArray[np.float64]
Family = Literal[
    "retrieval", "evidence", "citations", "faithfulness", "correctness", "refusal", "integrity",
    "cost",
]  # fmt: skip


class NotApplicable(NamedTuple):
    """A metric has nothing to say of a case."""

    reason: str


@dataclass(frozen=True)
class Subject:
    """What a metric looks at."""

    case: Case
    response: Response
    judge: Judge


@dataclass(frozen=True)
class Metric:
    """A formula over one case."""

    name: str
    family: Family
    better: Better
    worst: float | None
    """What an error counts as; None where there is no worst, as for a time."""
    formula: str
    """In one line, as a report prints it."""
    measure: Callable[[Subject], float | NotApplicable]


@dataclass(frozen=True)
class Summary:
    """A number over many cases."""

    name: str
    family: Family
    better: Better
    formula: str
    reads: tuple[str, ...]
    """Names of the metrics whose columns it reads."""
    compute: Callable[[Mapping[str, Vector], Vector], Vector]
    """Columns of n cases each, and weights of shape (..., n), how often each case counts;
    returns shape (...), NaN where nothing applies. So one call does all resamples."""


def mean_of(metric: Metric) -> Summary:
    """Return the mean of a metric over the cases it applies to."""

    def compute(columns: Mapping[str, Vector], weights: Vector) -> Vector:
        return weighted_mean(columns[metric.name], weights)

    return Summary(
        name=metric.name,
        family=metric.family,
        better=metric.better,
        formula=f"mean over cases of: {metric.formula}",
        reads=(metric.name,),
        compute=compute,
    )


def weighted_mean(column: Vector, weights: Vector) -> Vector:
    """Return the mean of the numbers of a column, NaN aside.

    Args:
        column: Shape (n,).
        weights: Shape (..., n).

    Returns:
        Shape (...); NaN where no number has weight.
    """
    there = ~np.isnan(column)
    mass = weights[..., there].sum(axis=-1)
    total = weights[..., there] @ column[there]
    return np.divide(total, mass, out=np.full(np.shape(total), np.nan), where=mass > 0)
