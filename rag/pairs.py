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

    @property
    def support(self) -> tuple[float, float, float]:
        """Return the shares of supports, contradicts and undecided; they sum to 1."""
        logits = (self.supports, self.contradicts, self.undecided)
        shares = [exp(one - max(logits)) for one in logits]
        total = sum(shares)
        return shares[0] / total, shares[1] / total, shares[2] / total


class PairReader(Protocol):
    """Reads a first text with each of several second ones."""

    @property
    def name(self) -> str:
        """Name and version, recorded with every answer that it took part in."""
        ...

    def read(self, first: str, seconds: Sequence[str]) -> list[PairReading]:
        """Return one reading for each of ``seconds``; it depends on that pair alone."""
        ...
