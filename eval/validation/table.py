"""The tables of a validation, as Markdown and for a terminal."""

from collections.abc import Sequence

from rich.table import Table

from eval.schema import Agreement, Interval
from eval.validation.finding import Finding, held_out
from eval.validation.published import beside, orientation
from eval.validation.stored import rival, share

Rows = list[tuple[str, ...]]

AGREEMENT = (
    "set", "n (clusters)", "% supported", "BAcc", "AUROC", "F1", "F1 unsupported", "kappa", "ECE",
    "errors", "best baseline", "so it is",
)  # fmt: skip
LABELS = ("set", "original label", "n", "called entailed", "AUROC against supported")
PUBLISHED = ("same set", "published method", "size", "measure", "theirs", "ours", "source")
ORIENTATION = ("for orientation only", "size", "balanced accuracy on other sets", "source")
NOTE = (
    "Intervals: 95 %, bootstrap over clusters of shared evidence. Baselines: always yes, always"
    " no, length, word overlap; thresholds of the last two are chosen on the other splits of the"
    " same data set. A judge is better than trivial where the low end of its balanced accuracy is"
    " above the best baseline's."
)


def statement(agreement: Agreement) -> str:
    """Return plainly whether a judge is worth its cost on a set."""
    best = rival(agreement)
    reached = share(agreement.baselines[best]["balanced_accuracy"])
    if agreement.better_than_trivial:
        plain = "better than trivial"
    elif agreement.balanced_accuracy.high < agreement.baselines[best]["balanced_accuracy"]:
        plain = f"worse than {best} ({reached})"
    else:
        plain = f"no better than {best} ({reached})"
    return plain if held_out(agreement) else f"{plain}; not a held-out set"


def markdown(findings: Sequence[Finding]) -> str:
    """Return all tables of the findings as Markdown, held-out sets first."""
    ordered = sorted(findings, key=lambda finding: not held_out(finding))
    parts = [markdown_table(AGREEMENT, agreement_rows(ordered)), NOTE]
    further = (
        (LABELS, label_rows(ordered)),
        (PUBLISHED, published_rows(ordered)),
        (ORIENTATION, orientation_rows(ordered)),
    )
    for head, rows in further:
        if rows:
            parts.append(markdown_table(head, rows))
    return "\n\n".join(parts)


def terminal(findings: Sequence[Finding]) -> Table:
    """Return the table of agreement for a terminal."""
    ordered = sorted(findings, key=lambda finding: not held_out(finding))
    table = Table(title=f"Agreement of {findings[0].judge} with people" if findings else None)
    for name in AGREEMENT:
        table.add_column(name)
    for row in agreement_rows(ordered):
        table.add_row(*row)
    return table


def agreement_rows(findings: Sequence[Finding]) -> Rows:
    """Return one row per set."""
    return [
        (
            each.data,
            f"{each.n} ({each.clusters})",
            f"{100 * each.share_supported:.0f}",
            *(ranged(one) for one in (each.balanced_accuracy, each.auroc, each.f1,
                                      each.f1_unsupported, each.kappa, each.ece)),
            str(each.errors),
            f"{rival(each)} {share(each.baselines[rival(each)]['balanced_accuracy'])}",
            statement(each),
        )
        for each in findings
    ]  # fmt: skip


def label_rows(findings: Sequence[Finding]) -> Rows:
    """Return one row per original label, for the sets that have more than two."""
    return [
        (
            each.data,
            label.label + (" (contradicted)" if label.refuted else ""),
            str(label.n),
            f"{100 * label.entailed:.0f} %",
            "" if label.auroc is None else share(label.auroc),
        )
        for each in findings
        if len(each.labels) > 2
        for label in each.labels
    ]


def published_rows(findings: Sequence[Finding]) -> Rows:
    """Return the figures that others have of the same sets."""
    return [
        (
            each.data,
            figure.method + (" (trained on its training split)" if figure.trained_on_it else ""),
            figure.size,
            figure.measure.replace("_", " "),
            share(figure.value),
            share(_ours(each, figure.measure).value),
            figure.source,
        )
        for each in findings
        for figure in beside(each.data)
    ]


def orientation_rows(findings: Sequence[Finding]) -> Rows:
    """Return, one row per method and source, figures of sets that are not ours but near them."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for figure in (figure for each in findings for figure in orientation(each.data)):
        of = found.setdefault((figure.method, figure.size, figure.source), {})
        of[figure.data] = share(figure.value)
    return [
        (method, size, ", ".join(f"{data} {number}" for data, number in of.items()), source)
        for (method, size, source), of in found.items()
    ]


def ranged(of: Interval) -> str:
    """Return a number with its interval, such as ``.72 [.70, .75]``."""
    return f"{share(of.value)} [{share(of.low)}, {share(of.high)}]"


def _ours(finding: Finding, measure: str) -> Interval:
    return getattr(finding, measure)


def markdown_table(head: Sequence[str], rows: Rows) -> str:
    """Return a table as Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(each) for each in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
