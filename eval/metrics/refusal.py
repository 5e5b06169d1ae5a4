"""Whether a system answers where the library does, and refuses where it does not.

Refused cases are the positives of precision and recall. Every rate is made of columns
that are empty for cases it does not look at, and in which a failed case counts as the
worst outcome on both sides: as an answerable case that was refused and as an
unanswerable one that was answered.
"""

from collections.abc import Callable, Mapping

import numpy as np

from eval.metrics import selective
from eval.metrics.areas import Point, aurc, auroc, risk_coverage
from eval.metrics.metric import (
    Metric,
    NotApplicable,
    Subject,
    Summary,
    Vector,
    mean_of,
    weighted_mean,
)
from eval.metrics.saying import says_refusal
from eval.schema import Better

__all__ = [
    "METRICS", "SUMMARIES", "Point", "aurc", "auroc", "risk_coverage", "says_refusal",
]  # fmt: skip

REFUSED = "refused"
WRONGLY = "answerable but refused"
RIGHTLY = "unanswerable and refused"
"""Names of columns."""


def _refused(subject: Subject) -> float:
    return float(subject.response.refused)


def _right_to_answer_or_refuse(subject: Subject) -> float | NotApplicable:
    answerable = selective.answerable(subject)
    if isinstance(answerable, NotApplicable):
        return answerable
    return float(subject.response.refused != bool(answerable))


def _refused_where(answerable: bool) -> Callable[[Subject], float | NotApplicable]:
    def measure(subject: Subject) -> float | NotApplicable:
        if subject.case.answerable is not answerable:
            known = "answerable" if answerable else "unanswerable"
            return NotApplicable(f"the case is not known to be {known}")
        return _refused(subject)

    return measure


def _metric(
    name: str, better: Better, formula: str, measure: Callable[[Subject], float | NotApplicable]
) -> Metric:
    return Metric(
        name=name,
        family="refusal",
        better=better,
        worst=0.0 if better == "higher" else 1.0,
        formula=formula,
        measure=measure,
    )


_RIGHT = _metric(
    "right to answer or refuse",
    "higher",
    "1 if answerable and answered, or unanswerable and refused",
    _right_to_answer_or_refuse,
)
METRICS: tuple[Metric, ...] = (
    _RIGHT,
    _metric(REFUSED, "lower", "1 if refused", _refused),
    _metric(WRONGLY, "lower", "1 if refused, of answerable cases", _refused_where(True)),
    _metric(RIGHTLY, "higher", "1 if refused, of unanswerable cases", _refused_where(False)),
    *selective.METRICS,
)


def _precision(columns: Mapping[str, Vector], weights: Vector) -> Vector:
    """Return the share of refusals that were right; NaN where nothing was refused."""
    right, wrong = (weights @ np.nan_to_num(columns[name]) for name in (RIGHTLY, WRONGLY))
    refused = np.asarray(right + wrong)
    return np.divide(right, refused, out=np.full(refused.shape, np.nan), where=refused > 0)


def _recall(columns: Mapping[str, Vector], weights: Vector) -> Vector:
    return weighted_mean(columns[RIGHTLY], weights)


def _over_refusal(columns: Mapping[str, Vector], weights: Vector) -> Vector:
    return weighted_mean(columns[WRONGLY], weights)


def _balanced(columns: Mapping[str, Vector], weights: Vector) -> Vector:
    return (_recall(columns, weights) + 1 - _over_refusal(columns, weights)) / 2


def _answered(columns: Mapping[str, Vector], weights: Vector) -> Vector:
    return 1 - weighted_mean(columns[REFUSED], weights)


def _summary(
    name: str,
    formula: str,
    reads: tuple[str, ...],
    compute: Callable[[Mapping[str, Vector], Vector], Vector],
) -> Summary:
    better: Better = "lower" if name == "over-refusal rate" else "higher"
    return Summary(name, "refusal", better, formula, reads, compute)


SUMMARIES: tuple[Summary, ...] = (
    mean_of(_RIGHT),
    _summary(
        "refusal precision",
        "unanswerable and refused, over refused cases of which it is known",
        (RIGHTLY, WRONGLY),
        _precision,
    ),
    _summary("refusal recall", "refused, over unanswerable cases", (RIGHTLY,), _recall),
    _summary(
        "refusal balanced accuracy",
        "mean of the shares of unanswerable cases refused and of answerable cases answered",
        (RIGHTLY, WRONGLY),
        _balanced,
    ),
    _summary("over-refusal rate", "refused, over answerable cases", (WRONGLY,), _over_refusal),
    _summary("answered share", "not refused, over all cases", (REFUSED,), _answered),
    *selective.SUMMARIES,
)
