"""One case of a report: what was asked, what was said before and now, and what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from eval.schema import (
    Case,
    Gold,
    Number,
    Outcome,
    Quote,
    Ranked,
    Response,
    Row,
    Share,
    Statement,
    Trial,
)
from rag.schema import Noun

Ending = Literal[
    "answered", "refused", "wrongly refused", "answered where it should refuse", "ranked", "error"
]
_FOUND = 5
"""Papers of a ranking that a report keeps."""


class Said(Noun):
    """What a system said, as far as a report shows it."""

    answer: str
    refused: bool
    claims: tuple[Statement, ...] = ()
    citations: tuple[Quote, ...] = ()
    found: tuple[Ranked, ...] = ()
    """The first papers of its ranking."""
    confidence: Share | None = None


class CaseView(Noun):
    """A case with all that a reader needs to judge its outcome."""

    id: str
    type: str
    question: str
    asked_before: tuple[str, ...] = ()
    """Earlier questions of its conversation."""
    answerable: bool | None
    gold: tuple[Gold, ...] = ()
    references: tuple[str, ...] = ()
    """Reference answers."""
    said: Said | None = None
    """None where there is only an error."""
    error: str | None = None
    seconds: Number = 0.0
    before: Said | None = None
    """What the earlier run said, in a comparison."""
    before_error: str | None = None
    outcomes: dict[str, Outcome]
    """By name of metric."""

    @property
    def ending(self) -> Ending:
        """How it ended, in words."""
        if self.said is None:
            return "error"
        if self.said.refused:
            return "wrongly refused" if self.answerable else "refused"
        if self.said.answer and self.answerable is False:
            return "answered where it should refuse"
        return "answered" if self.said.answer else "ranked"

    @property
    def failed(self) -> bool:
        """Whether there is an error in it, its own or a metric's."""
        return self.error is not None or any(
            outcome.state == "error" for outcome in self.outcomes.values()
        )

    @property
    def reworded(self) -> bool:
        """Whether the earlier run said something else, or nothing."""
        if self.before is None:
            return self.before_error is not None and self.said is not None
        return self.said is None or self.said.answer != self.before.answer


def views(
    cases: Sequence[Case],
    planned: Sequence[str],
    rows: Sequence[Row],
    trials: Sequence[Trial],
    before: Sequence[Trial] = (),
) -> tuple[CaseView, ...]:
    """Return one view per planned case; one that was never tried is an error.

    Args:
        cases: Of the data set, in any order; a planned one that is missing here is shown by its id.
        planned: Ids, in the order of the report.
        rows: Outcomes.
        trials: Of the run.
        before: Of the run it is compared with.
    """
    by_id = {case.id: case for case in cases}
    by_row = {row.case: row for row in rows}
    now, earlier = _by_case(trials), _by_case(before)
    return tuple(
        _view(
            by_id.get(each, Case(id=each, question="")),
            by_row.get(each),
            now.get(each),
            earlier.get(each),
        )
        for each in planned
    )


def said(response: Response) -> Said:
    """Return what a report shows of a response."""
    return Said(
        answer=response.answer,
        refused=response.refused,
        claims=response.claims,
        citations=response.citations,
        found=response.ranking[:_FOUND],
        confidence=response.confidence,
    )


def _view(case: Case, row: Row | None, trial: Trial | None, earlier: Trial | None) -> CaseView:
    return CaseView(
        id=case.id,
        type=row.type if row else case.type,
        question=case.question,
        asked_before=tuple(turn.question for turn in case.history),
        answerable=row.answerable if row else case.answerable,
        gold=case.gold,
        references=case.answers,
        said=said(trial.response) if trial and trial.response else None,
        error=_error(trial, row),
        seconds=trial.seconds if trial else 0.0,
        before=said(earlier.response) if earlier and earlier.response else None,
        before_error=earlier.error if earlier else None,
        outcomes=dict(sorted(row.outcomes.items())) if row else {},
    )


def _error(trial: Trial | None, row: Row | None) -> str | None:
    if trial is None:
        return "never tried: the run is incomplete; resume it"
    if row is None and trial.error is None:
        return "never scored: score the run again"
    return trial.error


def _by_case(trials: Iterable[Trial]) -> Mapping[str, Trial]:
    return {trial.case: trial for trial in trials}
