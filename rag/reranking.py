"""A second look at what the search found, by a model that reads question and text together."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from rag.pairs import PairReader, heard

WEIGHT = 0.1
"""What a unit of the reader's log-odds is worth beside the search's score, of which a certain
hit has 1 to 2; chosen on the development questions."""


class Stretch(NamedTuple):
    """What of a paper a reranker is shown."""

    text: str
    """Its title and the sentences nearest to the question, or its best passage."""
    score: float
    """By the search."""


class Reranker(Protocol):
    """Scores papers for a question better than the search does, and slower."""

    @property
    def name(self) -> str:
        """Name and version, recorded with every answer."""
        ...

    def scores(self, question: str, stretches: Sequence[Stretch]) -> Sequence[float]:
        """Return a new score for each paper, higher is better."""
        ...


class ReaderReranker:
    """Adds to the search's score how sure the reader is that the paper answers.

    Not in use by default. The bundled reader was trained on what two processor cores read in
    an hour, and has learned to rank by shared words more than the search does: with it .80 of the
    right papers of the development questions were among the first five, without it .90
    (``eval.bench.reading``). A better reader goes in here.
    """

    def __init__(self, reader: PairReader, *, weight: float = WEIGHT) -> None:
        """Take the reader and what its log-odds are worth."""
        self._reader = reader
        self._weight = weight

    @property
    def name(self) -> str:
        """Name and version of the reader."""
        return self._reader.name

    def scores(self, question: str, stretches: Sequence[Stretch]) -> Sequence[float]:
        """Return the blend of both scores."""
        readings = self._reader.read(question, [each.text for each in stretches])
        return [
            each.score + self._weight * heard(reading.about)
            for each, reading in zip(stretches, readings, strict=True)
        ]
