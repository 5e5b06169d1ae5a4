"""Whether a run is good enough, and no worse than its baseline."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from eval.gating.baseline import Baseline, rounded
from eval.gating.integrity import NAMED
from eval.gating.rules import Bounds, Limit, Rules
from eval.metrics.metric import Metric, Summary
from eval.schema import Check, Comparison, Difference, Row, Run, Scorecard
from eval.statistics.columns import columns, state_of
from eval.statistics.comparing import compare, regressed, scored
from eval.statistics.permutation import least_p


class Measures(NamedTuple):
    """What is measured: the metrics, and the figures made of them."""

    metrics: Sequence[Metric]
    summaries: Sequence[Summary]

    def of(self, names: Sequence[str]) -> "Measures":
        """Return the figures of these names and the metrics that they read."""
        chosen = [each for each in self.summaries if each.name in names]
        read = {name for each in chosen for name in each.reads}
        return Measures([each for each in self.metrics if each.name in read], chosen)


def bounded(rows: Sequence[Row], measures: Measures, rules: Rules) -> list[Check]:
    """Check floors and ceilings, over all cases and type by type."""
    checks = [
        check
        for name, limit in rules.limits.items()
        for check in _bounds(rows, measures.of([name]), limit)
    ]
    for kind, inside in rules.types.items():
        among = [row for row in rows if row.type == kind]
        for name, bounds in inside.metrics.items():
            found = _bounds(among, measures.of([name]), bounds, of=f" ({kind})")
            checks.extend(found)
    return checks


def held_against(
    baseline: Baseline, run: Run, card: Scorecard, measures: Measures, rules: Rules
) -> list[Check]:
    """Check that nothing of the baseline is gone and no gated figure is a regression."""
    gated = measures.of(list(rules.limits))
    names = [metric.name for metric in gated.metrics]
    unknown = [each for each in names if any(each not in row.outcomes for row in baseline.rows)]
    checks = [_lacking(name) for name in unknown]
    checks += [
        _scored_share(name, baseline.rows, card.rows, rules.gate.coverage_loss)
        for name in names
        if name not in unknown
    ]
    now = scored(run, card)._replace(rows=tuple(rounded(card.rows, names)))
    comparison = compare(
        baseline.scored(),
        now,
        summaries=[each for each in gated.summaries if not set(each.reads) & set(unknown)],
        metrics=gated.metrics,
        gated=list(rules.limits),
        seed=rules.gate.seed,
        alpha=rules.gate.alpha,
    )
    return [
        _kept(comparison),
        *checks,
        *(_regression(name, limit, comparison, rules) for name, limit in rules.limits.items()),
    ]


def _bounds(
    rows: Sequence[Row], measures: Measures, bounds: Bounds, *, of: str = ""
) -> list[Check]:
    """Check one figure over some rows; that there is one is a check of its own."""
    (summary,) = measures.summaries
    name = f"{summary.name}{of}"
    value = _value(rows, measures)
    if not np.isfinite(value):
        return [
            Check(
                name=f"scored: {name}",
                passed=False,
                message=f"no number for {name} in {len(rows)} cases: a check of it cannot fail; "
                "mend the run or the data, or take it from the rules",
            )
        ]
    checks: list[Check] = []
    for kind, bound in (("floor", bounds.floor), ("ceiling", bounds.ceiling)):
        if bound is not None:
            checks.append(_bound(name, kind, value, bound, _idle(measures, kind, bound)))
    return checks


def _bound(name: str, kind: str, value: float, bound: float, idle: bool) -> Check:
    kept = value >= bound if kind == "floor" else value <= bound
    message = f"{name} is {value:.4g}, {'at least' if kind == 'floor' else 'at most'} {bound:.4g}"
    if idle:
        message = f"{name} cannot break its {kind} of {bound:.4g}; set one that it can"
    elif not kept:
        message += ": the answers got worse or the rule asks too much"
    return Check(name=f"{kind}: {name}", passed=kept and not idle, message=message)


def _idle(measures: Measures, kind: str, bound: float) -> bool:
    """Return whether a bound of a mean lies where even errors alone would keep to it."""
    (summary,), metric = measures.summaries, measures.metrics[0]
    if summary.reads != (summary.name,) or metric.worst is None:
        return False
    if kind == "floor":
        return metric.better == "higher" and bound <= metric.worst
    return metric.better == "lower" and bound >= metric.worst


def _value(rows: Sequence[Row], measures: Measures) -> float:
    if not rows:
        return float("nan")
    with np.errstate(divide="ignore", invalid="ignore"):
        known = columns(rows, measures.metrics)
        return float(measures.summaries[0].compute(known, np.ones((1, len(rows))))[0])


def _lacking(name: str) -> Check:
    return Check(
        name=f"baseline: {name}",
        passed=False,
        message=f"the baseline lacks {name} in some case; renew it with the present rules",
    )


def _kept(comparison: Comparison) -> Check:
    lost = comparison.only_before
    return Check(
        name="cases",
        passed=not lost,
        message=f"{len(lost)} cases of the baseline are gone, such as {', '.join(lost[:NAMED])}; "
        "put them back or renew the baseline"
        if lost
        else f"all cases of the baseline are there, and {len(comparison.only_after)} more",
    )


def _scored_share(name: str, before: Sequence[Row], after: Sequence[Row], loss: float) -> Check:
    """Check that a metric does not apply to fewer cases than it did, and so hides them."""
    was, now = (
        [row.case for row in rows if state_of(row, name) == "scored"] for rows in (before, after)
    )
    share = len(was) / len(before) - len(now) / len(after)
    passed = share <= loss + 1e-12
    message = (
        f"{name} scored {len(now)} of {len(after)} cases, {len(was)} of {len(before)} in the "
        f"baseline (loss allowed {loss:.1%})"
    )
    gone = [case for case in was if case not in set(now)][:NAMED]
    return Check(
        name=f"coverage: {name}",
        passed=passed,
        message=message
        if passed
        else f"{message}: no more {', '.join(gone)}; renew the baseline if that is right",
    )


def _regression(name: str, limit: Limit, comparison: Comparison, rules: Rules) -> Check:
    found = next((each for each in comparison.differences if each.name == name), None)
    title = f"regression: {name}"
    if found is None:
        message = f"{name} has no case that both the baseline and this run scored; renew the former"
        return Check(name=title, passed=False, message=message)
    least = least_p(found.clusters) * len(rules.limits)
    if least > rules.gate.alpha:
        message = (
            f"{found.clusters} clusters over {len(rules.limits)} gated figures can never show a "
            f"regression of {name} (least p {least:.2g}, alpha {rules.gate.alpha:g}); "
        )
        advice = "its bounds alone are checked" if limit.bounded else "add cases or give it a floor"
        return Check(name=title, passed=limit.bounded, message=message + advice)
    worse = regressed(found, tolerance=limit.tolerance, alpha=rules.gate.alpha)
    return Check(name=title, passed=not worse, message=_told(found, limit, comparison, worse))


def _told(found: Difference, limit: Limit, comparison: Comparison, worse: bool) -> str:
    delta = found.delta
    text = (
        f"{found.name} went from {found.before:.4g} to {found.after:.4g}: {delta.value:+.4f} "
        f"[{delta.low:+.4f}, {delta.high:+.4f}], p {found.p_holm:.4f} after Holm, tolerance "
        f"{limit.tolerance:g}, over {found.pairs} cases in {found.clusters} clusters"
    )
    if not worse:
        return f"{text}; a change of {found.detectable:.3f} would show in 4 of 5 runs"
    cases = _worst(found, comparison)
    return f"{text}; look at {', '.join(cases)}" if cases else text


def _worst(found: Difference, comparison: Comparison) -> list[str]:
    """Return the cases that lost most, where the figure is a mean over cases."""
    sign = 1 if found.better == "higher" else -1
    lost = [
        (sign * ((change.after.value or 0) - (change.before.value or 0)), change.case)
        for change in comparison.changes
        if change.name == found.name
        and "not applicable" not in (change.after.state, change.before.state)
    ]
    return [case for loss, case in sorted(lost)[:NAMED] if loss < 0]
