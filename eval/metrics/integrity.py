"""Whether an answer is what it claims to be: real quotes, markers that resolve, words at all."""

from collections.abc import Callable

from eval.metrics.markers import markers, without_markers
from eval.metrics.metric import Metric, NotApplicable, Subject, Summary, mean_of
from eval.schema import norm

FIRST = 10
"""Passages looked at for repeats."""


def _quotes_verbatim(subject: Subject) -> float | NotApplicable:
    known = [quote.verbatim for quote in subject.response.citations]
    if all(verbatim is None for verbatim in known):
        return NotApplicable("no quote was looked up")
    return sum(verbatim is True for verbatim in known) / len(known)


def _markers_resolve(subject: Subject) -> float | NotApplicable:
    """Return |marked and cited| / |marked or cited| over distinct numbers.

    So both a marker without a citation (ALCE's phantom citations, Gao et al. 2023)
    and a citation that no marker names count against the answer.
    """
    response = subject.response
    marked = set(markers(response.answer))
    cited = {quote.n for quote in response.citations}
    if response.refused or not marked | cited:
        return NotApplicable("nothing is cited")
    return len(marked & cited) / len(marked | cited)


def _distinct_passages(subject: Subject) -> float | NotApplicable:
    texts = [norm(context.text) for context in subject.response.contexts[:FIRST]]
    if not texts:
        return NotApplicable("no passages are known")
    return len(set(texts)) / len(texts)


def _says_something(subject: Subject) -> float:
    """Return 0 for an answer that is no refusal and has no words, or only wordless claims."""
    response = subject.response
    texts = [claim.text for claim in response.claims] or [response.answer]
    worded = any(norm(without_markers(text)) for text in texts)
    said = bool(norm(without_markers(response.answer)))
    return float(response.refused or (said and worded))


def _metric(name: str, formula: str, measure: Callable[[Subject], float | NotApplicable]) -> Metric:
    return Metric(
        name=name,
        family="integrity",
        better="higher",
        worst=0.0,
        formula=formula,
        measure=measure,
    )


METRICS: tuple[Metric, ...] = (
    _metric(
        "quotes verbatim",
        "citations whose quote stands in the stored abstract, over all citations",
        _quotes_verbatim,
    ),
    _metric(
        "markers resolve",
        "numbers both marked and cited, over numbers marked or cited",
        _markers_resolve,
    ),
    _metric(
        "distinct passages",
        f"distinct texts among the first {FIRST} passages, over their number",
        _distinct_passages,
    ),
    _metric("says something", "0 if not refused and without words or claims", _says_something),
)
SUMMARIES: tuple[Summary, ...] = tuple(mean_of(metric) for metric in METRICS)
