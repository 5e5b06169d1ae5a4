"""The port for models that read question and text together."""

from collections.abc import Sequence
from typing import Protocol


class Reranker(Protocol):
    """Scores texts for a question better than the search does, and slower."""

    @property
    def name(self) -> str:
        """Name and version, recorded with every answer."""
        ...

    def scores(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """Return one score per text, higher is better, on a scale of its own."""
        ...
