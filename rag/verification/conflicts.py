"""Signs that the evidence says something else: number, name, negation, direction, order."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from rag.terms import is_name
from rag.verification.figures import missing, rival
from rag.verification.polarity import sides, word_set
from rag.verification.reading import Reading, Token

Kind = Literal["number", "name", "denied", "turned", "swapped"]

_COMPARED = word_set(
    """outperforms outperform outperformed outperforming surpasses surpass surpassed surpassing
    exceeds exceed exceeded beats beat than over underperforms underperform underperformed
    versus"""
)


class Conflict(NamedTuple):
    """One way in which the best sentence contradicts the claim."""

    kind: Kind
    reason: str


def conflicts(claim: Reading, best: Reading, evidence: Sequence[Reading]) -> tuple[Conflict, ...]:
    """Return the conflicts of a claim with the sentence that covers it best.

    A denial and a turned direction together cancel out: ``does not decrease``
    does not conflict with ``increases`` in any way that can be told here.
    """
    found = [*_numbers(claim, best, evidence), *_names(claim, best, evidence)]
    found += _swapped(claim, best)
    denied, turned = _denied(claim, best), _turned(claim, best)
    if bool(denied) != bool(turned):
        found += [*denied, *turned]
    return tuple(found)


def _numbers(claim: Reading, best: Reading, evidence: Sequence[Reading]) -> Iterable[Conflict]:
    stated = [f for reading in evidence for f in (*reading.figures, *reading.implied)]
    for figure in claim.figures:
        other = rival(figure, claim.figures, best.figures)
        marks = figure.unit in {"%", "x"}
        if other is not None and (not marks or missing([figure], stated)):
            yield Conflict(
                "number", f"says {figure.written} where the evidence says {other.written}"
            )


def _names(claim: Reading, best: Reading, evidence: Sequence[Reading]) -> Iterable[Conflict]:
    """Yield names unknown to the evidence that stand where it has another name."""
    places = {place: t for t, place in _places(best) if is_name(t.written) and not claim.has(t)}
    for token, place in _places(claim):
        other = places.get(place)
        if other is None or not is_name(token.written) or _akin(token.key, other.key):
            continue
        if not any(reading.has(token) for reading in evidence):
            why = f"says {token.written} where the evidence says {other.written}"
            yield Conflict("name", why)


def _akin(left: str, right: str) -> bool:
    """Tell whether one name may be a form of the other: RCT and cRCT, GPT and GPT-4."""
    return left in right or right in left


def _places(reading: Reading) -> Iterable[tuple[Token, tuple[str, str]]]:
    """Yield every word with what stands before it, and again with what stands after it."""
    tokens = reading.tokens
    for i, token in enumerate(tokens):
        if i:
            yield token, ("after", tokens[i - 1].key)
        if i + 1 < len(tokens):
            yield token, ("before", tokens[i + 1].key)


def _denied(claim: Reading, best: Reading) -> list[Conflict]:
    here = {token.key: token.denied for token in claim.tokens}
    there: dict[str, bool] = {}
    for token in best.tokens:
        there[token.key] = there.get(token.key, True) and token.denied
    differ = [key for key, denied in here.items() if key in there and there[key] != denied]
    more, fewer = _surplus(claim, best), _surplus(best, claim)
    if not differ or len(claim.cues) == len(best.cues):
        return []
    if len(claim.cues) > len(best.cues):
        return [Conflict("denied", f"says '{more[0]}' where the evidence does not")]
    return [Conflict("denied", f"leaves out the '{fewer[0]}' of the evidence")]


def _surplus(left: Reading, right: Reading) -> list[str]:
    """Return the cues of one text that the other lacks."""
    surplus = Counter(cue.lower() for cue in left.cues)
    surplus.subtract(cue.lower() for cue in right.cues)
    return [cue for cue, count in surplus.items() if count > 0]


def _turned(claim: Reading, best: Reading) -> list[Conflict]:
    # A word that both say is what is spoken of: "decreases growth", "increases growth".
    both = {term for term, _, _ in claim.directions} & {term for term, _, _ in best.directions}
    here, there = (
        sides((axis, side) for term, axis, side in reading.directions if term not in both)
        for reading in (claim, best)
    )
    if any(here[axis] * there.get(axis, 0) < 0 for axis in here):
        return [Conflict("turned", "says the opposite direction of the evidence")]
    return []


def _swapped(claim: Reading, best: Reading) -> list[Conflict]:
    here, there = _compared(claim), _compared(best)
    if here is None or there is None:
        return []
    (left, right), (other_left, other_right) = here, there
    crossed = left & other_right and right & other_left
    if crossed and not left & other_left and not right & other_right:
        return [Conflict("swapped", "compares the other way round than the evidence")]
    return []


def _compared(reading: Reading) -> tuple[frozenset[str], frozenset[str]] | None:
    """Return the names before and after a comparison, if there is one."""
    at = next((i for i, word in enumerate(reading.order) if word in _COMPARED), None)
    if at is None:
        return None
    before, after = (set(reading.order[:at]), set(reading.order[at + 1 :]))
    named = [token for token in reading.tokens if token.name]
    left = frozenset(t.key for t in named if t.written.lower() in before)
    right = frozenset(t.key for t in named if t.written.lower() in after)
    both = left & right
    left, right = left - both, right - both
    if reading.order[at + 1 : at + 2] == ("by",):
        left, right = right, left
    return (left, right) if left and right else None
