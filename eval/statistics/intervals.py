"""Bootstrap intervals: BCa, and percentile where BCa is not defined.

BCa (Efron 1987, *Better Bootstrap Confidence Intervals*, JASA 82) reads the ends of
the interval not at the levels α and 1 − α of the resamples but at

    Φ(z₀ + (z₀ + z) / (1 − a (z₀ + z))),   z = Φ⁻¹(α) and Φ⁻¹(1 − α)

with the bias z₀ = Φ⁻¹(share of resamples below the value, ties by half) and the
acceleration a = Σ U³ / (6 (Σ U²)^1.5), U = mean of the jackknife less its values,
one cluster left out at a time.

An interval without width says that nothing varied among the cases at hand (30 of 30
right), not that nothing could.
"""

from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np

from eval.metrics.metric import Metric, Summary, Vector
from eval.schema import Figure, Interval, Row
from eval.statistics.columns import columns, tally
from eval.statistics.resampling import RESAMPLES, Sample, Statistic, resample

_NORMAL = NormalDist()


def interval(
    summary: Summary,
    columns: Mapping[str, Vector],
    clusters: Sequence[str],
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int,
) -> Interval | None:
    """Return a summary with its interval; None where no case is scored.

    Args:
        summary: What is computed.
        columns: Of n cases.
        clusters: Of the n cases.
        level: Share of such intervals that hold the true value.
        resamples: How many.
        seed: Equal seeds give equal intervals.
    """
    (sample,) = resample([_of(summary, columns)], clusters, resamples=resamples, seed=seed)
    return bca(sample, level=level) if sample else None


def figures(
    rows: Sequence[Row], summaries: Sequence[Summary], metrics: Sequence[Metric], *, seed: int
) -> tuple[Figure, ...]:
    """Return every summary of a run with its 95 % interval and its denominators."""
    known = columns(rows, metrics)
    clusters = [row.cluster for row in rows]
    statistics = [_of(summary, known) for summary in summaries]
    samples = resample(statistics, clusters, resamples=RESAMPLES, seed=seed)
    return tuple(
        _figure(summary, sample, rows) for summary, sample in zip(summaries, samples, strict=True)
    )


def bca(sample: Sample, *, level: float = 0.95) -> Interval:
    """Return the BCa interval of a sample; the percentile one where BCa is degenerate."""
    if not sample.draws.size:
        return Interval(value=sample.value, low=sample.value, high=sample.value)
    alpha = (1 - level) / 2
    ends = _bca_levels(sample, alpha) or (alpha, 1 - alpha)
    low, high = np.quantile(sample.draws, ends)
    return Interval(value=sample.value, low=float(low), high=float(high))


def _bca_levels(sample: Sample, alpha: float) -> tuple[float, float] | None:
    """Return the levels at which BCa reads its ends; None where it is not defined."""
    below, acceleration = _share_below(sample), _acceleration(sample.jackknife)
    if acceleration is None or not 0 < below < 1:
        return None
    bias = _NORMAL.inv_cdf(below)
    shifted = [bias + _NORMAL.inv_cdf(level) for level in (alpha, 1 - alpha)]
    if any(acceleration * each >= 1 for each in shifted):
        return None
    low, high = (_NORMAL.cdf(bias + each / (1 - acceleration * each)) for each in shifted)
    return low, high


def _share_below(sample: Sample) -> float:
    """Return the share of resamples below the value; those that round to it count by half."""
    slack = 1e-12 * max(1.0, abs(sample.value))
    less = np.mean(sample.draws < sample.value - slack)
    at_most = np.mean(sample.draws <= sample.value + slack)
    return float(less + at_most) / 2


def _acceleration(jackknife: Vector) -> float | None:
    if not jackknife.size or not np.isfinite(jackknife).all():
        return None
    influence = jackknife.mean() - jackknife
    spread = float(np.sum(influence**2)) ** 1.5
    return float(np.sum(influence**3)) / (6 * spread) if spread else None


def _of(summary: Summary, columns: Mapping[str, Vector]) -> Statistic:
    return lambda weights: summary.compute(columns, weights)


def _figure(summary: Summary, sample: Sample | None, rows: Sequence[Row]) -> Figure:
    counts = tally(rows, summary.reads)
    return Figure(
        name=summary.name,
        better=summary.better,
        interval=bca(sample) if sample else None,
        scored=counts["scored"],
        not_applicable=counts["not applicable"],
        errors=counts["error"],
    )
