"""All metrics and summaries, by what a run was asked for."""

from typing import Literal

from eval.metrics import (
    calibration,
    citations,
    correctness,
    cost,
    evidence,
    faithfulness,
    integrity,
    nuggets,
    ragchecker,
    ranking,
    refusal,
)
from eval.metrics.metric import Metric, Summary

_RANKED = (ranking,)
_ANSWERED = (
    ranking, evidence, citations, faithfulness, correctness, nuggets, ragchecker, refusal,
    calibration, integrity, cost,
)  # fmt: skip

Kind = Literal["answers", "retrieval"]


def metrics_of(kind: Kind) -> tuple[Metric, ...]:
    """Return the metrics of a run of answers, or of rankings alone, each name once."""
    rooms = _ANSWERED if kind == "answers" else _RANKED
    found = {metric.name: metric for room in rooms for metric in room.METRICS}
    return tuple(found.values())


def summaries_of(kind: Kind) -> tuple[Summary, ...]:
    """Return the figures of a run of answers, or of rankings alone, each name once."""
    rooms = _ANSWERED if kind == "answers" else _RANKED
    found = {summary.name: summary for room in rooms for summary in room.SUMMARIES}
    return tuple(found.values())
