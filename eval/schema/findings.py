"""What is made of scores: figures, agreement with people, comparisons, gates."""

from eval.schema.outcomes import Outcome
from eval.schema.values import Better, Number, Share
from rag.schema import Noun


class Interval(Noun):
    """A number with its bootstrap interval."""

    value: Number
    low: Number
    high: Number


class Figure(Noun):
    """A number of a report."""

    name: str
    better: Better
    interval: Interval | None
    """None where no case was scored."""
    scored: int
    not_applicable: int
    errors: int


CHANCE = 0.5
"""Balanced accuracy of a judge that does not look."""


class Agreement(Noun):
    """How well a judge agrees with people on one labelled set."""

    judge: str
    data: str
    n: int
    share_supported: Share
    balanced_accuracy: Interval
    f1: Interval
    auroc: Interval
    ece: Interval
    kappa: Interval
    baselines: dict[str, dict[str, Number]]
    """Measure by measure for ``always yes``, ``length`` and ``word overlap``."""

    @property
    def better_than_trivial(self) -> bool:
        """Whether its balanced accuracy is, interval and all, above chance and baselines."""
        reached = [each["balanced_accuracy"] for each in self.baselines.values()]
        return self.balanced_accuracy.low > max([CHANCE, *reached])


class Difference(Noun):
    """How a figure of one run differs from that of another, over the cases both scored."""

    name: str
    better: Better
    before: Number
    after: Number
    delta: Interval
    """After less before."""
    p: Share
    """Two-sided, by permutation of clusters."""
    p_holm: Share
    detectable: Number
    """Smallest true difference that a comparison of this size finds in four of five cases."""
    pairs: int
    clusters: int


class Change(Noun):
    """A case whose outcome differs between two runs."""

    case: str
    name: str
    """Of the figure."""
    before: Outcome
    after: Outcome


class Comparison(Noun):
    """Two runs over the same cases."""

    before: str
    """Name of the earlier run or baseline."""
    after: str
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]
    only_before: tuple[str, ...] = ()
    """Ids of cases that the later run does not have."""
    only_after: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What makes the runs less comparable, such as another library or another judge."""


class Check(Noun):
    """One thing that a gate looked at."""

    name: str
    passed: bool
    message: str
    """One line: what was found, what was allowed."""


class Gate(Noun):
    """The outcome of a gate; red if any check failed."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed; a gate without checks does not."""
        return bool(self.checks) and all(check.passed for check in self.checks)
