"""A report as one page that needs nothing else: no network, no fonts, no script from elsewhere.

The page is drawn by ``templates/report.html.j2``. All text is escaped, and made
visible and clipped on its way there; the policy in its head lets only its own
style and script run, each named by its hash, and nothing be loaded.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eval.reporting import charts, numbers, wording
from eval.reporting.case import CaseView
from eval.reporting.inert import clipped, one_line, visible
from eval.reporting.report import Group, Report
from eval.schema import Change, Figure, Outcome

_LONGEST = 4000
"""Characters of one text on the page."""
_UNFOLDED = 12
"""Charts by type that are shown at once."""


class CaseCard(NamedTuple):
    """A case as the page lists it."""

    view: CaseView
    changes: dict[str, Change]
    """By name of metric."""
    movement: str
    """``better``, ``worse``, ``mixed``, ``changed``, or empty."""
    scored: list[tuple[str, Outcome]]
    silent: list[str]
    """Names of the metrics that did not apply."""
    failures: dict[str, list[str]]
    """Names of the metrics that failed, by reason; without the reason of the case itself."""

    def is_gold(self, paper_id: str, title: str) -> bool:
        """Return whether a paper is one that answers the case."""
        return any(
            gold.grade > 0 and (gold.paper_id == paper_id or (gold.title and gold.title == title))
            for gold in self.view.gold
        )


class Matrix(NamedTuple):
    """Figures of several groups side by side."""

    groups: Sequence[Group]
    rows: list[tuple[str, list[Figure | None]]]


def html(report: Report) -> str:
    """Return a report as an HTML page."""
    environment = _environment()
    style, script = _part("report.css"), _part("report.js")
    return environment.get_template("report.html.j2").render(
        charts=charts,
        numbers=numbers,
        wording=wording,
        short=one_line,
        report=report,
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
        cards=cards(report),
        panels=_panels(report),
        unfolded=_UNFOLDED,
        robustness=matrix(report, report.robustness),
        rivals=matrix(report, report.rivals),
        edge=charts.reach(report.comparison.differences if report.comparison else ()),
    )


def cards(report: Report) -> list[CaseCard]:
    """Return the cases of a report as the page lists them."""
    changes = report.changes
    order = [measure.name for measure in report.measures]
    return [_card(view, changes.get(view.id, ()), report, order) for view in report.cases]


def matrix(report: Report, groups: Sequence[Group]) -> Matrix:
    """Return figures by group, in the order in which the report has them."""
    by_group = [{figure.name: figure for figure in group.figures} for group in groups]
    known = [figure.name for figure in report.figures]
    others = [name for each in by_group for name in each if name not in known]
    rows = [
        (name, [each.get(name) for each in by_group])
        for name in dict.fromkeys((*known, *others))
        if any(name in each for each in by_group)
    ]
    return Matrix(groups, rows)


def _card(
    view: CaseView, changes: Iterable[Change], report: Report, order: Sequence[str]
) -> CaseCard:
    by_name = {change.name: change for change in changes}
    directions = report.directions
    ways = {
        wording.movement(each, directions.get(each.name, "higher")) for each in by_name.values()
    } - {"changed"}
    movement = "mixed" if len(ways) == 2 else next(iter(ways), "")
    names = [*order, *(name for name in view.outcomes if name not in order)]
    present = [(name, view.outcomes[name]) for name in names if name in view.outcomes]
    failures: dict[str, list[str]] = {}
    for name, value in present:
        if value.state == "error" and value.reason != view.error:
            failures.setdefault(value.reason, []).append(name)
    return CaseCard(
        view=view,
        changes=by_name,
        movement=movement or ("changed" if by_name or view.reworded else ""),
        scored=[(name, value) for name, value in present
                if value.state != "not applicable" or name in by_name],
        failures=failures,
        silent=[name for name, value in present
                if value.state == "not applicable" and name not in by_name],
    )  # fmt: skip


def _panels(report: Report) -> list[tuple[str, Markup]]:
    """One chart per figure that is known by type."""
    there = {figure.name for group in report.by_type for figure in group.figures if figure.interval}
    return [
        (figure.name, charts.bars(figure.name, report.by_type))
        for figure in report.figures
        if figure.name in there
    ]


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("eval.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: object) -> object:
    """What every expression of the template passes through; markup of our own is left alone."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(clipped(value, _LONGEST))
    return value


def _part(name: str) -> str:
    return (files("eval.reporting") / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"
