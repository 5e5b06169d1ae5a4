"""What the reader learns from: a pair of texts and what people, or a rule, said of it."""

from dataclasses import dataclass
from typing import Literal

Task = Literal["answers", "supports"]

SUPPORTS, CONTRADICTS, UNDECIDED = 0, 1, 2
"""Classes of the support head, in the order of its outputs."""

NOT_SUPPORTS = 3
"""A label, no class: contradicted or undecided, the source does not say which."""

UNKNOWN = -1
"""A label that the source does not give; its head learns nothing from the pair."""


@dataclass(frozen=True, slots=True)
class Example:
    """Two texts with their labels.

    ``answers``: a question and a stretch of a text behind its title. ``supports``: a claim and
    its evidence.
    """

    task: Task
    source: str
    """Name of the set, as in `eval.training.sets.SETS`."""
    first: str
    second: str
    about: int = UNKNOWN
    """1: the stretch stands in a text that answers the question; 0: it does not."""
    answers: int = UNKNOWN
    """1: the stretch itself holds the answer."""
    answer: str = ""
    """The answer's own words, found in ``second``; empty where there are none to mark."""
    support: int = UNKNOWN
