"""A system's confidence together with what it should have been sure of, in one column.

Where something holds, a case stands at 1 + confidence; where it does not, at
-confidence. So a column rises with how good an outcome is, tells both apart, and
has a place for failure, -2, which the areas count as badly as any outcome could be:
a failed case is never taken for one that does not apply.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.metrics import correctness, evidence
from eval.metrics.areas import aurc, auroc
from eval.metrics.metric import Metric, NotApplicable, Subject, Summary, Vector

Measure = Callable[[Subject], float | NotApplicable]

RIGHT = "confidence by right answer"
ANSWERABLE = "confidence by answerable"
"""Names of columns."""

FAILED = -2.0

_JUDGED_BY = tuple(
    metric.measure
    for name in ("answer correct", "evidence found", "gold papers cited")
    for metric in (*correctness.METRICS, *evidence.METRICS)
    if metric.name == name
)


def confidence(subject: Subject) -> float | NotApplicable:
    """Return the probability that the library answers, by the system's own account."""
    value = subject.response.confidence
    return NotApplicable("the system gives no confidence") if value is None else value


def answerable(subject: Subject) -> float | NotApplicable:
    """Return whether the library holds an answer, as 1 or 0."""
    value = subject.case.answerable
    if value is None:
        return NotApplicable("nobody has said whether the case is answerable")
    return float(value)


def right(subject: Subject) -> float | NotApplicable:
    """Return whether it was right to answer, as 1 or 0: a stand-in for a person's word.

    0 where the case is not answerable, for any answer would be wrong, and where an
    answerable one was refused. Else by the first that is known of: answer correct,
    evidence found, gold papers cited (one is enough).
    """
    if subject.case.answerable is not True:
        return answerable(subject)
    values = (measure(subject) for measure in _JUDGED_BY)
    known = (value for value in values if not isinstance(value, NotApplicable))
    first = next(known, None)
    return NotApplicable("no right answer is known") if first is None else float(first > 0)


class Sure(NamedTuple):
    """A column taken apart; shape (n,) each."""

    confidence: Vector
    """1 where the case failed, NaN where nothing applies."""
    label: Vector
    """1 where it holds; 0 where it does not, where the case failed and where nothing applies."""
    failed: NDArray[np.bool_]

    @property
    def there(self) -> NDArray[np.bool_]:
        """Whether anything applies."""
        return ~np.isnan(self.confidence)


def apart(column: Vector) -> Sure:
    """Return what `RIGHT` or `ANSWERABLE` holds: 1 + confidence, -confidence, or `FAILED`."""
    failed, holds = column == FAILED, column >= 1
    confidence = np.where(holds, column - 1, np.where(failed, 1.0, -column))
    return Sure(confidence, holds.astype(np.float64), failed)


def _aurc(columns: Mapping[str, Vector], weights: Vector) -> Vector:
    found = apart(columns[RIGHT])
    there = found.there
    return aurc(found.confidence[there], found.label[there], weights[..., there])


def _auroc(columns: Mapping[str, Vector], weights: Vector) -> Vector:
    # A failed case is on both sides, at the wrong end of each: no outcome could lower it more.
    found = apart(columns[ANSWERABLE])
    there, failed = found.there, found.failed
    confidence = np.concatenate([found.confidence[there], np.zeros(int(failed.sum()))])
    label = np.concatenate([found.label[there], np.ones(int(failed.sum()))])
    doubled = np.concatenate([weights[..., there], weights[..., failed]], axis=-1)
    return auroc(confidence, label, doubled)


def _by(condition: Measure) -> Measure:
    def measure(subject: Subject) -> float | NotApplicable:
        holds, sure = condition(subject), confidence(subject)
        if isinstance(sure, NotApplicable):
            return sure
        if isinstance(holds, NotApplicable):
            return holds
        return 1 + sure if holds else -sure

    return measure


def _column(name: str, what: str, condition: Measure) -> Metric:
    return Metric(
        name=name,
        family="refusal",
        better="higher",
        worst=FAILED,
        formula=f"1 + confidence where {what}, -confidence where not",
        measure=_by(condition),
    )


METRICS: tuple[Metric, ...] = (
    Metric(
        "confidence", "refusal", "higher", None, "probability of an answer, as told", confidence
    ),
    Metric(
        name="right answer",
        family="refusal",
        better="higher",
        worst=0.0,
        formula="0 if unanswerable or refused, else answer correct, evidence found or gold cited",
        measure=right,
    ),
    _column(RIGHT, "right answer is 1", right),
    _column(ANSWERABLE, "the case is answerable", answerable),
)
SUMMARIES: tuple[Summary, ...] = (
    Summary(
        name="AURC",
        family="refusal",
        better="lower",
        formula="mean over coverages of the share wrong among the surest answers",
        reads=(RIGHT,),
        compute=_aurc,
    ),
    Summary(
        name="AUROC of confidence",
        family="refusal",
        better="higher",
        formula="share of (answerable, not answerable) pairs with more confidence in the first",
        reads=(ANSWERABLE,),
        compute=_auroc,
    ),
)
