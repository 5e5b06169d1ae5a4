"""A report as CSV: a row per case, or a row per figure.

Numbers stay numbers, in full; *not applicable* is an empty cell and an error
the word ``error``. Text that a spreadsheet would take for a formula is defused.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from eval.reporting.case import CaseView
from eval.reporting.inert import for_cell, visible
from eval.reporting.report import Report
from eval.schema import Figure, Outcome

Cell = str | int | float | None


def cases_csv(report: Report) -> str:
    """Return one row per case, with a column for each metric."""
    known = [measure.name for measure in report.measures]
    others = [name for case in report.cases for name in case.outcomes]
    names = list(dict.fromkeys((*known, *others)))
    head = ("case", "type", "question", "answerable", "ending", "seconds", "error", *names)
    return _written(head, (_case(case, names) for case in report.cases))


def figures_csv(report: Report) -> str:
    """Return one row per figure: of all cases, of each type, condition and other system."""
    head = ("of", "group", "figure", "family", "better", "value", "low", "high", "n", "n.a.",
            "errors")  # fmt: skip
    families = {formula.name: formula.family for formula in report.formulas}
    groups = [
        ("all", "", report.figures),
        *(("type", group.name, group.figures) for group in report.by_type),
        *(("condition", group.name, group.figures) for group in report.robustness),
        *(("system", group.name, group.figures) for group in report.rivals),
    ]
    rows = (
        (kind, name, *_figure(figure, families.get(figure.name, "")))
        for kind, name, figures in groups
        for figure in figures
    )
    return _written(head, rows)


def _case(case: CaseView, names: Sequence[str]) -> list[Cell]:
    answerable = None if case.answerable is None else str(case.answerable).lower()
    fixed = (case.id, case.type, case.question, answerable, case.ending, case.seconds, case.error)
    return [*fixed, *(_outcome(case.outcomes.get(name)) for name in names)]


def _outcome(outcome: Outcome | None) -> Cell:
    if outcome is None or outcome.state == "not applicable":
        return None
    return "error" if outcome.value is None else outcome.value


def _figure(figure: Figure, family: str) -> list[Cell]:
    interval = figure.interval
    numbers = (interval.value, interval.low, interval.high) if interval else (None, None, None)
    tally = (figure.scored, figure.not_applicable, figure.errors)
    return [figure.name, family, figure.better, *numbers, *tally]


def _written(head: Iterable[str], rows: Iterable[Sequence[Cell]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for row in (tuple(head), *rows):
        writer.writerow([_safe(cell) if isinstance(cell, str) else cell for cell in row])
    return stream.getvalue()


def _safe(text: str) -> str:
    return for_cell(visible(text))
