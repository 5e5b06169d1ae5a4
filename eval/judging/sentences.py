"""The sentences of a judged text, and the verdict where there is nothing to judge."""

from collections.abc import Iterable, Sequence

from eval.judging.port import Judgement
from rag.sentences import split

NOTHING = Judgement(entailed=False, probability=0.0)
"""Of no evidence, nothing follows; of a blank text, nothing can be said."""


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a blank text has none."""
    return [text[start:end] for start, end in split(text)]


def worded(texts: Sequence[str]) -> list[str]:
    """Return the texts that are not blank."""
    return [text for text in texts if text.strip()]


def least(judgements: Iterable[Judgement]) -> Judgement:
    """Return the verdict on the least supported sentence: a text holds if all of it does."""
    return min(judgements, key=lambda each: (each.entailed, each.probability), default=NOTHING)
