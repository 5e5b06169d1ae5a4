"""A second look at what the search found, by a model that reads question and text closely."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from rag.interaction import Asked, Interaction, Pieces, best
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


PIECES, SECOND = 1.0, 6.0
"""What a cosine of late interaction and one of the second encoder, whose cosines lie near each
other, are worth beside the search's score where a second encoder reads; chosen likewise."""


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
    """

    name = "late-interaction-1"

    def __init__(self, interaction: Interaction, *, weight: float = MEETING) -> None:
        """Take what reads word pieces, and what its cosine is worth."""
        self._interaction = interaction
        self._weight = weight

    def scores(self, question: str, stretches: Sequence[Stretch]) -> Sequence[float]:
        """Return the blend of both scores."""
        worth = _worth(stretches)
        asked = self._interaction.asked(question, {}) if worth >= WORTH else None
        if asked is None or not len(asked.rarity):
            return [each.score for each in stretches]
        met = _met(asked, _read(self._interaction, stretches), stretches)
        weight = self._weight * worth
        return [each.score + weight * one for each, one in zip(stretches, met, strict=True)]


class SecondReranker:
    """Adds late interaction and the opinion of a second encoder, on the same questions.

    Of 39 everyday questions that nothing was chosen on, the search alone has the right paper among
    its first twenty for nine in ten and among its first five for half: what it lacks is not sight
    but order. Two encoders that were trained on different texts seldom err alike.
    """

    name = "second-encoder-1"

    def __init__(self, interaction: Interaction, second: Interaction) -> None:
        """Take what reads word pieces, with the encoder of the search and with the other."""
        self._interaction = interaction
        self._second = second

    def scores(self, question: str, stretches: Sequence[Stretch]) -> Sequence[float]:
        """Return the blend of the scores."""
        if _worth(stretches) < WORTH:
            return [each.score for each in stretches]
        asked, other = (one.asked(question, {}) for one in (self._interaction, self._second))
        if not len(asked.rarity) or not len(other.rarity):
            return [each.score for each in stretches]
        read = _read(self._second, stretches)
        whole = (
            max(float(read[text].whole @ other.pieces.whole) for text in each.passages)
            for each in stretches
        )
        first = _met(asked, _read(self._interaction, stretches), stretches)
        said = zip(stretches, first, _met(other, read, stretches), whole, strict=True)
        return [
            each.score + PIECES * one + SECOND * (met + nearness)
            for each, one, met, nearness in said
        ]


def _worth(stretches: Sequence[Stretch]) -> float:
    """Return how little of the question's rare words any paper holds, 0 to 1."""
    return (1 - min(1.0, max(each.lexical for each in stretches))) ** 2


def _read(interaction: Interaction, stretches: Sequence[Stretch]) -> dict[str, Pieces]:
    """Return every passage of the papers as read."""
    texts = list(dict.fromkeys(text for each in stretches for text in each.passages))
    return dict(zip(texts, interaction.read(texts), strict=True))


def _met(asked: Asked, read: Mapping[str, Pieces], stretches: Sequence[Stretch]) -> list[float]:
    """Return the mean best cosine of each paper over the pieces of the question."""
    near = {text: best(asked, pieces) for text, pieces in read.items()}
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
