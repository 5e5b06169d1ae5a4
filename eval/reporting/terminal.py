"""A report for a person at a terminal: one line per figure, words instead of arrows."""

import io
import os
from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.reporting import wording
from eval.reporting.inert import one_line
from eval.reporting.numbers import (
    central,
    counts,
    figure_value,
    missing,
    number,
    p_value,
    with_bounds,
)
from eval.reporting.report import HEADLINES, Group, Report
from eval.schema import Difference, Figure
from rag.terminal.screen import takes_styles

_PIPED = 10_000
"""Columns where nobody looks: every row stays one line."""
_STYLES = {
    "better": "cyan", "passed": "cyan", "worse": "bold red", "failed": "bold red",
    "no difference shown": "dim",
}  # fmt: skip


def terminal(report: Report) -> str:
    """Return a report as plain text, as it is written where nobody looks."""
    stream = io.StringIO()
    _show(report, _console(stream))
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


_LONGEST = 2000
"""Characters of a sentence."""


def show(report: Report, stream: TextIO) -> None:
    """Write a report, in colour where the stream takes it and ``NO_COLOR`` is not set."""
    if stream.isatty():
        _show(report, _console(stream))
    else:
        stream.write(terminal(report))


def _show(report: Report, console: Console) -> None:
    _say(console, report.title, style="bold")
    _say(console, wording.verdict(report))
    _say(console, wording.tally(report))
    for sentence in wording.trust(report):
        _say(console, sentence)
    _show_gate(console, report)
    _show_comparison(console, report)
    _show_figures(console, report)
    for heading, groups in (
        ("By type", report.by_type),
        ("Robustness", report.robustness),
        ("Other systems", report.rivals),
    ):
        _show_groups(console, heading, groups)


def _console(stream: TextIO) -> Console:
    styled = takes_styles(stream, os.environ)
    return Console(
        file=stream,
        force_terminal=styled,
        no_color=not styled,
        color_system="standard" if styled else None,
        force_jupyter=False,
        width=None if stream.isatty() else _PIPED,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )


def _say(console: Console, text: str, *, style: str = "") -> None:
    console.print(Text(one_line(text, _LONGEST), style=style))


def _show_gate(console: Console, report: Report) -> None:
    if report.gate is None or not report.gate.checks:
        return
    table = _table(console, "Gate", ("check", "outcome", "found"))
    for check in report.gate.checks:
        table.add_row(*_cells(check.name, "passed" if check.passed else "failed", check.message))
    console.print(table)


def _show_comparison(console: Console, report: Report) -> None:
    comparison = report.comparison
    if comparison is None:
        return
    heading = f"Difference from {comparison.before} to {comparison.after}"
    columns = (
        "figure",
        "before",
        "after",
        "difference",
        "shown",
        "Holm's p",
        "detectable",
        "pairs",
    )
    table = _table(console, heading, columns, numeric=(1, 2, 3, 5, 6, 7))
    for each in comparison.differences:
        table.add_row(*_cells(*_difference(each)))
    console.print(table)
    for note in comparison.notes:
        _say(console, f"Note: {note}")


def _difference(each: Difference) -> tuple[str, ...]:
    scale = max(abs(each.before), abs(each.after))
    return (
        each.name,
        number(each.before, scale=scale),
        number(each.after, scale=scale),
        with_bounds(each.delta, signs=True),
        wording.effect(each),
        p_value(each.p_holm),
        number(each.detectable),
        str(each.pairs),
    )


def _show_figures(console: Console, report: Report) -> None:
    if not report.figures:
        _say(console, "No figures: no case was scored.")
        return
    table = _table(console, "Figures", ("figure", "value", "counts", "note"), numeric=(1,))
    for section in report.sections:
        table.add_row(Text(section.family.capitalize(), style="dim"))
        for figure, _ in section.figures:
            texts = (
                f"  {figure.name}",
                figure_value(figure),
                counts(figure),
                _note(figure, report),
            )
            table.add_row(*_cells(*texts))
    console.print(table)


def _note(figure: Figure, report: Report) -> str:
    notes = (
        "gated" if figure.name in report.gated else "",
        "lower is better" if figure.better == "lower" else "",
    )
    return ", ".join(filter(None, notes))


def _show_groups(console: Console, heading: str, groups: Sequence[Group]) -> None:
    if not groups:
        return
    by_group = [{figure.name: figure for figure in group.figures} for group in groups]
    names = dict.fromkeys(name for each in by_group for name in each)
    columns = ("figure", *(f"{group.name} ({group.n})" for group in groups))
    table = _table(console, heading, columns, numeric=range(1, len(columns)))
    for name in [name for name in names if name in HEADLINES] or names:
        table.add_row(*_cells(name, *(_short(each.get(name)) for each in by_group)))
    console.print(table)


def _short(figure: Figure | None) -> str:
    if figure is None or figure.interval is None:
        return missing(figure)
    failed = f" err {figure.errors}" if figure.errors else ""
    return f"{central(figure.interval)}{failed}"


def _table(
    console: Console, heading: str, columns: Iterable[str], *, numeric: Iterable[int] = ()
) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for place, name in enumerate(columns):
        table.add_column(
            Text(one_line(name)),
            justify="right" if place in numeric else "left",
            no_wrap=place == 0,
        )
    console.print()
    _say(console, heading, style="bold")
    return table


def _cells(*texts: str) -> list[Text]:
    return [Text(_indented(text), style=_STYLES.get(text, "")) for text in texts]


def _indented(text: str) -> str:
    margin = "  " if text.startswith("  ") else ""
    return f"{margin}{one_line(text)}"
