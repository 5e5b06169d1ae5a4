"""A second look at what the search found, by a model that reads question and text closely."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from rag.interaction import Asked, Interaction, best
from rag.pairs import PairReader, heard

READING = 0.1
"""What a unit of the reader's log-odds is worth beside the search's score, of which a certain
hit has 1 to 2; chosen on the development questions."""
MEETING = 1.0
"""What a cosine of late interaction is worth beside it where no word of the question was found;
chosen on the development questions, SciFact's training claims, Cranfield and PubMedQA."""
WORTH = 0.4
"""Least worth of it for which papers are read again: with it four questions in ten of the saved
pages are, none of the four sets loses more than .003 of its right papers within five, and the
rest of the questions are answered as quickly as without."""


SECOND = 12.0
"""The same of a cosine by the second encoder, whose cosines lie nearer each other."""


class Stretch(NamedTuple):
    """A paper as a reranker is shown it."""

    passages: tuple[str, ...]
    """All of them with their titles, the nearest first."""
    score: float
    """By the search."""
    lexical: float
    """Share of the most that the question's words could earn."""


class Reranker(Protocol):
    """Scores papers for a question better than the search does, and slower."""

    @property
    def name(self) -> str:
        """Name and version, recorded with every answer."""
        ...

    def scores(self, question: str, stretches: Sequence[Stretch]) -> Sequence[float]:
        """Return a new score for each paper, higher is better."""
        ...


class InteractionReranker:
    """Adds to the search's score how well the paper meets each word piece of the question.

    The less of the question's rare words any paper holds, the more this is worth: a named thing
    that was found needs no second opinion, and a question in everyday words has nothing else.
    Where it would be worth little, the scores stay as they are.

    A second encoder is heard likewise, where there is one. Of 39 everyday questions that nothing
    was chosen on, the search has the right paper among its first twenty for nine in ten and among
    its first five for half: it lacks order, not sight, and two encoders that were trained on
    different texts seldom err alike.
    """

    name = "late-interaction-2"

    def __init__(self, interaction: Interaction, *, second: Interaction | None = None) -> None:
        """Take what reads word pieces, with the encoder of the search and with another."""
        self._voices = [(MEETING, interaction)]
        if second is not None:
            self._voices.append((SECOND, second))

    def scores(self, question: str, stretches: Sequence[Stretch]) -> Sequence[float]:
        """Return the blend of the scores."""
        scores = [each.score for each in stretches]
        worth = (1 - min(1.0, max(each.lexical for each in stretches))) ** 2
        if worth < WORTH:
            return scores
        for weight, interaction in self._voices:
            asked = interaction.asked(question, {})
            if not len(asked.rarity):
                continue
            met = _met(asked, interaction, stretches)
            scores = [score + weight * worth * one for score, one in zip(scores, met, strict=True)]
        return scores


def _met(asked: Asked, interaction: Interaction, stretches: Sequence[Stretch]) -> list[float]:
    """Return the mean best cosine of each paper over the pieces of the question."""
    texts = list(dict.fromkeys(text for each in stretches for text in each.passages))
    near = {
        text: best(asked, pieces)
        for text, pieces in zip(texts, interaction.read(texts), strict=True)
    }
    return [
        float(np.max([near[text] for text in each.passages], axis=0).mean()) for each in stretches
    ]


class ReaderReranker:
    """Adds to the search's score how sure the reader is that the nearest passage answers.

    Not in use by default. The bundled reader was trained on what two processor cores read in
    an hour, and has learned to rank by shared words more than the search does: with it fewer of the
    right papers of the development questions are among the first five (``eval.bench.reading``).
    A better reader goes in here.
    """

    def __init__(self, reader: PairReader, *, weight: float = READING) -> None:
        """Take the reader and what its log-odds are worth."""
        self._reader = reader
        self._weight = weight

    @property
    def name(self) -> str:
        """Name and version of the reader."""
        return self._reader.name

    def scores(self, question: str, stretches: Sequence[Stretch]) -> Sequence[float]:
        """Return the blend of both scores."""
        readings = self._reader.read(question, [each.passages[0] for each in stretches])
        return [
            each.score + self._weight * heard(reading.about)
            for each, reading in zip(stretches, readings, strict=True)
        ]
