"""How answers stand up to noise, other wording and edited texts, over pairs of cases.

The protocol is RGB's (Chen et al. 2024, arXiv 2309.01431, section 3) on cases of our
own: noise robustness, negative rejection, and counterfactual robustness. A pair is a
case with a ``pair`` and the case of that id; only pairs with both numbers count.
"""

import re
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from eval.schema import Case, Number, Share
from rag.schema import Noun

REJECTION = "negative rejection"
COUNTERFACTUAL = "counterfactual"


class Condition(Noun):
    """What one kind of change does to answers."""

    name: str
    """Type of the changed cases, such as ``noise-2`` or ``counterfactual-number``."""
    n: int
    """Pairs with both numbers; for negative rejection, cases with one."""
    left_out: int = 0
    """Pairs of which a number or the original is missing."""
    original: Share | None = None
    """Accuracy on the originals; None for negative rejection, and where n is 0."""
    perturbed: Share | None = None
    """Accuracy on the changed cases; for negative rejection, the share that was refused."""
    drop: Number | None = None
    """Original less perturbed."""
    followed: Share | None = None
    """Counterfactuals: of the pairs whose original was right, the share that is right by the
    edited text as well; None for other changes and where no original was right."""


def robustness(cases: Sequence[Case], correct: Mapping[str, float | None]) -> tuple[Condition, ...]:
    """Return one condition per type of changed case, then negative rejection, in order of name.

    Args:
        cases: All cases of a run, in any order.
        correct: By id of case, how right its answer was, 0..1 (for an unanswerable case:
            whether it was refused); None where it could not be said. A failed case is 0.

    Source: Chen et al. 2024, section 3.2. There counterfactuals test whether a model notices
    an error; here, where the library is all that counts, whether it says what the text says.
    """
    changed = pairs(cases, correct)
    found = [_condition(name, changed[name]) for name in sorted(changed, key=_natural)]
    return (*found, *_rejection(cases, correct))


class Pair(NamedTuple):
    """How right a changed case and its original are; None where that could not be said."""

    case: Case
    """The changed one."""
    before: float | None
    after: float | None


def pairs(cases: Sequence[Case], correct: Mapping[str, float | None]) -> dict[str, list[Pair]]:
    """Return the pairs of each type of changed case, in the order of the cases."""
    found: dict[str, list[Pair]] = {}
    for case in cases:
        if case.pair is not None:
            pair = Pair(case, correct.get(case.pair), correct.get(case.id))
            found.setdefault(case.type, []).append(pair)
    return found


def _condition(name: str, found: Sequence[Pair]) -> Condition:
    known = sorted(
        (each.before, each.after)
        for each in found
        if each.before is not None and each.after is not None
    )
    left_out = len(found) - len(known)
    if not known:
        return Condition(name=name, n=0, left_out=left_out)
    original, perturbed = fmean(pair[0] for pair in known), fmean(pair[1] for pair in known)
    followed = [after for before, after in known if before == 1]
    return Condition(
        name=name,
        n=len(known),
        left_out=left_out,
        original=original,
        perturbed=perturbed,
        drop=original - perturbed,
        followed=fmean(followed) if followed and name.startswith(COUNTERFACTUAL) else None,
    )


def _rejection(cases: Sequence[Case], correct: Mapping[str, float | None]) -> tuple[Condition, ...]:
    """Return how often made cases without an answer were refused; nothing where none were made."""
    made = [
        correct.get(case.id)
        for case in cases
        if case.answerable is False and case.origin.startswith("made:") and case.pair is None
    ]
    known = sorted(value for value in made if value is not None)
    if not made:
        return ()
    rate = fmean(known) if known else None
    return (
        Condition(name=REJECTION, n=len(known), left_out=len(made) - len(known), perturbed=rate),
    )


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Return a key that puts ``noise-2`` before ``noise-10``."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)
