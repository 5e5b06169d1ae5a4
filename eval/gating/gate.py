"""The gate: everything that must hold before a change may go in."""

import difflib
from collections.abc import Sequence

from eval.gating.baseline import Baseline
from eval.gating.integrity import belonging, covered, failures, golds, planned, sameness, sure_of
from eval.gating.quality import Measures, bounded, held_against
from eval.gating.rules import Rules
from eval.metrics.metric import Metric, Summary
from eval.schema import Check, Gate, Run, Scorecard
from rag.errors import UsageError


def gate(
    run: Run,
    card: Scorecard,
    *,
    trials_digest: str,
    baseline: Baseline | None,
    rules: Rules,
    metrics: Sequence[Metric],
    summaries: Sequence[Summary],
) -> Gate:
    """Return what a gate found; it is red if any of its checks is.

    Where the scores are not of this run, or do not cover its plan, nothing else is looked at.

    Args:
        run: The manifest.
        card: Its scorecard.
        trials_digest: What `eval.running.journal.run_digest` says of the run and its trials now.
        baseline: What it is held against; None checks floors and ceilings alone, and says so.
        rules: What is gated.
        metrics: All that were measured.
        summaries: All figures there are.

    Raises:
        UsageError: The rules name a figure that there is not, or none at all.
    """
    _known(rules, [each.name for each in summaries])
    whole = [belonging(run, card, trials_digest), planned(run, card)]
    if not all(check.passed for check in whole):
        return Gate(checks=tuple(whole))
    measures = Measures(metrics, summaries)
    read = [metric.name for metric in measures.of(rules.named).metrics]
    checks = [
        *whole,
        failures(card, metrics, read, rules.gate.errors),
        covered(card, read, rules.gate.coverage),
        golds(run, baseline, rules.gate.gold_missing),
        *sure_of(card, run, rules),
        *bounded(card.rows, measures, rules),
    ]
    if baseline is None:
        return Gate(checks=(*checks, _alone(rules)))
    checks += sameness(run, card, baseline, rules.gate)
    checks += held_against(baseline, run, card, measures, rules)
    return Gate(checks=tuple(checks))


def gated_metrics(rules: Rules, summaries: Sequence[Summary]) -> tuple[str, ...]:
    """Return the names of the metrics that a baseline must hold for these rules."""
    gated = [each for each in summaries if each.name in rules.limits]
    return tuple(dict.fromkeys(name for each in gated for name in each.reads))


def _alone(rules: Rules) -> Check:
    """Return the check that stands for the baseline that there is not."""
    unchecked = [name for name, limit in rules.limits.items() if not limit.bounded]
    message = "no baseline: regressions are not looked for, floors and ceilings alone are checked"
    if unchecked:
        message = (
            f"no baseline, and no floor or ceiling for {', '.join(unchecked)}: nothing could turn "
            "it red; give it a bound or make a baseline"
        )
    return Check(name="baseline", passed=not unchecked, message=message)


def _known(rules: Rules, names: Sequence[str]) -> None:
    if not rules.named:
        raise UsageError('the rules gate no figure; add a table such as [metrics."nDCG@10"]')
    for name in rules.named:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"the rules gate {name}, which is no figure of this run{hint}")
