"""A report as Markdown for a pull request, and as annotations of a workflow run.

GitHub takes a summary of at most 1 MiB for each step, and drops what is more
together with what is less; and ten annotations of a kind for each step
(community discussion 68471).
"""

from collections.abc import Iterable, Iterator

from eval.reporting import wording
from eval.reporting.case import CaseView
from eval.reporting.inert import for_command, for_markdown, for_property, one_line
from eval.reporting.numbers import (
    central,
    counted,
    counts,
    figure_value,
    number,
    p_value,
    with_bounds,
)  # fmt: skip
from eval.reporting.report import HEADLINES, Report
from eval.schema import Change, Check, Difference

MOST = 2**20
"""Bytes of a summary."""
PER_KIND = 10
"""Annotations of a kind."""
_WORST = 20
"""Cases shown one by one."""
_CUT = "\n_Cut here: the rest did not fit. The HTML and JSON reports have it._\n"


def markdown(report: Report, *, limit: int = MOST) -> str:
    """Return a report as Markdown, verdict first.

    Args:
        report: What to write.
        limit: Bytes it may take, encoded; what is more is cut from the end, with a note.
    """
    lines = [f"**{for_markdown(wording.verdict(report))}** {wording.tally(report)}.", ""]
    lines += [f"{for_markdown(report.title)}", ""]
    lines += _checks(report)
    lines += _differences(report) if report.comparison else _figures(report)
    lines += _rivals(report)
    lines += [*(f"- {for_markdown(each)}" for each in wording.trust(report)), ""]
    lines += _failed(report)
    lines += _changed(report)
    return _within("\n".join(lines).rstrip("\n") + "\n", limit)


def annotations(report: Report) -> tuple[str, ...]:
    """Return GitHub workflow commands: errors for what turns the gate red, else warnings."""
    failed = [(check.name, check.message) for check in _red(report)]
    errors = [(f"case {case.id}", reason) for case, reason in _broken(report)]
    notes = report.comparison.notes if report.comparison else ()
    worse = [
        (f"case {case.id} got worse", "; ".join(_moves(report, changes)))
        for case, changes in worsened(report)
    ]
    warnings = [*(("runs less comparable", note) for note in notes), *worse]
    return (*_commands("error", [*failed, *errors]), *_commands("warning", warnings))


def worsened(report: Report) -> list[tuple[CaseView, tuple[Change, ...]]]:
    """Return the cases that got worse in anything, the worst first, each with its changes."""
    directions, changes = report.directions, report.changes

    def lost(case: CaseView) -> float:
        return max(
            (wording.loss(each, directions.get(each.name, "higher")) for each in changes[case.id]),
            default=0.0,
        )

    losses = [(lost(case), case) for case in report.cases if case.id in changes]
    ordered = sorted(losses, key=lambda pair: -pair[0])
    return [(case, changes[case.id]) for loss, case in ordered if loss > 0]


def _checks(report: Report) -> Iterator[str]:
    for check in _red(report):
        yield f"- failed: **{for_markdown(check.name)}**: {for_markdown(check.message)}"
    yield ""


def _red(report: Report) -> Iterator[Check]:
    return (check for check in (report.gate.checks if report.gate else ()) if not check.passed)


def _differences(report: Report) -> Iterator[str]:
    comparison = report.comparison
    if comparison is None:
        return
    named = [each for each in comparison.differences if each.name in report.gated]
    yield f"From {for_markdown(comparison.before)} to {for_markdown(comparison.after)}:"
    yield ""
    yield "| figure | before | after | difference | shown | Holm's p | detectable |"
    yield "|---|--:|--:|--:|---|--:|--:|"
    for each in named or comparison.differences:
        yield _difference(each)
    yield ""
    for note in comparison.notes:
        yield f"- {for_markdown(note)}"
    yield ""


def _rivals(report: Report) -> Iterator[str]:
    if not report.rivals:
        return
    by_system = [{each.name: each for each in group.figures} for group in report.rivals]
    names = [each.name for each in report.figures if each.name in HEADLINES]
    yield f"| figure | {' | '.join(for_markdown(group.name) for group in report.rivals)} |"
    yield f"|---|{'--:|' * len(by_system)}"
    for name in names:
        found = [each.get(name) for each in by_system]
        values = (central(each.interval) if each and each.interval else "n.a." for each in found)
        yield f"| {for_markdown(name)} | {' | '.join(values)} |"
    yield ""


def _difference(each: Difference) -> str:
    scale = max(abs(each.before), abs(each.after))
    effect = wording.effect(each)
    cells = (
        for_markdown(each.name),
        number(each.before, scale=scale),
        number(each.after, scale=scale),
        with_bounds(each.delta, signs=True),
        f"**{effect}**" if effect != "no difference shown" else effect,
        p_value(each.p_holm).replace("<", "&lt;"),
        number(each.detectable),
    )
    return f"| {' | '.join(cells)} |"


def _figures(report: Report) -> Iterator[str]:
    named = [each for each in report.figures if each.name in report.gated] or report.figures
    if not named:
        return
    yield "| figure | value | cases |"
    yield "|---|--:|---|"
    for figure in named:
        yield f"| {for_markdown(figure.name)} | {figure_value(figure)} | {counts(figure)} |"
    yield ""


def _failed(report: Report) -> Iterator[str]:
    broken = list(_broken(report))
    if broken:
        yield "<details>"
        yield f"<summary>{counted(len(broken), 'case')} with errors</summary>"
        yield ""
        for case, reason in broken[:_WORST]:
            yield f"- **{for_markdown(case.id)}**: {for_markdown(reason)}"
        yield ""
        yield "</details>"
        yield ""


def _broken(report: Report) -> Iterator[tuple[CaseView, str]]:
    for case in report.cases:
        if case.failed:
            reasons = [
                f"{name}: {outcome.reason}"
                for name, outcome in case.outcomes.items()
                if outcome.state == "error"
            ]
            yield case, case.error or "; ".join(reasons)


def _changed(report: Report) -> Iterator[str]:
    cases = worsened(report)
    for case, changes in cases[:_WORST]:
        yield "<details>"
        moves = for_markdown("; ".join(_moves(report, changes)))
        yield f"<summary>{for_markdown(case.id)}: {moves}</summary>"
        yield ""
        yield f"{for_markdown(case.question, 1000)}"
        yield ""
        for heading, said, error in (
            ("Before", case.before, case.before_error),
            ("After", case.said, case.error),
        ):
            text = said.answer if said else error or "nothing"
            yield f"- {heading}: {for_markdown(text, 2000)}"
        yield ""
        yield "</details>"
        yield ""
    if len(cases) > _WORST:
        yield f"And {counted(len(cases) - _WORST, 'more case')} got worse."


def _moves(report: Report, changes: Iterable[Change]) -> Iterator[str]:
    for change in changes:
        way = wording.movement(change, report.directions.get(change.name, "higher"))
        before, after = wording.outcome(change.before), wording.outcome(change.after)
        yield f"{change.name} {before} to {after} ({way})"


def _within(text: str, limit: int) -> str:
    """Cut at the end of a line, and close what is then open."""
    if len(text.encode("utf-8", "replace")) <= limit:
        return text
    end = "\n\n</details>\n"
    room = limit - len((_CUT + end).encode())
    if room < 0:
        return _CUT.strip()[: max(limit, 0)]
    kept = text.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
    kept = kept[: kept.rfind("\n") + 1]
    open_still = kept.count("<details>") > kept.count("</details>")
    return kept + (end if open_still else "") + _CUT


def _commands(kind: str, found: list[tuple[str, str]]) -> Iterator[str]:
    most = PER_KIND if len(found) <= PER_KIND else PER_KIND - 1
    for title, message in found[:most]:
        head = for_property(one_line(title))
        yield f"::{kind} title={head}::{for_command(one_line(message, 1000))}"
    if len(found) > most:
        yield f"::{kind} title=and more::{len(found) - most} more; see the report"
