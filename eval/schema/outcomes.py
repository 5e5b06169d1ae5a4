"""What is scored: an outcome per case and metric, and what made it."""

from pydantic import model_validator

from eval.schema.values import Number, State
from rag.schema import Noun


class Outcome(Noun):
    """What a metric says of a case: a number, that it does not apply, or that it failed."""

    state: State
    value: Number | None = None
    reason: str = ""
    """Why there is no number."""

    @model_validator(mode="after")
    def _consistent(self) -> "Outcome":
        if (self.state == "scored") != (self.value is not None):
            raise ValueError("a scored outcome has a value, and only that one")
        if (self.state == "scored") == bool(self.reason):
            raise ValueError("an outcome without a value has a reason, and only that one")
        return self


class Row(Noun):
    """All outcomes of a case."""

    case: str
    type: str
    cluster: str
    answerable: bool | None
    outcomes: dict[str, Outcome]
    """By name of metric."""


class Controls(Noun):
    """How a judge did where the right verdict is known by construction.

    Every cited quote entails itself and, with few exceptions, no quote of
    another paper: a judge that says yes or no to everything is found out.
    """

    judge: str
    entailed: int
    """Pairs that are entailed by construction."""
    said_entailed: int
    """How many of these it affirmed."""
    foreign: int
    """Pairs that are not."""
    said_foreign: int
    """How many of these it denied."""

    @property
    def balanced_accuracy(self) -> float | None:
        """Mean of both shares; None while either side is empty."""
        if not (self.entailed and self.foreign):
            return None
        return (self.said_entailed / self.entailed + self.said_foreign / self.foreign) / 2


class Scorecard(Noun):
    """All outcomes of a run, and what made them."""

    run: str
    """Digest of the manifest and of the trials that were scored; another one means: score anew."""
    judge: str
    """Name and version of the judge of faithfulness and citations."""
    scorer: str
    """SHA-256 over the sources that a score depends on."""
    rows: tuple[Row, ...]
    """In the order of the plan; one per planned case, whether it was tried or not."""
    controls: Controls | None = None
    alpha: Number | None = None
    """Krippendorff's alpha of the judge's votes; None for a judge that does not vote."""
