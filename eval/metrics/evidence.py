"""Whether an answer cites the words, and the papers, that answer the case.

Gold evidence is exact runs of an abstract; a quote covers a run if it holds at
least 60 % of the run's distinct words. The rule is that of the development
questions' own scorer. Nothing is known of a case that is not answerable or has no
gold; an answerable case that was refused scores 0, and so does one without citations.
"""

import re
from collections.abc import Callable, Sequence

from eval.metrics.golds import distinct, evidence_runs, places, relevant
from eval.metrics.metric import Metric, NotApplicable, Subject, Summary, mean_of

COVERED = 0.6
"""Share of distinct words that makes a text covered by another."""

_WORD = re.compile(r"[a-z0-9]+")


def words(text: str) -> frozenset[str]:
    """Return the distinct words of a text: runs of a-z and 0-9 in lower case."""
    return frozenset(_WORD.findall(text.lower()))


def covers(quote: str, run: str) -> bool:
    """Tell whether a quote holds at least 60 % of the distinct words of a run.

    A run in a script without such words is covered by a quote that contains it.
    """
    needed = words(run)
    if not needed:
        return bool(run.strip()) and run.strip() in quote
    return len(words(quote) & needed) / len(needed) >= COVERED


def covered(subject: Subject) -> tuple[bool, ...]:
    """Return for each gold evidence run whether one cited quote covers it."""
    quotes = _quotes(subject)
    return tuple(any(covers(quote, run) for quote in quotes) for run in evidence_runs(subject.case))


def _evidence_found(subject: Subject) -> float:
    return float(any(covered(subject)))


def _evidence_recall(subject: Subject) -> float:
    found = covered(subject)
    return sum(found) / len(found)


def _evidence_precision(subject: Subject) -> float:
    runs, quotes = evidence_runs(subject.case), _quotes(subject)
    right = [any(covers(quote, run) or covers(run, quote) for run in runs) for quote in quotes]
    return _share(right)


def _gold_papers_cited(subject: Subject) -> float:
    return sum(_cited(subject)) / len(relevant(subject.case))


def _citations_of_gold_papers(subject: Subject) -> float:
    return _share(_cited(subject))


def _cited(subject: Subject) -> list[bool]:
    """Return for each distinct cited paper whether it is a gold paper."""
    if subject.response.refused:
        return []
    papers = distinct((each.paper_id, each.title) for each in subject.response.citations)
    return [place is not None for place in places(relevant(subject.case), papers)]


def _quotes(subject: Subject) -> list[str]:
    response = subject.response
    return [] if response.refused else [each.quote for each in response.citations]


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else 0.0


def _where_known(
    measure: Callable[[Subject], float], *, by: str
) -> Callable[[Subject], float | NotApplicable]:
    """Return a measure that applies to answerable cases with gold papers or gold evidence."""

    def measure_case(subject: Subject) -> float | NotApplicable:
        if subject.case.answerable is not True:
            return NotApplicable("the case is not known to be answerable")
        known = evidence_runs(subject.case) if by == "evidence" else relevant(subject.case)
        return measure(subject) if known else NotApplicable(f"no gold {by} is known")

    return measure_case


def _metric(name: str, formula: str, measure: Callable[[Subject], float], *, by: str) -> Metric:
    return Metric(
        name=name,
        family="evidence",
        better="higher",
        worst=0.0,
        formula=formula,
        measure=_where_known(measure, by=by),
    )


METRICS: tuple[Metric, ...] = (
    _metric(
        "evidence found",
        "1 if a cited quote holds 60 % of the distinct words of a gold evidence run",
        _evidence_found,
        by="evidence",
    ),
    _metric(
        "evidence recall",
        "gold evidence runs of which one cited quote holds 60 % of the distinct words, over all",
        _evidence_recall,
        by="evidence",
    ),
    _metric(
        "evidence precision",
        "citations whose quote holds 60 % of a gold evidence run's words or it 60 % of theirs, "
        "over all",
        _evidence_precision,
        by="evidence",
    ),
    _metric(
        "gold papers cited",
        "gold papers that are cited, over all gold papers",
        _gold_papers_cited,
        by="papers",
    ),
    _metric(
        "citations of gold papers",
        "distinct cited papers that are gold, over all distinct cited papers",
        _citations_of_gold_papers,
        by="papers",
    ),
)
SUMMARIES: tuple[Summary, ...] = tuple(mean_of(metric) for metric in METRICS)
