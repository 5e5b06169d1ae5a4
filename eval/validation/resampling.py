"""Percentile intervals from a bootstrap over clusters (A. Davison, D. Hinkley, 1997, ch. 3.8)."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from eval.schema import Interval
from eval.validation.measures import Measure, Vector, Verdicts, value

CHUNK = 50
"""Resamples at a time, so that 15,000 items stay in a few megabytes."""


def intervals(
    verdicts: Verdicts,
    clusters: Sequence[str],
    measures: Mapping[str, Measure],
    *,
    seed: int,
    resamples: int,
) -> dict[str, Interval]:
    """Return each measure with its 95 % interval, all from the same resamples.

    Measures that are not defined on the items are left out; so are, of the
    others, the resamples on which they are not.

    Args:
        verdicts: Of n items.
        clusters: Of the items; clusters are drawn with replacement, whole.
        measures: By name.
        seed: The same seed gives the same numbers, bit by bit.
        resamples: How many.
    """
    found = {name: value(measure, verdicts) for name, measure in measures.items()}
    drawn: dict[str, list[Vector]] = {name: [] for name in measures}
    for weights in _weights(clusters, seed=seed, resamples=resamples):
        for name, measure in measures.items():
            drawn[name].append(measure(verdicts, weights))
    return {
        name: interval(centre, np.concatenate(drawn[name]))
        for name, centre in found.items()
        if centre is not None
    }


def mean_interval(
    values: Vector, clusters: Sequence[str], *, seed: int, resamples: int
) -> Interval:
    """Return the mean of values, shape (n,), with its 95 % interval over clusters."""
    drawn = [
        (weights @ values) / weights.sum(axis=-1)
        for weights in _weights(clusters, seed=seed, resamples=resamples)
    ]
    return interval(float(values.mean()), np.concatenate(drawn))


def interval(centre: float, drawn: Vector) -> Interval:
    """Return a number with the 2.5th and 97.5th percentile of its resamples, NaN aside.

    Where resampling biases a measure, as it does ECE, the interval is widened to
    hold the number itself.
    """
    defined = drawn[~np.isnan(drawn)]
    if not len(defined):
        return Interval(value=centre, low=centre, high=centre)
    low, high = np.percentile(defined, [2.5, 97.5])
    return Interval(value=centre, low=min(centre, float(low)), high=max(centre, float(high)))


def _weights(clusters: Sequence[str], *, seed: int, resamples: int) -> Iterator[Vector]:
    """Yield weights of shape (up to `CHUNK`, n)."""
    _, codes = np.unique(np.asarray(clusters, dtype=object), return_inverse=True)
    count = int(codes.max()) + 1
    generator = np.random.default_rng(seed)
    even = np.full(count, 1 / count)
    for start in range(0, resamples, CHUNK):
        size = min(CHUNK, resamples - start)
        counts = generator.multinomial(count, even, size=size).astype(np.float64)
        yield counts[:, codes]
