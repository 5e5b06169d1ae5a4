"""How far votes agree beyond chance."""

from collections import Counter
from collections.abc import Sequence


def krippendorff_alpha(votes: Sequence[Sequence[bool | None]]) -> float | None:
    """Return Krippendorff's alpha for nominal values with missing ones.

    alpha = 1 - observed / expected disagreement, from the coincidences of values
    within units: o(c, k) = sum over units of pairs (c, k) / (votes of the unit - 1);
    alpha = 1 - (n - 1) * sum of o(c, k) / sum of n(c) * n(k), both over c != k
    (K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011, sections A-C).

    Args:
        votes: One row per unit, one place per vote; None where there was none. A unit
            with fewer than two votes has nothing to compare.

    Returns:
        At most 1; 0 is what chance gives. None where nothing can be compared or no
        two values differ, so that chance would agree too.
    """
    totals: Counter[bool] = Counter()
    disagreement = 0.0
    for unit in votes:
        counts = Counter(vote for vote in unit if vote is not None)
        size = counts.total()
        if size < 2:
            continue
        totals += counts
        disagreement += 2 * counts[True] * counts[False] / (size - 1)
    chance = 2 * totals[True] * totals[False]
    if not chance:
        return None
    return 1 - (totals.total() - 1) * disagreement / chance
