"""Does a judge tell what entails from what does not, where that is known by construction?"""

import random
from collections.abc import Sequence

from eval.judging.port import DEFECTS, Judge, JudgeError, sound
from eval.schema import Controls
from rag.terms import terms

SHARED = 0.3
"""Most content terms that two quotes may share for one surely not to entail the other."""

Quoted = tuple[str, str]
"""Paper id and quote."""


def controls(judge: Judge, pairs: Sequence[Quoted], *, seed: int, most: int = 60) -> Controls:
    """Put quotes to a judge whose right verdicts are known.

    Every quote must entail itself, and must not follow from a quote of another
    paper that shares at most 30 % of the content terms of the shorter one. A judge
    that says yes to all, or no to all, has a balanced accuracy of one half. No
    verdict counts as a wrong one.

    Args:
        judge: The judge.
        pairs: (paper id, quote), in any order, repeated or not.
        seed: Draws the quotes and their partners.
        most: Quotes that are drawn.
    """
    known = sorted({(paper, quote) for paper, quote in pairs if terms(quote)})
    draw = random.Random(seed)
    drawn = draw.sample(known, min(most, len(known)))
    foreign = [(other, each) for each in drawn if (other := _partner(each, known, draw))]
    return Controls(
        judge=judge.name,
        entailed=len(drawn),
        said_entailed=sum(_says(judge, quote, quote, entailed=True) for _, quote in drawn),
        foreign=len(foreign),
        said_foreign=sum(
            _says(judge, other[1], each[1], entailed=False) for other, each in foreign
        ),
    )


def _partner(quoted: Quoted, known: Sequence[Quoted], draw: random.Random) -> Quoted | None:
    paper, quote = quoted
    for other in draw.sample(known, len(known)):
        if other[0] != paper and _shared(quote, other[1]) <= SHARED:
            return other
    return None


def _shared(first: str, second: str) -> float:
    mine, theirs = set(terms(first)), set(terms(second))
    return len(mine & theirs) / min(len(mine), len(theirs))


def _says(judge: Judge, evidence: str, text: str, *, entailed: bool) -> bool:
    try:
        return sound(judge.judge([evidence], text), judge).entailed == entailed
    except (JudgeError, *DEFECTS):
        return False
