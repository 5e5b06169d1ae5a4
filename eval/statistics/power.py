"""What a comparison can see: its smallest detectable difference.

With the standard error SE of the paired difference, a two-sided test at level α finds
a true difference δ with probability Φ(δ / SE − z(1 − α/2)), the other side being
negligible. It finds four in five where δ = (z(1 − α/2) + z(0.8)) SE (Card et al. 2020, *With
Little Power Comes Great Responsibility*, EMNLP; Miller 2024, arXiv 2411.00640, §5).

Two runs that agree everywhere have SE = 0, and the formula would promise to see anything.
But a drop brings a variance of its own: where each case fails with a small probability h,
figures fall by δ = h Σ|eᵢ| with variance h Σ eᵢ², eᵢ being what the failure of case i does
to the figure. Put into the formula this gives a floor that no agreement can undercut,
δ = (z(1 − α/2) + z(0.8))² Σ eᵢ² / Σ|eᵢ|; for a share of n cases it is 7.85 / n at α = .05.

A regression must be seen by an interval and by a permutation test, so the rule spends less
than its α: half of it, by simulation (`SPENT`). What is stated counts on that half.
"""

from collections.abc import Mapping
from statistics import NormalDist

import numpy as np

from eval.metrics.metric import Summary, Vector
from eval.statistics.resampling import chunked

_NORMAL = NormalDist()
ALPHA = 0.05
POWER = 0.8
SPENT = 0.5
"""Share of α that the rule of a regression spends: at .05 it raised 2.6 % false alarms on a
share over 200 clustered cases (`eval.statistics.simulation`, 1,000 comparisons)."""


def detectable(error: float, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Return the smallest true difference that is found with a power.

    Args:
        error: Standard error of the paired difference.
        alpha: Level of the two-sided test.
        power: Share of comparisons that find it.
    """
    return (_NORMAL.inv_cdf(1 - alpha / 2) + _NORMAL.inv_cdf(power)) * error


def smallest_loss(
    summary: Summary,
    columns: Mapping[str, Vector],
    worst: Mapping[str, Vector],
    *,
    alpha: float = ALPHA,
) -> float:
    """Return the smallest drop by failures of single cases that is found four times in five.

    Args:
        summary: What is compared.
        columns: Of n cases.
        worst: The same, had every case failed.
        alpha: Level of the two-sided test.
    """
    joint = {name: np.concatenate([columns[name], worst[name]]) for name in summary.reads}
    size = len(joint[summary.reads[0]]) // 2
    whole = summary.compute(joint, np.repeat([[1.0, 0.0]], size, axis=1))[0]
    parts: list[Vector] = []
    done = 0
    for height in chunked(size, 2 * size):
        failed = np.eye(height, size, done)
        weights = np.concatenate([1 - failed, failed], axis=1)
        parts.append(np.abs(summary.compute(joint, weights) - whole))
        done += height
    effects = np.concatenate(parts)
    effects = effects[np.isfinite(effects)]
    total = float(effects.sum())
    return detectable(1.0, alpha=alpha) ** 2 * float((effects**2).sum()) / total if total else 0.0


def power_of(effect: float, smallest: float, *, alpha: float = ALPHA) -> float:
    """Return the probability that a true difference is found.

    Args:
        effect: Size of the true difference.
        smallest: What `detectable` gave at the same level and a power of 0.8.
        alpha: Level of the two-sided test.
    """
    if smallest <= 0:
        return 1.0 if effect else alpha
    edge = _NORMAL.inv_cdf(1 - alpha / 2)
    return _NORMAL.cdf(abs(effect) * (edge + _NORMAL.inv_cdf(POWER)) / smallest - edge)
