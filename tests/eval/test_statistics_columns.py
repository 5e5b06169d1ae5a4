"""Outcomes become numbers, and an error never a good one."""

import numpy as np
import pytest

from eval.metrics.metric import Metric, NotApplicable
from eval.schema import Better, Outcome, Row
from eval.statistics import columns, tally


def metric(name, better: Better = "higher", worst: float | None = 0.0):
    return Metric(name, "correctness", better, worst, name, lambda _: NotApplicable("test"))


def row(case, **outcomes):
    return Row(case=case, type="t", cluster=case, answerable=None, outcomes=outcomes)


SCORED = Outcome(state="scored", value=0.4)
ABSENT = Outcome(state="not applicable", reason="no gold")
FAILED = Outcome(state="error", reason="broke")


def test_a_number_stays_and_what_does_not_apply_is_nan():
    (column,) = columns([row("a", m=SCORED), row("b", m=ABSENT)], [metric("m")]).values()

    assert column[0] == 0.4
    assert np.isnan(column[1])


@pytest.mark.parametrize(("better", "worst"), [("higher", 0.0), ("lower", 1.0)])
def test_an_error_counts_as_the_worst(better, worst):
    found = columns([row("a", m=FAILED)], [metric("m", better, worst)])

    assert found["m"].tolist() == [worst]


def test_a_metric_that_a_row_lacks_counts_as_the_worst():
    assert columns([row("a")], [metric("m")])["m"].tolist() == [0.0]


def test_an_error_without_a_worst_value_has_no_number():
    assert np.isnan(columns([row("a", m=FAILED)], [metric("m", worst=None)])["m"][0])


def test_no_rows_make_empty_columns():
    assert columns([], [metric("m")])["m"].shape == (0,)


def test_the_tally_sums_to_the_rows():
    rows = [
        row("a", m=SCORED, n=ABSENT),
        row("b", m=SCORED, n=FAILED),
        row("c", m=ABSENT, n=ABSENT),
        row("d", m=SCORED),
    ]

    assert tally(rows, ["m", "n"]) == {"scored": 1, "not applicable": 1, "error": 2}
