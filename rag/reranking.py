"""A second look at what the search found, by a model that reads question and text closely."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.embedding.port import Vector
from rag.interaction import Interaction, best
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


class Understood(Protocol):
    """A text as a second encoder reads it; all vectors have length 1."""

    @property
    def whole(self) -> Vector:
        """Of the whole text [dim]."""
        ...

    @property
    def pieces(self) -> NDArray[np.float16]:
        """Of each of its word pieces [n, dim]."""
        ...


class SecondEncoder(Protocol):
    """An encoder that was trained on other texts than the one that searches."""

    @property
    def name(self) -> str:
        """Name and version, recorded with every answer."""
        ...

    def question(self, text: str) -> Understood:
        """Return a question as read."""
        ...

    def texts(self, texts: Sequence[str]) -> Sequence[Understood]:
        """Return each text as read."""
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
        met = _met(self._interaction, question, stretches) if worth >= WORTH else None
        if met is None:
            return [each.score for each in stretches]
        weight = self._weight * worth
        return [each.score + weight * one for each, one in zip(stretches, met, strict=True)]


class SecondReranker:
    """Adds late interaction and the opinion of a second encoder, on the same questions.

    Of 39 everyday questions that nothing was chosen on, the search alone has the right paper among
    its first twenty for nine in ten and among its first five for half: what it lacks is not sight
    but order. Two encoders that were trained on different texts seldom err alike.
    """

    def __init__(self, interaction: Interaction, second: SecondEncoder) -> None:
        """Take what reads word pieces and the other encoder."""
        self._interaction = interaction
        self._second = second

    @property
    def name(self) -> str:
        """Name and version of the second encoder."""
        return f"second-reading-1 {self._second.name}"

    def scores(self, question: str, stretches: Sequence[Stretch]) -> Sequence[float]:
        """Return the blend of the scores."""
        wanted = _worth(stretches) >= WORTH
        met = _met(self._interaction, question, stretches) if wanted else None
        asked = self._second.question(question) if met else None
        if met is None or asked is None or not len(asked.pieces):
            return [each.score for each in stretches]
        texts = _texts(stretches)
        read = dict(zip(texts, self._second.texts(texts), strict=True))
        near = {text: _nearest(asked.pieces, one.pieces) for text, one in read.items()}
        whole = (
            max(float(read[text].whole @ asked.whole) for text in each.passages)
            for each in stretches
        )
        said = zip(stretches, met, whole, _meetings(near, stretches), strict=True)
        return [
            each.score + PIECES * first + SECOND * (second + other)
            for each, first, second, other in said
        ]


def _worth(stretches: Sequence[Stretch]) -> float:
    """Return how little of the question's rare words any paper holds, 0 to 1."""
    return (1 - min(1.0, max(each.lexical for each in stretches))) ** 2


def _texts(stretches: Sequence[Stretch]) -> list[str]:
    return list(dict.fromkeys(text for each in stretches for text in each.passages))


def _met(
    interaction: Interaction, question: str, stretches: Sequence[Stretch]
) -> list[float] | None:
    """Return the late interaction of each paper, or None for a question without a word piece."""
    asked = interaction.asked(question, {})
    if not len(asked.rarity):
        return None
    texts = _texts(stretches)
    read = zip(texts, interaction.read(texts), strict=True)
    return _meetings({text: best(asked, pieces) for text, pieces in read}, stretches)


def _meetings(near: Mapping[str, Vector], stretches: Sequence[Stretch]) -> list[float]:
    """Return the mean best cosine of each paper, over its passages.

    Args:
        near: The best cosine of each piece of the question in a text [q], by text.
        stretches: The papers.
    """
    return [
        float(np.max([near[text] for text in each.passages], axis=0).mean()) for each in stretches
    ]


def _nearest(asked: NDArray[np.float16], text: NDArray[np.float16]) -> Vector:
    return (asked.astype(np.float32) @ text.astype(np.float32).T).max(axis=1, initial=0.0)


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
