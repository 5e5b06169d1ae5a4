"""An agreement with what stands behind it."""

from eval.schema import Agreement, Interval, Number, Share
from rag.schema import Noun

SEEN = {"fitting": " (seen in fitting)", "calibration": " (seen in calibration)"}
"""What follows the name of a set that the judge was made with."""

REFUTED = frozenset({"contradict", "refute", "refutes", "contradicted", "conflict"})


class LabelShare(Noun):
    """How often a judge calls the texts of one original label entailed."""

    label: str
    n: int
    entailed: Share
    auroc: Number | None = None
    """How well its probability parts supported texts from these; None for supported ones."""

    @property
    def refuted(self) -> bool:
        """Whether the evidence says the opposite of these texts."""
        return self.label.lower().rpartition(", ")[2] in REFUTED


class Finding(Agreement):
    """An agreement, label by label, with what is needed to find it again."""

    f1_unsupported: Interval
    """The figure that RAGTruth's literature quotes."""
    labels: tuple[LabelShare, ...]
    clusters: int
    errors: int
    """Texts without a verdict, each counted as judged wrong, with probability one half."""
    seed: int
    resamples: int


def held_out(agreement: Agreement) -> bool:
    """Tell whether the judge was made without these labels."""
    return not agreement.data.endswith(tuple(SEEN.values()))
