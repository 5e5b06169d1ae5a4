"""Are the sentences of an answer cited, do the citations support them, are all needed?

The figures to go by are strict: of the answer's claims, against the words that are
quoted for each, by the rules in `eval.metrics.alce`. "ALCE recall" and "ALCE precision"
are the numbers of ALCE's own program for the same answer, for comparison with others'.

The support measure of TREC RAG 2024 (arXiv 2504.15205) is left out: it grades every
citation alone as full, partial or no support, and a judge knows no partial support. A
citation that is needed beside another would count as none, where people say partial.
"""

from collections.abc import Callable, Mapping

import numpy as np

from eval.metrics.alce import Document, Score, alce, strict
from eval.metrics.claims import Follows, claims_of, follower, written
from eval.metrics.metric import (
    Metric,
    NotApplicable,
    Subject,
    Summary,
    Vector,
    mean_of,
    weighted_mean,
)
from eval.schema import Better, Quote, Response

REFUSED = NotApplicable("a refusal cites nothing; the refusal metrics judge it")

_RECALL = "citation recall"
_PRECISION = "citation precision"


def quotes_of(response: Response) -> dict[int, Quote]:
    """Return the citations by marker; of two with one number the first counts."""
    return {quote.n: quote for quote in reversed(response.citations)}


def strict_score(subject: Subject) -> Score | NotApplicable:
    """Score the claims of an answer against the quotes of each, in the light of the question.

    An empty answer that is no refusal scores 0. A citation without words supports nothing.
    """
    follows = follower(subject.judge, question=subject.case.question)
    return _strict(subject.response, follows)


def alce_score(subject: Subject) -> Score | NotApplicable:
    """Score an answer as ALCE's program does, its documents being title and quote.

    Claims are written out as ALCE asks for answers, with markers before the full stop;
    an answer without claims is read as it is. The reference skips empty answers and
    knows no refusals; neither is scored.
    """
    response = subject.response
    if response.refused:
        return REFUSED
    follows = follower(subject.judge)
    score = alce(
        written(response.claims) if response.claims else response.answer,
        {n: Document(quote.title, quote.quote) for n, quote in quotes_of(response).items()},
        lambda premise, hypothesis: follows((premise,), hypothesis),
        mode="alce",
    )
    return NotApplicable("an empty answer, which ALCE skips") if score is None else score


def corpus_f1(columns: Mapping[str, Vector], weights: Vector) -> Vector:
    """Return the harmonic mean of mean recall and mean precision; 0 where both are 0.

    Args:
        columns: "citation recall" and "citation precision", shape (n,).
        weights: Shape (..., n).

    Returns:
        Shape (...); NaN where no case was scored.
    """
    recall = weighted_mean(columns[_RECALL], weights)
    precision = weighted_mean(columns[_PRECISION], weights)
    total = recall + precision
    empty = np.where(np.isnan(total), np.nan, 0.0)
    return np.divide(2 * recall * precision, total, out=empty, where=total > 0)


def _strict(response: Response, follows: Follows) -> Score | NotApplicable:
    if response.refused:
        return REFUSED
    quotes = {n: quote.quote for n, quote in quotes_of(response).items()}
    return strict(claims_of(response), quotes, follows)


def _bound_score(subject: Subject) -> Score | NotApplicable:
    """Return what needs no judge: coverage and phantoms."""
    return _strict(subject.response, lambda _evidence, _text: False)


def _metric(
    name: str,
    formula: str,
    *,
    read: Callable[[Score], float | None],
    score: Callable[[Subject], Score | NotApplicable] = strict_score,
    better: Better = "higher",
) -> Metric:
    def measure(subject: Subject) -> float | NotApplicable:
        found = score(subject)
        if isinstance(found, NotApplicable):
            return found
        value = read(found)
        return NotApplicable("nothing is cited") if value is None else value

    worst = 0.0 if better == "higher" else 1.0
    return Metric(name, "citations", better, worst, formula, measure)


METRICS: tuple[Metric, ...] = (
    _metric(
        _RECALL,
        "claims that their cited quotes entail together / claims (ALCE §3, strict)",
        read=lambda score: score.recall,
    ),
    _metric(
        _PRECISION,
        "citations of entailed claims that are not superfluous / citations, phantoms included "
        "(ALCE §3, strict)",
        read=lambda score: score.precision,
    ),
    _metric(
        "citation F1",
        "harmonic mean of citation recall and precision of the answer",
        read=lambda score: score.f1,
    ),
    _metric(
        "sentences cited",
        "claims with a citation that exists / claims",
        read=lambda score: score.coverage,
        score=_bound_score,
    ),
    _metric(
        "phantom citations",
        "citations that do not exist / citations",
        read=lambda score: score.phantom,
        score=_bound_score,
        better="lower",
    ),
    _metric(
        "ALCE recall",
        "citation recall as ALCE's eval.py computes it (Gao et al. 2023)",
        read=lambda score: score.recall,
        score=alce_score,
    ),
    _metric(
        "ALCE precision",
        "citation precision as ALCE's eval.py computes it (Gao et al. 2023)",
        read=lambda score: score.precision,
        score=alce_score,
    ),
)

SUMMARIES: tuple[Summary, ...] = (
    *(mean_of(metric) for metric in METRICS),
    Summary(
        name="citation F1 (corpus)",
        family="citations",
        better="higher",
        formula="harmonic mean of mean citation recall and mean citation precision",
        reads=(_RECALL, _PRECISION),
        compute=corpus_f1,
    ),
)
