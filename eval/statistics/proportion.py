"""Wilson's interval of a share of independent cases.

With p = k / n and z the normal quantile of the level (Wilson 1927, *Probable Inference*,
JASA 22):

    (p + z² / 2n ± z √(p (1 − p) / n + z² / 4n²)) / (1 + z² / n)

Unlike a bootstrap's, it has a width where all cases are alike: 60 of 60 is [.94, 1].
"""

from math import sqrt
from statistics import NormalDist

from eval.schema import Interval


def proportion(count: int, total: int, *, level: float = 0.95) -> Interval | None:
    """Return ``count / total`` with its Wilson interval; None where there is no case.

    Args:
        count: Cases that have a property, 0..total.
        total: All cases.
        level: Share of such intervals that hold the true value.
    """
    if not total:
        return None
    share = count / total
    square = NormalDist().inv_cdf((1 + level) / 2) ** 2
    middle = share + square / (2 * total)
    half = sqrt(square * (share * (1 - share) / total + square / (4 * total**2)))
    scale = 1 + square / total
    return Interval(
        value=share,
        low=max(0.0, (middle - half) / scale),
        high=min(1.0, (middle + half) / scale),
    )
