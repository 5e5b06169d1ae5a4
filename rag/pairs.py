"""What a model says of two texts that it reads together, and the port of such a model."""

from collections.abc import Sequence
from math import exp
from typing import NamedTuple, Protocol


class PairReading(NamedTuple):
    """Logits, uncalibrated, then where the likeliest answer stands."""

    about: float
    """The second text is of a paper that answers the first."""
    answers: float
    """The second text itself holds the answer."""
    supports: float
    contradicts: float
    undecided: float
    start: int
    """Character of the second text where the likeliest answer begins."""
    end: int
    """Character after its end; equal to ``start`` where there is none."""
    placed: float = 0.0
    """Probability of that place among all of the second text: of its begin times of its end."""

    @property
    def support(self) -> tuple[float, float, float]:
        """Return the shares of supports, contradicts and undecided; they sum to 1."""
        logits = (self.supports, self.contradicts, self.undecided)
        shares = [exp(one - max(logits)) for one in logits]
        total = sum(shares)
        return shares[0] / total, shares[1] / total, shares[2] / total


_SURE = 6.0


def heard(odds: float) -> float:
    """Return log-odds no further from even than 6: one sure reading must not outweigh all else."""
    return max(-_SURE, min(_SURE, odds))


def titled(title: str, text: str) -> str:
    """Return a stretch of an abstract behind its title, as a reader gets it and learned it."""
    return f"{title.rstrip(' .')}. {text}" if title else text


class PairReader(Protocol):
    """Reads a first text with each of several second ones."""

    @property
    def name(self) -> str:
        """Name and version, recorded with every answer that it took part in."""
        ...

    def read(self, first: str, seconds: Sequence[str]) -> list[PairReading]:
        """Return one reading for each of ``seconds``; it depends on that pair alone."""
        ...
