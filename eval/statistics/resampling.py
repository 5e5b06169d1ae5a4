"""The cluster bootstrap, as weights: how often each case counts in each resample.

Cases of one cluster (one paper, one family of questions) rise and fall together,
so clusters are drawn, not cases: as many as there are, with replacement (Davison
and Hinkley 1997, *Bootstrap Methods*, §3.8; for evaluations Miller 2024, arXiv
2411.00640, §2.2). Because a resample is a row of weights, two runs over the same
cases are resampled alike simply by using the same weights for both.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.metrics.metric import Vector

RESAMPLES = 2_000
CELLS = 16_000
"""Weights in memory at a time; few, because fresh memory costs more than the arithmetic."""

Statistic = Callable[[Vector], Vector]
"""From weights of shape (k, n) to numbers of shape (k,); NaN where there is none."""


class Sample(NamedTuple):
    """A statistic and how it varies."""

    value: float
    """With every case counted once."""
    draws: Vector
    """By resample, shape (B,); resamples in which it has no number are left out."""
    jackknife: Vector
    """With one cluster left out at a time, shape (clusters,)."""

    @property
    def error(self) -> float:
        """Standard error: the standard deviation over resamples."""
        return float(np.std(self.draws, ddof=1)) if self.draws.size > 1 else 0.0


def cluster_weights(clusters: Sequence[str], *, resamples: int, seed: int) -> Vector:
    """Return multiplicities of cases, shape (B, n); equal arguments give equal weights.

    Args:
        clusters: Cluster of each case; neither their order nor that of cases matters to a draw.
        resamples: B.
        seed: Of numpy's PCG64.
    """
    weights = np.empty((resamples, len(clusters)))
    if not clusters:
        return weights
    done = 0
    for chunk in _drawn(_indices(clusters), resamples, seed):
        weights[done : done + len(chunk)] = chunk
        done += len(chunk)
    return weights


def resample(
    statistics: Sequence[Statistic], clusters: Sequence[str], *, resamples: int, seed: int
) -> tuple[Sample | None, ...]:
    """Return how statistics vary over the same resamples; None for one that has no number.

    Memory does not grow with the number of resamples: they are made in chunks.
    """
    if not clusters:
        return (None,) * len(statistics)
    index = _indices(clusters)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = [float(each(np.ones((1, len(clusters))))[0]) for each in statistics]
        draws = _over(statistics, _drawn(index, resamples, seed))
        jackknives = _over(statistics, _without_one(index))
    return tuple(
        Sample(value, drawn[np.isfinite(drawn)], jackknife) if np.isfinite(value) else None
        for value, drawn, jackknife in zip(values, draws, jackknives, strict=True)
    )


def chunked(total: int, width: int) -> Iterator[int]:
    """Yield heights of chunks of a matrix of ``total`` rows that fit in memory."""
    height = max(1, CELLS // max(1, width))
    for done in range(0, total, height):
        yield min(height, total - done)


def _over(statistics: Sequence[Statistic], chunks: Iterator[Vector]) -> list[Vector]:
    """Return each statistic over all chunks, each chunk made once."""
    parts: list[list[Vector]] = [[] for _ in statistics]
    for weights in chunks:
        for part, statistic in zip(parts, statistics, strict=True):
            part.append(statistic(weights))
    return [np.concatenate(part) if part else np.empty(0) for part in parts]


def _drawn(index: NDArray[np.intp], resamples: int, seed: int) -> Iterator[Vector]:
    count = int(index.max()) + 1
    generator = np.random.Generator(np.random.PCG64(seed))
    for height in chunked(resamples, len(index)):
        drawn = generator.integers(0, count, size=(height, count))
        drawn += np.arange(height)[:, None] * count
        times = np.bincount(drawn.ravel(), minlength=height * count).reshape(height, count)
        yield times[:, index].astype(np.float64)


def _without_one(index: NDArray[np.intp]) -> Iterator[Vector]:
    done = 0
    for height in chunked(int(index.max()) + 1, len(index)):
        yield (np.arange(done, done + height)[:, None] != index).astype(np.float64)
        done += height


def _indices(clusters: Sequence[str]) -> NDArray[np.intp]:
    number = {name: at for at, name in enumerate(sorted(set(clusters)))}
    return np.array([number[name] for name in clusters], dtype=np.intp)
