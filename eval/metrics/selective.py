"""A system's confidence, as columns that tell where it was right to be sure.

Columns come in pairs: the confidence where something holds, and where it does not.
A case has one of the two. A case with both failed, because an error counts as the
worst value of every metric; so a failure is never taken for "does not apply", and
the areas count it as badly as any outcome could be.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from eval.metrics import correctness, evidence
from eval.metrics.areas import aurc, auroc
from eval.metrics.metric import Metric, NotApplicable, Subject, Summary, Vector

Measure = Callable[[Subject], float | NotApplicable]

RIGHT = ("confidence where right", "confidence where wrong")
ANSWERABLE = ("confidence where answerable", "confidence where not answerable")
"""Names of the pairs of columns."""

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


def labelled(holds: Vector, holds_not: Vector) -> tuple[Vector, Vector, NDArray[np.bool_]]:
    """Return confidence, label and failure of the cases of a pair of columns.

    Args:
        holds: Shape (n,), the confidence where something holds, else NaN.
        holds_not: Shape (n,), the confidence where it does not, else NaN.

    Returns:
        Shape (n,) each. Confidence is NaN where a case has neither; a failed case is
        at confidence 1 without the label.
    """
    without = ~np.isnan(holds_not)
    failed = without & ~np.isnan(holds)
    confidences = np.where(failed, 1.0, np.where(without, holds_not, holds))
    return confidences, np.where(without, 0.0, 1.0), failed


def _aurc(columns: Mapping[str, Vector], weights: Vector) -> Vector:
    confidences, correct, _ = labelled(*(columns[name] for name in RIGHT))
    there = ~np.isnan(confidences)
    return aurc(confidences[there], correct[there], weights[..., there])


def _auroc(columns: Mapping[str, Vector], weights: Vector) -> Vector:
    # A failed case is on both sides, at the wrong end of each: no outcome could lower it more.
    with_it, without = (columns[name] for name in ANSWERABLE)
    confidences = np.concatenate([with_it, without])
    label = np.repeat([1.0, 0.0], len(with_it))
    there = ~np.isnan(confidences)
    doubled = np.concatenate([weights, weights], axis=-1)
    return auroc(confidences[there], label[there], doubled[..., there])


def _where(condition: Measure, wanted: float) -> Measure:
    def measure(subject: Subject) -> float | NotApplicable:
        holds = condition(subject)
        if isinstance(holds, NotApplicable):
            return holds
        if holds != wanted:
            return NotApplicable("belongs to the other column")
        return confidence(subject)

    return measure


def _pair(names: tuple[str, str], what: str, condition: Measure) -> tuple[Metric, Metric]:
    yes, no = names
    return (
        Metric(yes, "refusal", "higher", 0.0, f"confidence where {what}", _where(condition, 1)),
        Metric(no, "refusal", "lower", 1.0, f"confidence unless {what}", _where(condition, 0)),
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
    *_pair(RIGHT, "right answer is 1", right),
    *_pair(ANSWERABLE, "the case is answerable", answerable),
)
SUMMARIES: tuple[Summary, ...] = (
    Summary(
        name="AURC",
        family="refusal",
        better="lower",
        formula="mean over coverages of the share wrong among the surest answers",
        reads=RIGHT,
        compute=_aurc,
    ),
    Summary(
        name="AUROC of confidence",
        family="refusal",
        better="higher",
        formula="share of (answerable, not answerable) pairs with more confidence in the first",
        reads=ANSWERABLE,
        compute=_auroc,
    ),
)
