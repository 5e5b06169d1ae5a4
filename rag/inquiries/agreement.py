"""What is found for a claim: which papers support it, contradict it, or leave it open."""

from typing import Literal

from rag.schema import Citation, Filters, Noun, Refusal, Verdict

Stand = Literal["supports", "contradicts", "undecided"]
STANDS: tuple[Stand, ...] = ("supports", "contradicts", "undecided")
"""In the order in which positions are listed."""


class Position(Noun):
    """Where one paper stands on a claim."""

    stand: Stand
    citation: int
    """Of the sentence that decides it, or that comes nearest."""
    verdict: Verdict
    """On the claim, by that sentence and its title; the stand is undecided where the verdict is
    not sure enough, or may be about another thing."""


class Agreement(Noun):
    """A claim held against the papers on its topic."""

    claim: str
    positions: tuple[Position, ...] = ()
    """One a paper: those in support, those against, those undecided; the surest first."""
    citations: tuple[Citation, ...] = ()
    """1..n in the order of the positions."""
    refusal: Refusal | None = None
    """Set where no paper is on the topic."""
    notices: tuple[str, ...] = ()
    """What the reader must know of the checker."""
    filters: Filters = Filters()
    checker: str
    """Name and version of what decided."""
    library: str
    """Fingerprint of the library version."""

    def count(self, stand: Stand) -> int:
        """Return how many papers stand so."""
        return sum(each.stand == stand for each in self.positions)
