"""Words that turn a statement round: negations, directions, doubts.

Scopes are short and by rule, after NegEx (W. Chapman et al., 2001): a cue
denies the next content words up to the end of its clause.
"""

from collections.abc import Iterable
from functools import lru_cache

from rag.terms import fold, stem


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list written as one text."""
    return frozenset(text.split())


_CUES = word_set(
    """no not never without neither nor none cannot nothing unable fail fails failed failing lack
    lacks lacked lacking hardly rarely barely seldom scarcely unlikely impossible insufficient
    absence absent insignificant nonsignificant deficient deficiency"""
)
_OPEN = word_set(
    """whether if unless unclear unknown doubt doubts doubtful question questions belief myth
    contrary refute refutes refuted reject rejects rejected deny denies denied hypothesize
    hypothesized hypothesise hypothesised assume assumes assumed"""
)
_HARMLESS_NEXT = frozenset({"only", "just", "merely", "matter", "doubt"})
CLAUSE_WORDS = word_set(
    """and but while whereas although though however because which that than yet"""
)
"""Words at which the reach of a negation ends."""

REACH = 4
"""Content words that one cue denies."""

_HEDGES = word_set(
    """may might could can possibly perhaps potentially probably likely suggest appear seem"""
)

_AXES: tuple[tuple[str, str], ...] = (
    (
        "increase higher more greater rise rises elevated elevate larger gain grow growth high"
        " upregulate raise up expand extend longer",
        "decrease reduce reduction lower less fewer decline drop diminish smaller fall falls loss"
        " downregulate low down shrink shorten shorter minimize",
    ),
    (
        "improve improvement better outperform superior enhance surpass exceed best beat"
        " beneficial benefit",
        "degrade degradation worse underperform inferior impair harm hurt deteriorate worsen worst"
        " harmful trail",
    ),
    (
        "promote activate activation induce stimulate facilitate enable cause trigger",
        "inhibit inhibition suppress prevent block attenuate abolish hinder",
    ),
    ("faster fast accelerate quick quicker speed", "slower slow decelerate"),
    ("strong stronger robust", "weak weaker fragile"),
    ("positive positively", "negative negatively"),
    ("efficient effective easy simple", "inefficient ineffective hard difficult complex"),
    ("always all every", "sometimes rare"),
    ("success succeed successfully", "failure unsuccessful unsuccessfully"),
    ("first", "last"),
    ("presence present", "absence absent"),
    ("similar same equal comparable", "different differ distinct"),
    ("accept", "reject"),
    ("before", "after"),
    ("supervised", "unsupervised"),
    ("include including", "exclude excluding"),
    ("agree consistent", "disagree inconsistent"),
)


def _directions() -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for axis, pair in enumerate(_AXES):
        for side, listed in zip((1, -1), pair, strict=True):
            found |= {stem(word): (axis, side) for word in listed.split()}
    return found


_DIRECTIONS = _directions()


@lru_cache(maxsize=20_000)
def is_cue(word: str) -> bool:
    """Tell whether a word denies what follows: ``not``, ``doesn't``, ``fails``."""
    folded = fold(word)
    return folded in _CUES or folded.endswith("n't")


def is_unasserted(word: str) -> bool:
    """Tell whether what follows a word is denied or left open: ``not``, ``whether``."""
    return is_cue(word) or fold(word) in _OPEN


def is_harmless(following: str) -> bool:
    """Tell whether a word after ``not`` takes its force away: ``not only``."""
    return fold(following) in _HARMLESS_NEXT


def is_hedge(word: str) -> bool:
    """Tell whether a word makes a statement a guess: ``may``, ``suggests``."""
    folded = fold(word)
    return folded in _HEDGES or stem(folded) in _HEDGES


@lru_cache(maxsize=20_000)
def direction(word: str) -> tuple[int, int] | None:
    """Return the axis and side (1 or -1) of a word such as ``increases``, if it has one."""
    return _DIRECTIONS.get(stem(fold(word)))


def sides(directions: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the side of every axis on which directions agree; 0 where both sides stand."""
    found: dict[int, int] = {}
    for axis, side in directions:
        found[axis] = side if found.get(axis, side) == side else 0
    return found
