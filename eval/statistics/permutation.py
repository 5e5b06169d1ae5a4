"""Whether two runs differ: the paired sign-flip test, by cluster.

If two runs are alike, nothing is lost by exchanging their outcomes, all cases of a
cluster at once. The p value is the share of such exchanges whose difference is at
least as large as the one observed, on either side (Fisher 1935; for evaluations
Dror et al. 2018, *The Hitchhiker's Guide to Testing Statistical Significance*, §3.3).
It holds for any summary, however far from a mean, and for any number of clusters.

Clusters in which the runs agree cannot change anything, so 2^k exchanges of the k
clusters that differ are all there are. Up to 2^12 they are gone through and p is
exact; beyond, m are drawn and p = (b + 1) / (m + 1), which is never too small
(Phipson and Smyth 2010, *Permutation P-values Should Never Be Zero*).
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from eval.metrics.metric import Summary, Vector
from eval.statistics.resampling import chunked

PERMUTATIONS = 4_999
EXACT = 12
"""Most differing clusters of which every exchange is gone through."""

Columns = Mapping[str, Vector]


def sign_flip(
    summary: Summary,
    before: Columns,
    after: Columns,
    clusters: Sequence[str],
    *,
    permutations: int = PERMUTATIONS,
    seed: int,
) -> float:
    """Return the two-sided p value of the difference of a summary between two runs.

    Args:
        summary: What is compared.
        before: Columns of n cases.
        after: Columns of the same cases, NaN where those of ``before`` are.
        clusters: Of the n cases.
        permutations: How many are drawn where there are too many to go through.
        seed: Of the drawing.
    """
    joint = {name: np.concatenate([before[name], after[name]]) for name in summary.reads}
    index = _differing(joint, clusters)
    count = int(index.max(initial=-1)) + 1
    exact = count <= EXACT
    total = 2**count if exact else permutations
    flips = _every(count, len(clusters)) if exact else _drawn(count, total, len(clusters), seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = float(abs(_difference(summary, joint, np.zeros((1, len(clusters))))[0]))
        # The last column, which an index of -1 reads, leaves a case where it is.
        padded = (np.pad(flip, ((0, 0), (0, 1)))[:, index] for flip in flips)
        extreme = sum(_as_extreme(_difference(summary, joint, flip), observed) for flip in padded)
    return extreme / total if exact else (extreme + 1) / (total + 1)


def least_p(clusters: int) -> float:
    """Return the smallest p value that a comparison over so many clusters can have."""
    return max(2.0 ** (1 - clusters), 1 / (PERMUTATIONS + 1)) if clusters else 1.0


def _difference(summary: Summary, joint: Columns, flips: Vector) -> Vector:
    """Return later less earlier after exchanges.

    Args:
        summary: What is compared.
        joint: Columns of 2n: the earlier run's, then the later's.
        flips: Shape (k, n), 1 where the case is exchanged.

    Returns:
        Shape (k,).
    """
    earlier = np.concatenate([1 - flips, flips], axis=1)
    return summary.compute(joint, 1 - earlier) - summary.compute(joint, earlier)


def _as_extreme(differences: Vector, observed: float) -> int:
    """Count differences no smaller than the observed; what has no number counts too."""
    slack = 1e-9 * max(observed, 1e-3)
    return int(np.sum(~(np.abs(differences) < observed - slack)))


def _differing(joint: Columns, clusters: Sequence[str]) -> NDArray[np.intp]:
    """Return the number of each case's cluster among those that differ, -1 for the others."""
    size = len(clusters)
    differs = np.zeros(size, dtype=bool)
    for column in joint.values():
        earlier, later = column[:size], column[size:]
        differs |= (earlier != later) & ~(np.isnan(earlier) & np.isnan(later))
    chosen = sorted({name for name, there in zip(clusters, differs, strict=True) if there})
    number = {name: at for at, name in enumerate(chosen)}
    return np.array([number.get(name, -1) for name in clusters], dtype=np.intp)


def _every(count: int, width: int) -> Iterator[Vector]:
    done = 0
    for height in chunked(2**count, 2 * width):
        numbers = np.arange(done, done + height)[:, None]
        yield ((numbers >> np.arange(count)) & 1).astype(np.float64)
        done += height


def _drawn(count: int, total: int, width: int, seed: int) -> Iterator[Vector]:
    generator = np.random.Generator(np.random.PCG64([seed, 1]))
    for height in chunked(total, 2 * width):
        bits: NDArray[np.int8] = generator.integers(0, 2, size=(height, count), dtype=np.int8)
        yield bits.astype(np.float64)
