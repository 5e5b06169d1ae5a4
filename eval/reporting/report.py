"""What a report holds: a run's figures, how far they can be trusted, and every case."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, get_args

from pydantic import Field

from eval.metrics.areas import Point
from eval.metrics.calibration import Bin
from eval.metrics.metric import Family, Metric, Summary
from eval.reporting.case import CaseView, views
from eval.schema import (
    Agreement,
    Better,
    Case,
    Change,
    Comparison,
    Controls,
    Figure,
    Gate,
    Number,
    Run,
    Scorecard,
    Share,
    Trial,
)
from rag.errors import UsageError
from rag.schema import Noun

FAMILIES: tuple[Family, ...] = get_args(Family)
"""In the order in which every report prints them."""


HEADLINES = frozenset(
    (
        "nDCG@10", "RR@10", "R@100", "right papers@5", "evidence found", "gold papers cited",
        "citation F1", "faithfulness to citations", "answer correct", "right to answer or refuse",
    )
)  # fmt: skip
"""Figures shown where several systems or types stand side by side; HTML and JSON have all."""


class Formula(Noun):
    """What a figure measures."""

    name: str
    family: Family
    better: Better
    formula: str
    reads: tuple[str, ...]
    """Names of the metrics that it summarises."""


class Measure(Noun):
    """A metric of single cases, as a report needs it."""

    name: str
    family: Family
    better: Better
    worst: Number | None


class Group(Noun):
    """Figures of some cases, under some condition, or of another system."""

    name: str
    n: int
    """Cases."""
    figures: tuple[Figure, ...]


class RiskPoint(Noun):
    """What share goes wrong when only the most confident cases are answered."""

    coverage: Share
    risk: Share


class Section(NamedTuple):
    """The figures of a family, each with what it measures."""

    family: Family
    figures: tuple[tuple[Figure, Formula], ...]


class Report(Noun):
    """All that is written about a run, in whatever form."""

    title: str
    run: Run
    judge: str
    """Name and version of the judge of faithfulness and citations."""
    scorer: str
    """SHA-256 over the sources that a score depends on."""
    same_method: bool
    """Whether judge and answer path check by the same method."""
    planned: int
    scored: int
    """Cases without any error; with ``errors`` this makes ``planned``."""
    errors: int
    figures: tuple[Figure, ...]
    """In order of family."""
    formulas: tuple[Formula, ...]
    """One per figure, in the same order."""
    measures: tuple[Measure, ...]
    """One per metric of the cases."""
    by_type: tuple[Group, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    """Of judges with people; those of ``judge`` and, for comparison, of others."""
    controls: Controls | None = None
    alpha: Number | None = None
    """Krippendorff's alpha of the judge's votes, where it votes."""
    risk_coverage: tuple[RiskPoint, ...] = ()
    """By rising coverage."""
    reliability: tuple[Bin, ...] = ()
    """By rising confidence, without empty ones."""
    robustness: tuple[Group, ...] = ()
    """One per condition; the first is the unchanged one."""
    comparison: Comparison | None = None
    gate: Gate | None = None
    gated: tuple[str, ...] = Field(default=())
    """Names of the figures that the gate looked at."""
    rivals: tuple[Group, ...] = ()
    """Other systems over the same data."""
    cases: tuple[CaseView, ...] = ()

    @property
    def sections(self) -> tuple[Section, ...]:
        """Figures by family."""
        pairs = tuple(zip(self.figures, self.formulas, strict=True))
        return tuple(
            Section(family, found)
            for family in FAMILIES
            if (found := tuple(pair for pair in pairs if pair[1].family == family))
        )

    @property
    def gated_measures(self) -> frozenset[str]:
        """Names of the metrics that the gated figures summarise."""
        return frozenset(
            name for each in self.formulas if each.name in self.gated for name in each.reads
        )

    @property
    def directions(self) -> Mapping[str, Better]:
        """Which way is better, by name of figure or metric."""
        differences = self.comparison.differences if self.comparison else ()
        known = (*differences, *self.measures, *self.formulas)
        return {each.name: each.better for each in known}

    @property
    def changes(self) -> Mapping[str, tuple[Change, ...]]:
        """Changed outcomes by id of case."""
        found: dict[str, tuple[Change, ...]] = {}
        for change in self.comparison.changes if self.comparison else ():
            found[change.case] = (*found.get(change.case, ()), change)
        return found


def build(
    *,
    run: Run,
    scorecard: Scorecard,
    summaries: Sequence[Summary],
    metrics: Sequence[Metric],
    figures: Sequence[Figure],
    cases: Sequence[Case] = (),
    trials: Sequence[Trial] = (),
    title: str = "",
    same_method: bool = False,
    by_type: Sequence[Group] = (),
    agreements: Sequence[Agreement] = (),
    risk_coverage: Sequence[Point] = (),
    reliability: Sequence[Bin] = (),
    robustness: Sequence[Group] = (),
    comparison: Comparison | None = None,
    before: Sequence[Trial] = (),
    gate: Gate | None = None,
    gated: Iterable[str] | None = None,
    rivals: Sequence[Group] = (),
) -> Report:
    """Put a report together from what the other rooms computed.

    Args:
        run: What was run.
        scorecard: Its outcomes; names judge and scorer and holds the controls.
        summaries: What the figures measure; one for each figure, further ones do not matter.
        metrics: What the outcomes measure.
        figures: Over all cases.
        cases: Of the data set.
        trials: Of the run.
        title: ``system on data`` if empty.
        same_method: Whether the judge is the method that also guards the answers.
        by_type: Figures of each type of case.
        agreements: How well judges agree with people, as far as that was measured.
        risk_coverage: By rising coverage.
        reliability: Bins of confidence; empty ones are left out.
        robustness: Figures under each condition.
        comparison: With an earlier run.
        before: Trials of that run, so that answers can be shown side by side.
        gate: The outcome of a gate.
        gated: Names of the figures it looked at; taken from the names of its checks if None.
        rivals: Figures of other systems over the same data.

    Raises:
        UsageError: A figure has no summary.
    """
    formulas = _formulas(summaries)
    ordered = _ordered(figures, formulas)
    seen = views(cases, run.planned, scorecard.rows, trials, before)
    failed = sum(view.failed for view in seen)
    return Report(
        title=title or f"{run.system} on {run.data}",
        run=run,
        judge=scorecard.judge,
        scorer=scorecard.scorer,
        same_method=same_method,
        planned=len(seen),
        scored=len(seen) - failed,
        errors=failed,
        figures=ordered,
        formulas=tuple(formulas[each.name] for each in ordered),
        measures=tuple(_measure(each) for each in metrics),
        by_type=tuple(by_type),
        agreements=tuple(agreements),
        controls=scorecard.controls,
        alpha=scorecard.alpha,
        risk_coverage=tuple(RiskPoint(coverage=c, risk=r) for c, r in risk_coverage),
        reliability=tuple(each for each in reliability if each.count),
        robustness=tuple(robustness),
        comparison=comparison,
        gate=gate,
        gated=tuple(_checked(gate, ordered) if gated is None else gated),
        rivals=tuple(rivals),
        cases=seen,
    )


def _formulas(summaries: Iterable[Summary]) -> dict[str, Formula]:
    return {
        each.name: Formula(
            name=each.name,
            family=each.family,
            better=each.better,
            formula=each.formula,
            reads=each.reads,
        )
        for each in summaries
    }


def _ordered(figures: Sequence[Figure], formulas: Mapping[str, Formula]) -> tuple[Figure, ...]:
    unknown = [figure.name for figure in figures if figure.name not in formulas]
    if unknown:
        raise UsageError(
            f"no summary says what the figure {unknown[0]!r} measures; pass it in summaries"
        )
    return tuple(sorted(figures, key=lambda figure: FAMILIES.index(formulas[figure.name].family)))


def _measure(metric: Metric) -> Measure:
    return Measure(name=metric.name, family=metric.family, better=metric.better, worst=metric.worst)


def _checked(gate: Gate | None, figures: Iterable[Figure]) -> list[str]:
    """A check is about a figure when its name is that, or ends in it, as ``floor: recall@5``."""
    names = [check.name for check in gate.checks] if gate else []
    return [
        figure.name
        for figure in figures
        if any(name == figure.name or name.endswith(f": {figure.name}") for name in names)
    ]
