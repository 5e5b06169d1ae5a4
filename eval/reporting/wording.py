"""What a report says in words: its verdict, its differences, and how far to trust its judge."""

from typing import Literal

from eval.reporting.numbers import counted, number
from eval.reporting.report import Report
from eval.schema import Agreement, Better, Change, Controls, Difference, Outcome
from eval.validation import quote

Effect = Literal["better", "worse", "no difference shown"]
Movement = Literal["better", "worse", "changed"]
SAME_METHOD = (
    "judge and answer path check by the same method: faithfulness and citations here show that "
    "the method agrees with itself, not that the answers are right"
)
NOT_MEASURED = "agreement with people not measured"
SIGNIFICANT = 0.05


def effect(difference: Difference) -> Effect:
    """Return whether a figure got better or worse.

    Only where the interval of the difference leaves out zero and Holm's p is at most .05.
    """
    delta = difference.delta
    apart = delta.low > 0 or delta.high < 0
    if not apart or difference.p_holm > SIGNIFICANT:
        return "no difference shown"
    return "better" if (delta.value > 0) == (difference.better == "higher") else "worse"


def movement(change: Change, better: Better) -> Movement:
    """Return which way a case went; ``changed`` where neither way is better."""
    before, after = _rank(change.before, better), _rank(change.after, better)
    if before is None or after is None or before == after:
        return "changed"
    return "better" if after > before else "worse"


def loss(change: Change, better: Better) -> float:
    """Return by how much a case got worse, for sorting; infinite where it fell into an error."""
    before, after = _rank(change.before, better), _rank(change.after, better)
    if before is None or after is None or before == after:
        return 0.0
    return before - after


def outcome(value: Outcome | None) -> str:
    """Return an outcome in short: a number, ``n.a.`` or ``error``."""
    if value is None or value.state == "not applicable":
        return "n.a."
    if value.value is None:
        return "error"
    return str(int(value.value)) if value.value in {0, 1} else number(value.value)


def verdict(report: Report) -> str:
    """Return the first line of every report."""
    if report.gate is None:
        return "No gate was set."
    failed = [check for check in report.gate.checks if not check.passed]
    if report.gate.passed:
        return f"Gate green: {counted(len(report.gate.checks), 'check')} passed."
    if not report.gate.checks:
        return "Gate red: it had nothing to check."
    return f"Gate red: {len(failed)} of {counted(len(report.gate.checks), 'check')} failed."


def tally(report: Report) -> str:
    """Return how many cases were planned, scored and lost."""
    errors = counted(report.errors, "error")
    return f"{counted(report.planned, 'case')} planned, {report.scored:,} scored, {errors}"


def trust(report: Report) -> tuple[str, ...]:
    """Return what is known about the judge; every report prints all of it."""
    known = any(each.judge == report.judge for each in report.agreements)
    sentences = [] if known else [f"faithfulness by {report.judge}: {NOT_MEASURED}"]
    for judge in dict.fromkeys((report.judge, *(each.judge for each in report.agreements))):
        of_judge = [each for each in report.agreements if each.judge == judge]
        if of_judge:
            sentences.append(quote(of_judge))
    if report.same_method:
        sentences.append(SAME_METHOD)
    if report.alpha is not None:
        alpha = number(report.alpha, places=2)
        sentences.append(f"votes of the judge agree with a Krippendorff's alpha of {alpha}")
    if report.controls is not None:
        sentences.append(controls(report.controls))
    return tuple(sentences)


def controls(found: Controls) -> str:
    """Return how a judge did where the right verdict is known by construction."""
    accuracy = found.balanced_accuracy
    said = (
        f"controls: {found.said_entailed} of {found.entailed} quotes affirmed by themselves, "
        f"{found.said_foreign} of {found.foreign} foreign ones denied"
    )
    if accuracy is None:
        return f"{said} (too few to judge by)"
    return f"{said} (balanced accuracy {number(accuracy, places=2)})"


def best_baseline(measured: Agreement) -> tuple[str, float] | None:
    """Return the trivial judge with the highest balanced accuracy, and that."""
    known = {
        name: values["balanced_accuracy"]
        for name, values in measured.baselines.items()
        if "balanced_accuracy" in values
    }
    return max(known.items(), key=lambda item: item[1], default=None)


def _rank(value: Outcome, better: Better) -> float | None:
    if value.state == "error":
        return float("-inf")
    if value.value is None:
        return None
    return value.value if better == "higher" else -value.value
