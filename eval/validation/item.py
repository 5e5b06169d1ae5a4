"""A text with its evidence and what people said of it."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Seen = Literal["", "fitting", "calibration"]
"""What the judges that ship with Attest were made with; empty: they never saw it."""


class Span(NamedTuple):
    """A run of a text that people marked as without support."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """One human judgement of whether evidence supports a text."""

    id: str
    data: str
    """Data set."""
    split: str
    question: str | None
    evidence: tuple[str, ...]
    text: str
    supported: bool
    label: str
    """As the data set calls it, such as ``REFUTE``; ``supported`` or ``unsupported`` else."""
    cluster: str
    """Items of one cluster share evidence and are resampled together."""
    spans: tuple[Span, ...] | None = None
    """None where nobody marked any."""
    seen: Seen = ""


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """The items that one line of a table is about."""

    data: str
    """Data set and split."""
    items: tuple[Labelled, ...]
    others: tuple[Labelled, ...] = ()
    """The rest of the data set: baselines choose their thresholds there."""
    seen: Seen = ""

    @property
    def share_supported(self) -> float:
        """Share of the items that people call supported."""
        return sum(item.supported for item in self.items) / len(self.items)

    @property
    def one_sided(self) -> bool:
        """Whether all labels are equal, so that nothing can be told apart."""
        return self.share_supported in (0.0, 1.0)
