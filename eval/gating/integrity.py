"""Whether a run was measured whole: without that, no number of it is worth a look."""

from collections import Counter
from collections.abc import Iterable, Sequence

from eval.gating.baseline import Baseline
from eval.gating.rules import Rules, Terms
from eval.metrics.metric import Metric
from eval.schema import Check, Row, Run, Scorecard
from eval.statistics.columns import state_of

NAMED = 3
"""Cases that a message names."""
_SHORT = 12


def belonging(run: Run, card: Scorecard, trials_digest: str) -> Check:
    """Check that the scores are of this run and of these trials, and no older ones."""
    return Check(
        name="scores",
        passed=card.run == trials_digest,
        message=f"scores of {run.system} on {run.data} are of its trials"
        if card.run == trials_digest
        else f"stale scores: made of {card.run[:_SHORT] or 'nothing'}, the trials of {run.system} "
        f"on {run.data} are {trials_digest[:_SHORT]}; score the run anew",
    )


def planned(run: Run, card: Scorecard) -> Check:
    """Check that every planned case has its row: each once, none besides, in order."""
    plan, rows = Counter(run.planned), Counter(row.case for row in card.rows)
    faults = [
        ("missing", [case for case in plan if case not in rows]),
        ("doubled", [case for case in rows if rows[case] > 1]),
        ("planned twice", [case for case in plan if plan[case] > 1]),
        ("not planned", [case for case in rows if case not in plan]),
    ]
    found = [f"{kind} {_listed(cases)}" for kind, cases in faults if cases]
    if not found and tuple(row.case for row in card.rows) != run.planned:
        found = ["the rows are out of order"]
    if not run.planned:
        found = ["no case was planned"]
    counts = f"{len(card.rows)} rows of {len(run.planned)} planned cases"
    return Check(
        name="plan",
        passed=not found,
        message=f"{counts}: {'; '.join(found)}; score the run anew" if found else counts,
    )


def failures(
    card: Scorecard, metrics: Sequence[Metric], gated: Sequence[str], allowed: int
) -> Check:
    """Check that no more cases than allowed have an error, in any metric.

    An error of a gated metric that has no worst value could only make it better: none is allowed.
    """
    every = [metric.name for metric in metrics]
    failed = {
        row.case: error for row in card.rows if (error := _error(row, [*every, *row.outcomes]))
    }
    unbounded = [each.name for each in metrics if each.worst is None and each.name in gated]
    uncounted = [row.case for row in card.rows if _error(row, unbounded)]
    first = "; ".join(f"{case} {error}" for case, error in list(failed.items())[:NAMED])
    message = f"{len(failed)} of {len(card.rows)} cases have an error (allowed {allowed})"
    if uncounted:
        message += f", {len(uncounted)} of them in a gated metric that has no worst value"
    return Check(
        name="errors",
        passed=len(failed) <= allowed and not uncounted,
        message=f"{message}: {first}" if first else message,
    )


def covered(card: Scorecard, gated: Sequence[str], least: float) -> Check:
    """Check that the gated metrics have an outcome other than an error in enough cases."""
    told = sum(all(state_of(row, name) != "error" for name in gated) for row in card.rows)
    share = told / len(card.rows)
    return Check(
        name="coverage",
        passed=share >= least,
        message=f"{told} of {len(card.rows)} planned cases have every gated outcome "
        f"({share:.1%}, at least {least:.1%})",
    )


def golds(run: Run, baseline: Baseline | None, allowed: int) -> Check:
    """Check that the library holds the gold, but for what it lacked before."""
    if baseline is None:
        lost, limit = list(run.gold_missing), f"allowed {allowed}"
    else:
        lost = [case for case in run.gold_missing if case not in baseline.gold_missing]
        allowed, limit = 0, f"beyond the {len(baseline.gold_missing)} of the baseline"
    passed = len(lost) <= allowed
    return Check(
        name="gold papers",
        passed=passed,
        message=f"{len(lost)} cases have a gold paper that the library lacks ({limit})"
        + ("" if passed else f": {_listed(lost)}; add the papers"),
    )


def controlled(card: Scorecard, least: float) -> Check:
    """Check that the judge told apart what is right and wrong by construction."""
    found = card.controls
    accuracy = found.balanced_accuracy if found else None
    if found is None or accuracy is None:
        message = (
            f"{card.judge} was not controlled, for want of cited quotes; mend the citations, "
            "or set controls = 0 to trust the judge unseen"
        )
    elif found.judge != card.judge:
        message = f"the controls are of {found.judge}, the scores of {card.judge}; score anew"
    else:
        message = (
            f"{card.judge} affirmed {found.said_entailed} of {found.entailed} and denied "
            f"{found.said_foreign} of {found.foreign} controls: balanced accuracy {accuracy:.3f}, "
            f"at least {least:.3f}"
        )
        return Check(name="judge controls", passed=accuracy >= least, message=message)
    return Check(name="judge controls", passed=False, message=message)


def sameness(run: Run, card: Scorecard, baseline: Baseline, rules: Terms) -> list[Check]:
    """Check that what must equal the baseline's does."""
    kinds: dict[str, tuple[str, str]] = {
        "data": (baseline.data_digest, run.data_digest),
        "judge": (baseline.judge, card.judge),
        "library": (baseline.library, run.library),
        "scorer": (baseline.scorer, card.scorer),
        "settings": _differing(baseline.settings, run.settings),
    }
    return [
        Check(name=f"same: {kind}", passed=was == now, message=_held(kind, was, now))
        for kind, (was, now) in kinds.items()
        if kind in rules.same
    ]


def sure_of(card: Scorecard, run: Run, rules: Rules) -> list[Check]:
    """Return the check of the judge, where there is something for it to judge."""
    least = rules.gate.controls
    return [controlled(card, least)] if least and run.kind == "answers" else []


def _held(kind: str, was: str, now: str) -> str:
    if was == now:
        return f"the {kind} of the baseline"
    return (
        f"another {kind} than the baseline's, {_clipped(was)} then {_clipped(now)}; go back to it "
        f"or renew the baseline"
    )


def _error(row: Row, names: Iterable[str]) -> str:
    """Return the first error of a row with its reason; empty if there is none."""
    for name in names:
        outcome = row.outcomes.get(name)
        if outcome is None:
            return f"{name}: not measured"
        if outcome.state == "error":
            return f"{name}: {' '.join(outcome.reason.split())[:100]}"
    return ""


def _differing(before: dict[str, str], after: dict[str, str]) -> tuple[str, str]:
    """Return the settings that differ, as a text for each side; both are empty if none does."""
    every = before.keys() | after.keys()
    names = sorted(name for name in every if before.get(name) != after.get(name))
    return _flat(before, names), _flat(after, names)


def _flat(settings: dict[str, str], names: Sequence[str]) -> str:
    return ", ".join(f"{name}={settings.get(name, 'unset')}" for name in names)


def _clipped(text: str) -> str:
    return f"{text[:60]}…" if len(text) > 61 else text or "none"


def _listed(cases: Sequence[str]) -> str:
    more = f" and {len(cases) - NAMED} more" if len(cases) > NAMED else ""
    return f"{', '.join(cases[:NAMED])}{more}"
