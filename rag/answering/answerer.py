"""The port of an answerer, and the embedded one behind it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from rag.answering.brake import Brake
from rag.answering.candidates import Scored, gather
from rag.answering.evidence import Reading
from rag.answering.extractive import NAME, drafts
from rag.answering.fitted import Fitted
from rag.answering.model import Usage
from rag.answering.pointing import Pointer
from rag.answering.question import read_question
from rag.answering.refusal import Signs, probability, reason, signs
from rag.citations import Draft, Evidence, cite
from rag.interaction import Interaction
from rag.pairs import PairReader
from rag.retrieval import Retrieved
from rag.schema import Citation, Filters, Refusal
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
    earlier: tuple[str, ...] = ()
    """Papers that the conversation has cited; they may be cited again."""


class Reply(NamedTuple):
    """What an answerer gives back: drafts to bind and check, or a refusal."""

    drafts: tuple[Draft, ...] = ()
    refusal: Refusal | None = None
    confidence: float | None = None
    """Calibrated probability that the library answers, where the answerer gives one."""
    writing: str = ""
    """A sentence that a model has begun; not checked, not bound, not part of the answer."""
    rejected: tuple[Draft, ...] = ()
    """Drafts that were given up together, to be told of and not shown."""
    notices: tuple[str, ...] = ()
    invented: tuple[str, ...] = ()
    """Ids that a model made up."""
    answerer: str | None = None
    """Who answers, where another stands in for the one that was asked."""
    model: str | None = None
    usage: Usage | None = None
    done: bool = True
    """False while more is to come."""


class Weighed(NamedTuple):
    """An extractive reply and all the sentences that it was chosen from, the likeliest first."""

    reply: Reply
    scored: list[Scored]


class Answerer(Protocol):
    """Makes an answer of what was found."""

    @property
    def name(self) -> str:
        """Name and version, recorded with every answer."""
        ...

    def replies(self, view: LibraryView, found: Found, brake: Brake) -> Iterator[Reply]:
        """Yield growing drafts of claims with their evidence, or a refusal; the last is whole.

        A reply that is not ``done`` may be taken back by a later one, where a model fails.
        """
        ...


class ExtractiveAnswerer:
    """Answers in the papers' own sentences; needs no model and no network."""

    name = NAME

    def __init__(
        self,
        fitted: Fitted,
        *,
        reader: PairReader | None = None,
        interaction: Interaction | None = None,
        pointing: PairReader | None = None,
        refuse_below: float | None = None,
    ) -> None:
        """Take the fitted weights; ``refuse_below`` overrides their refusal threshold.

        Weights fitted with a reader or with late interaction need them, and those fitted without
        take none. ``pointing`` sees short answers where the rules see none, and doubts theirs.
        """
        self._fitted = fitted
        self._reader = reader
        self._interaction = interaction
        self._pointing = pointing
        self._floor = fitted.threshold if refuse_below is None else refuse_below

    def replies(self, view: LibraryView, found: Found, brake: Brake) -> Iterator[Reply]:
        """Yield the one reply there is; it is there at once."""
        yield self.answer(view, found)

    def answer(self, view: LibraryView, found: Found) -> Reply:
        """Return the sentences that answer, or why the library does not."""
        return self.weigh(view, found).reply

    def weigh(self, view: LibraryView, found: Found) -> Weighed:
        """Return the answer with what it was chosen from, for others that answer from the same."""
        reading, scored, marks = self.read(view, found)
        likely = probability(marks, self._fitted.refusal) if scored else 0.0
        if not scored or likely < self._floor:
            refusal = _refusal(reading, scored, marks, likely, found.filters)
            return Weighed(Reply(refusal=refusal, confidence=likely), scored)
        points = self._pointing
        pointer = Pointer(points, reading.question, found.standalone) if points else None
        chosen = tuple(drafts(reading, scored, pointer))
        return Weighed(Reply(drafts=chosen, confidence=likely), scored)

    def read(self, view: LibraryView, found: Found) -> tuple[Reading, list[Scored], Signs]:
        """Return the question as read, its candidate sentences and the signs of an answer."""
        weights = found.retrieved.query.weights
        question = read_question(found.question)
        if found.standalone != found.question:
            both = tuple(dict.fromkeys((*question.terms, *terms(found.standalone))))
            question = question._replace(terms=both)
        reading = Reading(question, weights, view.lexical.size)
        scored = gather(
            view,
            found.retrieved,
            reading,
            self._fitted.evidence,
            earlier=found.earlier,
            reader=self._reader,
            interaction=self._interaction,
        )
        return reading, scored, signs(reading, found.retrieved, scored)


def _refusal(
    reading: Reading, scored: Sequence[Scored], marks: Signs, likely: float, filters: Filters | None
) -> Refusal:
    if not scored:
        narrowed = " that the filters allow" if filters and filters.active else ""
        return Refusal(reason=f"it holds no paper{narrowed} on this.", probability=0.0)
    told = reason(marks, reading)
    return Refusal(reason=told, probability=round(likely, 4), nearest=nearest(scored))


def nearest(scored: Sequence[Scored]) -> tuple[Citation, ...]:
    """Return the likeliest sentences as citations, to be shown with a refusal."""
    return tuple(
        cite(Evidence(paper=one.paper, sentence=one.sentence, passage_id=one.passage_id), n=n)
        for n, one in enumerate(scored[:NEAREST], start=1)
    )
