"""From the trials of a run to a scorecard: every planned case, every metric, one outcome each.

Here is decided what becomes of a failure. A case that was not tried, a trial that
failed, a metric that raised, a number that is none: each is an error, and an error
counts as the worst value of its metric wherever numbers are summed up.
"""

import math
import random
from collections.abc import Mapping, Sequence

from eval.judging.controls import controls
from eval.judging.port import DEFECTS, Judge, Voting
from eval.metrics.metric import Metric, NotApplicable, Subject
from eval.running.journal import run_digest
from eval.running.manifest import SCORING, code_digest
from eval.schema import Case, Outcome, Row, Run, Scorecard, Trial
from rag.errors import AttestError

CONTROLS = 60
"""Quotes by which a judge is controlled."""


def score(
    run: Run,
    trials: Sequence[Trial],
    cases: Sequence[Case],
    *,
    metrics: Sequence[Metric],
    judge: Judge,
) -> Scorecard:
    """Return the scorecard of a run: a row per planned case, in the order of the plan.

    Args:
        run: The manifest.
        trials: What was answered, in any order.
        cases: The data set of the run.
        metrics: Each gets an outcome for every case.
        judge: Of faithfulness and citations.
    """
    known = {case.id: case for case in cases}
    tried: dict[str, list[Trial]] = {}
    for trial in trials:
        tried.setdefault(trial.case, []).append(trial)
    rows = tuple(
        _row(name, known.get(name), tried.get(name, ()), metrics, judge) for name in run.planned
    )
    return Scorecard(
        run=run_digest(run, trials),
        judge=judge.name,
        scorer=code_digest(SCORING),
        rows=rows,
        controls=controls(judge, _quotes(trials), seed=0, most=CONTROLS),
        alpha=judge.alpha if isinstance(judge, Voting) else None,
    )


def outcome(metric: Metric, subject: Subject) -> Outcome:
    """Return what a metric says of a case; it never raises what a metric can meet."""
    try:
        value = metric.measure(subject)
        if isinstance(value, NotApplicable):
            return Outcome(state="not applicable", reason=value.reason)
        number = float(value)
    except AttestError as error:
        return Outcome(state="error", reason=str(error) or type(error).__name__)
    except DEFECTS as error:
        return Outcome(state="error", reason=f"{type(error).__name__}: {error}")
    if not math.isfinite(number):
        return Outcome(state="error", reason=f"{metric.name} gave {number}")
    return Outcome(state="scored", value=number)


def _row(
    name: str, case: Case | None, trials: Sequence[Trial], metrics: Sequence[Metric], judge: Judge
) -> Row:
    fault = _fault(case, trials)
    if case is None or fault:
        failed = Outcome(state="error", reason=fault)
        outcomes: Mapping[str, Outcome] = {metric.name: failed for metric in metrics}
        kind = case or Case(id=name, question=name)
    else:
        response = trials[0].response
        assert response is not None
        subject = Subject(case, response, judge)
        outcomes = {metric.name: outcome(metric, subject) for metric in metrics}
        kind = case
    return Row(
        case=name,
        type=kind.type,
        cluster=kind.cluster,
        answerable=kind.answerable,
        outcomes=dict(outcomes),
    )


def _fault(case: Case | None, trials: Sequence[Trial]) -> str:
    """Return why a planned case cannot be scored; empty if it can."""
    if case is None:
        return "the data set has no such case"
    if not trials:
        return "not tried"
    if len(trials) > 1:
        return f"tried {len(trials)} times"
    if trials[0].asked != case.digest:
        return "tried with another wording or gold than the data set has"
    if trials[0].response is None:
        return trials[0].error or "failed without a reason"
    return ""


def _quotes(trials: Sequence[Trial]) -> list[tuple[str, str]]:
    """Return distinct cited quotes with their papers, in an order that no run changes."""
    found = {
        (quote.paper_id or quote.title, quote.quote)
        for trial in trials
        if trial.response
        for quote in trial.response.citations
        if quote.quote
    }
    quotes = sorted(found)
    random.Random(0).shuffle(quotes)
    return quotes
