"""What a judge of an evaluation is: not the checker that guards the answers it is to score."""

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from rag.errors import AttestError

DEFECTS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError,
    TypeError, ValueError,
)  # fmt: skip
"""What a defect of a metric or a judge raises: it costs one outcome, not the report."""


class JudgeError(AttestError):
    """A judge gave no usable verdict; the outcome it was wanted for is an error, never a number."""


class Judgement(NamedTuple):
    """Whether a text follows from evidence."""

    entailed: bool
    """The probability against the judge's own calibrated threshold."""
    probability: float
    """0..1."""
    agreement: float = 1.0
    """Share of the votes that went with the majority, for judges that vote."""


class Judge(Protocol):
    """Tells whether evidence entails a text."""

    @property
    def name(self) -> str:
        """Name and version: method, weights or model, prompt and threshold."""
        ...

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        """Return the verdict on one text.

        Args:
            evidence: The texts it is to follow from, taken together; none entails nothing.
            text: A sentence or a few.
            question: What was asked, for judges that read a text in its light.

        Raises:
            JudgeError: There is no verdict.
        """
        ...


@runtime_checkable
class Voting(Protocol):
    """A judge that votes, and tells how well its votes agree."""

    @property
    def alpha(self) -> float | None:
        """Krippendorff's alpha of all votes so far; None where there is nothing to compare."""
        ...


def sound(judgement: Judgement, judge: Judge) -> Judgement:
    """Return a judgement whose numbers are numbers.

    Raises:
        JudgeError: The probability is not a number in 0..1.
    """
    value = judgement.probability
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise JudgeError(f"{judge.name} gave {value} for a probability")
    return judgement
