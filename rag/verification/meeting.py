"""Which words of a claim its evidence comes near to, and which it does not.

Word piece by word piece, by late interaction. On people's marks of the words that cited pages do
not support (WiCE, R. Kamoi et al., EMNLP 2023) how near anything comes orders the words better
than whether the page has them, .82 against .74 by AUROC, and the words below the bound are as
often right (``eval.calibration.marking``).
"""

from collections.abc import Iterator, Sequence

import numpy as np

from rag.embedding.port import Vector
from rag.interaction import Asked, Interaction, best
from rag.terms import word_terms, words

FAR = 0.76
"""Cosine below which a word is not met; fitted by ``eval.calibration.marking``."""


def unmet(
    interaction: Interaction, claim: str, texts: Sequence[str]
) -> tuple[tuple[int, int], ...]:
    """Return the characters of a claim that nothing in some texts comes near to.

    Words that stand beside each other make one span.
    """
    found: list[tuple[int, int]] = []
    far = [(start, end) for start, end, near in nearness(interaction, claim, texts) if near < FAR]
    for start, end in far:
        if found and not claim[found[-1][1] : start].strip():
            start = found.pop()[0]
        found.append((start, end))
    return tuple(found)


def nearness(
    interaction: Interaction, claim: str, texts: Sequence[str]
) -> Iterator[tuple[int, int, float]]:
    """Yield every word with content: its characters, and how near the texts come to it."""
    asked = interaction.asked(claim, {})
    nearest = _nearest(interaction, asked, texts)
    places = asked.pieces.places
    for word in words(claim):
        inside = (places[:, 0] < word.end) & (places[:, 1] > word.start)
        if word_terms(word.text) and inside.any():
            yield word.start, word.end, float(nearest[inside].min())


def _nearest(interaction: Interaction, asked: Asked, texts: Sequence[str]) -> Vector:
    near = [best(asked, pieces) for pieces in interaction.read(texts)]
    return np.max([np.zeros(len(asked.rarity), np.float32), *near], axis=0)
