"""What a support checker is."""

from collections.abc import Sequence
from typing import Protocol

from rag.schema import Verdict


class Checker(Protocol):
    """Tells whether evidence supports a claim."""

    @property
    def name(self) -> str:
        """Name and version, written into every verdict."""
        ...

    def check(self, claim: str, evidence: Sequence[str], *, question: str | None = None) -> Verdict:
        """Return the verdict on one claim.

        Args:
            claim: One sentence of an answer, without markers.
            evidence: The texts cited for it, best first; none means unsupported.
            question: What was asked, for checkers that read a claim in its light.
        """
        ...
