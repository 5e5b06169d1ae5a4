"""Several tests at once: Holm's step-down adjustment."""

from collections.abc import Sequence


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Return adjusted p values, in the order given.

    With p₍₁₎ ≤ … ≤ p₍ₘ₎: adjusted p₍ᵢ₎ = min(1, max over j ≤ i of (m − j + 1) p₍ⱼ₎). Calling
    those at most α significant makes any false call with probability at most α, however the
    tests depend on each other (Holm 1979, *A Simple Sequentially Rejective Multiple Test
    Procedure*, Scandinavian Journal of Statistics 6).
    """
    adjusted = [0.0] * len(p)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(p)), key=lambda at: p[at])):
        highest = max(highest, min(1.0, (len(p) - rank) * p[at]))
        adjusted[at] = highest
    return tuple(adjusted)
