"""The nouns of the evaluation: cases, runs, scores, and what is made of them.

No value here can hold a NaN or an infinity: what has no number says so (`Outcome`), and what
failed says why. Offsets count characters, times are milliseconds, shares lie in 0..1.
"""

from eval.schema.cases import Case, Dataset, Fault, Gold, Nugget
from eval.schema.findings import (
    Agreement,
    Change,
    Check,
    Comparison,
    Difference,
    Figure,
    Gate,
    Interval,
)
from eval.schema.outcomes import Controls, Outcome, Row, Scorecard
from eval.schema.titles import norm
from eval.schema.trials import Context, Machine, Quote, Ranked, Response, Run, Statement, Trial
from eval.schema.values import Better, Number, Share, State, digest
from rag.schema import Noun

__all__ = [
    "Agreement",
    "Better",
    "Case",
    "Change",
    "Check",
    "Comparison",
    "Context",
    "Controls",
    "Dataset",
    "Difference",
    "Fault",
    "Figure",
    "Gate",
    "Gold",
    "Interval",
    "Machine",
    "Noun",
    "Nugget",
    "Number",
    "Outcome",
    "Quote",
    "Ranked",
    "Response",
    "Row",
    "Run",
    "Scorecard",
    "Share",
    "State",
    "Statement",
    "Trial",
    "digest",
    "norm",
]
