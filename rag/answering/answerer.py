"""The port of an answerer, and the embedded one behind it."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from rag.answering.candidates import Scored, gather
from rag.answering.evidence import Reading
from rag.answering.extractive import NAME, drafts
from rag.answering.fitted import Fitted
from rag.answering.question import read_question
from rag.answering.refusal import Signs, probability, reason, signs
from rag.citations import Draft, Evidence, cite
from rag.retrieval import Retrieved
from rag.schema import Filters, Refusal
from rag.store.view import LibraryView
from rag.terms import terms

NEAREST = 3
"""Sentences shown with a refusal."""


class Found(NamedTuple):
    """A question and what was found for it."""

    question: str
    """As asked."""
    standalone: str
    """As searched."""
    retrieved: Retrieved
    filters: Filters | None = None


class Reply(NamedTuple):
    """What an answerer gives back: drafts to bind and check, or a refusal."""

    drafts: tuple[Draft, ...] = ()
    refusal: Refusal | None = None
    confidence: float | None = None
    """Calibrated probability that the library answers, where the answerer gives one."""


class Answerer(Protocol):
    """Makes an answer of what was found."""

    @property
    def name(self) -> str:
        """Name and version, recorded with every answer."""
        ...

    def answer(self, view: LibraryView, found: Found) -> Reply:
        """Return drafts of claims with their evidence, or a refusal."""
        ...


class ExtractiveAnswerer:
    """Answers in the papers' own sentences; needs no model and no network."""

    name = NAME

    def __init__(self, fitted: Fitted, *, refuse_below: float | None = None) -> None:
        """Take the fitted weights; ``refuse_below`` overrides their refusal threshold."""
        self._fitted = fitted
        self._floor = fitted.threshold if refuse_below is None else refuse_below

    def answer(self, view: LibraryView, found: Found) -> Reply:
        """Return the sentences that answer, or why the library does not."""
        reading, scored, marks = self.read(view, found)
        likely = probability(marks, self._fitted.refusal) if scored else 0.0
        if not scored or likely < self._floor:
            refusal = _refusal(reading, scored, marks, likely, found.filters)
            return Reply(refusal=refusal, confidence=likely)
        return Reply(drafts=tuple(drafts(reading, scored)), confidence=likely)

    def read(self, view: LibraryView, found: Found) -> tuple[Reading, list[Scored], Signs]:
        """Return the question as read, its candidate sentences and the signs of an answer."""
        weights = found.retrieved.query.weights
        question = read_question(found.question)
        if found.standalone != found.question:
            both = tuple(dict.fromkeys((*question.terms, *terms(found.standalone))))
            question = question._replace(terms=both)
        reading = Reading(question, weights, view.lexical.size)
        scored = gather(view, found.retrieved, reading, self._fitted.evidence)
        return reading, scored, signs(reading, found.retrieved, scored)


def _refusal(
    reading: Reading, scored: Sequence[Scored], marks: Signs, likely: float, filters: Filters | None
) -> Refusal:
    if not scored:
        narrowed = " that the filters allow" if filters and filters.active else ""
        return Refusal(reason=f"it holds no paper{narrowed} on this.", probability=0.0)
    nearest = tuple(
        cite(Evidence(paper=one.paper, sentence=one.sentence, passage_id=one.passage_id), n=n)
        for n, one in enumerate(scored[:NEAREST], start=1)
    )
    return Refusal(reason=reason(marks, reading), probability=round(likely, 4), nearest=nearest)
