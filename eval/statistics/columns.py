"""From the outcomes of cases to columns of numbers.

The only place where an error becomes a number: the worst its metric knows.
"""

from collections.abc import Sequence

import numpy as np

from eval.metrics.metric import Metric, Vector
from eval.schema import Row, State


def columns(rows: Sequence[Row], metrics: Sequence[Metric]) -> dict[str, Vector]:
    """Return a column of shape (n,) per metric, by name.

    A scored outcome gives its value and one that does not apply NaN. An error, and a metric
    that a row lacks, give the metric's worst value; NaN only where it has none.
    """
    return {
        metric.name: np.array([_number(row, metric) for row in rows], dtype=np.float64)
        for metric in metrics
    }


def state_of(row: Row, name: str) -> State:
    """Return the state of a metric in a row; one that the row lacks is an error."""
    outcome = row.outcomes.get(name)
    return outcome.state if outcome else "error"


def tally(rows: Sequence[Row], names: Sequence[str]) -> dict[State, int]:
    """Count cases by what became of some metrics taken together; the counts sum to the rows.

    A case with an error in any of them is an error; else one with a number in any is scored.
    """
    states = [{state_of(row, name) for name in names} for row in rows]
    errors = sum("error" in each for each in states)
    scored = sum("scored" in each and "error" not in each for each in states)
    return {
        "scored": scored,
        "not applicable": len(rows) - scored - errors,
        "error": errors,
    }


def _number(row: Row, metric: Metric) -> float:
    outcome = row.outcomes.get(metric.name)
    if outcome is not None and outcome.value is not None:
        return outcome.value
    if outcome is not None and outcome.state == "not applicable":
        return np.nan
    return np.nan if metric.worst is None else metric.worst
