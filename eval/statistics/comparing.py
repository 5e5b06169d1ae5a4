"""Two runs over the same cases: what differs, how surely, and what could have been seen.

Cases are paired by id. A figure is compared over the cases that both runs scored, so
that a run cannot gain by not answering; what became unscored is the gate's to see. One
set of cluster resamples serves both runs and all figures.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.metrics.metric import Metric, Summary, Vector
from eval.schema import Change, Comparison, Difference, Outcome, Row, Run, Scorecard
from eval.statistics.columns import columns
from eval.statistics.holm import holm
from eval.statistics.intervals import bca
from eval.statistics.permutation import sign_flip
from eval.statistics.power import ALPHA, SPENT, detectable, smallest_loss
from eval.statistics.resampling import RESAMPLES, Sample, Statistic, resample
from rag.errors import UsageError

_ABSENT = Outcome(state="error", reason="the scorecard has no such outcome")


class Scored(NamedTuple):
    """A run's outcomes and what they depend on."""

    name: str
    rows: tuple[Row, ...]
    judge: str
    scorer: str
    library: str
    data_digest: str


def scored(run: Run, card: Scorecard, *, name: str | None = None) -> Scored:
    """Return a run as it is compared, under a name or that of its system."""
    return Scored(
        name=name or run.system,
        rows=card.rows,
        judge=card.judge,
        scorer=card.scorer,
        library=run.library,
        data_digest=run.data_digest,
    )


class _Pairs(NamedTuple):
    """The cases that both runs have, in the order of the later."""

    before: tuple[Row, ...]
    after: tuple[Row, ...]

    @property
    def clusters(self) -> list[str]:
        return [row.cluster for row in self.after]


class _Compared(NamedTuple):
    """A summary over both runs, with NaN wherever either has it."""

    summary: Summary
    before: Mapping[str, Vector]
    after: Mapping[str, Vector]
    worst: Mapping[str, Vector] | None
    """Had every case failed; None where a metric has no worst value."""

    @property
    def statistic(self) -> Statistic:
        return lambda weights: (
            self.summary.compute(self.after, weights) - self.summary.compute(self.before, weights)
        )

    @property
    def there(self) -> NDArray[np.bool_]:
        """Whether both runs scored a case."""
        numbers = [~np.isnan(self.after[name]) for name in self.summary.reads]
        return np.logical_or.reduce(numbers)


class _Terms(NamedTuple):
    """How a difference is tested."""

    alpha: float
    tests: int
    """That share alpha."""
    seed: int


def compare(
    before: Scored,
    after: Scored,
    *,
    summaries: Sequence[Summary],
    metrics: Sequence[Metric],
    gated: Sequence[str] | None = None,
    seed: int,
    alpha: float = ALPHA,
) -> Comparison:
    """Return how a later run differs from an earlier one.

    Args:
        before: The earlier.
        after: The later.
        summaries: Figures to compare; one without a number in both runs is left to the notes.
        metrics: All that the summaries read.
        gated: Names of summaries whose p values are adjusted together (Holm) and whose
            detectable difference is that of the adjustment's first step, α / their number.
            The others stand alone; None means that all do.
        seed: Equal seeds give equal comparisons.
        alpha: Level of the tests; intervals are of level 1 − alpha.

    Raises:
        UsageError: A run has a case twice.
    """
    pairs = _paired(before, after)
    compared = _compared(pairs, summaries, metrics)
    statistics = [each.statistic for each in compared]
    samples = resample(statistics, pairs.clusters, resamples=RESAMPLES, seed=seed)
    family = set(gated or ())
    terms = {
        summary.name: _Terms(alpha, len(family) if summary.name in family else 1, seed)
        for summary in summaries
    }
    found = [
        _difference(each, sample, pairs.clusters, terms[each.summary.name])
        for each, sample in zip(compared, samples, strict=True)
        if sample
    ]
    names = {each.name for each in found}
    return Comparison(
        before=before.name,
        after=after.name,
        differences=tuple(_adjusted(found, family)),
        changes=tuple(_changes(pairs, summaries, metrics)),
        only_before=_others(before, after),
        only_after=_others(after, before),
        notes=(*_notes(before, after), *_left_out(summaries, names)),
    )


def regressed(difference: Difference, *, tolerance: float, alpha: float = ALPHA) -> bool:
    """Return whether a figure got worse, surely and by more than is tolerated.

    All of: the interval lies on the bad side of zero, the difference is beyond the tolerance,
    and the adjusted p value is at most alpha.
    """
    interval = difference.delta
    bad = interval.high < 0 if difference.better == "higher" else interval.low > 0
    return bad and abs(interval.value) > tolerance + 1e-12 and difference.p_holm <= alpha


def _paired(before: Scored, after: Scored) -> _Pairs:
    earlier, later = _by_case(before), _by_case(after)
    both = [name for name in later if name in earlier]
    return _Pairs(tuple(earlier[name] for name in both), tuple(later[name] for name in both))


def _by_case(run: Scored) -> dict[str, Row]:
    rows = {row.case: row for row in run.rows}
    if len(rows) < len(run.rows):
        seen: set[str] = set()
        twice = next(row.case for row in run.rows if row.case in seen or seen.add(row.case))
        raise UsageError(f"{run.name} has the case {twice} more than once; score the run anew")
    return rows


def _others(run: Scored, other: Scored) -> tuple[str, ...]:
    known = {row.case for row in other.rows}
    return tuple(row.case for row in run.rows if row.case not in known)


def _compared(
    pairs: _Pairs, summaries: Sequence[Summary], metrics: Sequence[Metric]
) -> list[_Compared]:
    """Return what can be compared: summaries whose metrics both runs were measured by."""
    before, after = columns(pairs.before, metrics), columns(pairs.after, metrics)
    for name in before:
        nowhere = np.isnan(before[name]) | np.isnan(after[name])
        before[name][nowhere] = after[name][nowhere] = np.nan
    worst = {
        metric.name: np.where(np.isnan(before[metric.name]), np.nan, metric.worst)
        for metric in metrics
        if metric.worst is not None
    }
    return [
        _Compared(
            summary, before, after, worst if all(name in worst for name in summary.reads) else None
        )
        for summary in summaries
        if all(_measured(rows, summary.reads) for rows in pairs)
    ]


def _measured(rows: Sequence[Row], names: Sequence[str]) -> bool:
    return all(any(name in row.outcomes for row in rows) for name in names)


def _difference(
    compared: _Compared, sample: Sample, clusters: Sequence[str], terms: _Terms
) -> Difference:
    """Return the difference of one summary, its p value not yet adjusted."""
    summary, there = compared.summary, compared.there
    once = np.ones((1, len(clusters)))
    p = sign_flip(summary, compared.before, compared.after, clusters, seed=terms.seed)
    return Difference(
        name=summary.name,
        better=summary.better,
        before=float(summary.compute(compared.before, once)[0]),
        after=float(summary.compute(compared.after, once)[0]),
        delta=bca(sample, level=1 - terms.alpha),
        p=p,
        p_holm=p,
        detectable=_visible(compared, sample, SPENT * terms.alpha / terms.tests),
        pairs=int(there.sum()),
        clusters=len({name for name, each in zip(clusters, there, strict=True) if each}),
    )


def _visible(compared: _Compared, sample: Sample, alpha: float) -> float:
    """Return the smallest detectable difference, however well the runs agree."""
    seen = detectable(sample.error, alpha=alpha)
    if compared.worst is None:
        return seen
    with np.errstate(divide="ignore", invalid="ignore"):
        return max(
            seen, smallest_loss(compared.summary, compared.before, compared.worst, alpha=alpha)
        )


def _adjusted(found: Sequence[Difference], gated: set[str]) -> list[Difference]:
    family = [each for each in found if each.name in gated]
    adjusted = holm([each.p for each in family])
    by_name = {each.name: p for each, p in zip(family, adjusted, strict=True)}
    return [
        each.model_copy(update={"p_holm": by_name.get(each.name, each.p_holm)}) for each in found
    ]


def _changes(
    pairs: _Pairs, summaries: Sequence[Summary], metrics: Sequence[Metric]
) -> list[Change]:
    """Return what changed, case by case, of the metrics that are averaged.

    A metric without a worst value, such as a time, never repeats and is left out.
    """
    bounded = {metric.name for metric in metrics if metric.worst is not None}
    names = [each.name for each in summaries if each.reads == (each.name,) and each.name in bounded]
    return [
        Change(case=later.case, name=name, before=was, after=now)
        for earlier, later in zip(*pairs, strict=True)
        for name in names
        for was, now in [(earlier.outcomes.get(name, _ABSENT), later.outcomes.get(name, _ABSENT))]
        if _changed(was, now)
    ]


def _changed(was: Outcome, now: Outcome) -> bool:
    if was.value is None or now.value is None:
        return was.state != now.state
    return abs(was.value - now.value) > 1e-9


def _notes(before: Scored, after: Scored) -> list[str]:
    kinds = {
        "library": (before.library, after.library),
        "judge": (before.judge, after.judge),
        "scorer": (before.scorer, after.scorer),
        "data": (before.data_digest, after.data_digest),
    }
    notes = [
        f"another {kind}: {was or 'none'} then {now or 'none'}"
        for kind, (was, now) in kinds.items()
        if was != now
    ]
    for run in (before, after):
        failed = sum(
            any(outcome.state == "error" for outcome in row.outcomes.values()) for row in run.rows
        )
        if failed:
            notes.append(f"{run.name} has {failed} cases with errors, counted as the worst")
    return notes


def _left_out(summaries: Sequence[Summary], found: set[str]) -> list[str]:
    return [
        f"{summary.name} has no number in both runs and is not compared"
        for summary in summaries
        if summary.name not in found
    ]
