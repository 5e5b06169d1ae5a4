"""How well a judge agrees with people: labelled sets, measures with intervals, and trivial rivals.

A score by a judge is worth what the judge is worth. `validate` puts one beside
human labels and beside rules that need no judge; `keep` stores what came out,
`known` finds it again for the judge that a report used, `quote` says it in a line.
"""

from eval.validation.agreeing import Progress, agree
from eval.validation.command import validate
from eval.validation.finding import Finding, LabelShare, held_out
from eval.validation.labelled import Labelled, LabelledSet, Span, labelled_sets
from eval.validation.stored import keep, known, quote
from eval.validation.table import markdown, statement, terminal

__all__ = [
    "Finding",
    "LabelShare",
    "Labelled",
    "LabelledSet",
    "Progress",
    "Span",
    "agree",
    "held_out",
    "keep",
    "known",
    "labelled_sets",
    "markdown",
    "quote",
    "statement",
    "terminal",
    "validate",
]
