"""Do the claims of an answer follow from what was quoted, and from what was retrieved?

Faithfulness is the share of an answer's claims that evidence entails (Es et al. 2023,
RAGAS, arXiv 2309.15217, §3), with sentences for claims instead of a model's
paraphrases. An answer without claims has no faithfulness: it is not applicable, where
RAGAS gives NaN and DeepEval 1. An answer without evidence is not faithful to it: 0.
"""

from collections.abc import Callable, Sequence

from eval.metrics.citations import quotes_of
from eval.metrics.claims import claims_of, follower
from eval.metrics.metric import Metric, NotApplicable, Subject, Summary, mean_of
from eval.schema import Response, Statement

NO_CLAIMS = NotApplicable("the answer makes no claim")

SUPPORTED = "supported"
"""The verdict by which the answer path vouches for a claim (`rag.schema.Label`)."""


def faithfulness(subject: Subject, evidence: Sequence[str]) -> float | NotApplicable:
    """Return the share of an answer's claims that evidence entails.

    Direct answers that are no sentences are judged in the light of the question.
    """
    claims = claims_of(subject.response)
    if not claims:
        return NO_CLAIMS
    follows = follower(subject.judge, question=subject.case.question)
    return sum(follows(evidence, claim.text) for claim in claims) / len(claims)


def to_citations(subject: Subject) -> float | NotApplicable:
    """Return faithfulness to all quotes of the answer, whichever claim cites them.

    Citation recall asks more: that the claim's own quotes entail it.
    """
    return faithfulness(subject, _quoted(subject.response))


def to_context(subject: Subject) -> float | NotApplicable:
    """Return faithfulness to the quotes and the passages that were retrieved."""
    response = subject.response
    passages = (context.text for context in response.contexts)
    return faithfulness(subject, [*_quoted(response), *passages])


def overconfidence(subject: Subject) -> float | NotApplicable:
    """Return the share of the claims called supported by the answer path that the judge denies.

    Judged is what the answer path had: the claim's quotes, then the titles of their papers.
    """
    response = subject.response
    vouched = [claim for claim in claims_of(response) if claim.verdict == SUPPORTED]
    if not vouched:
        return NotApplicable("the answer path calls no claim supported")
    follows = follower(subject.judge, question=subject.case.question)
    denied = sum(not follows(_own(response, claim), claim.text) for claim in vouched)
    return denied / len(vouched)


def _quoted(response: Response) -> list[str]:
    return [quote.quote for quote in response.citations]


def _own(response: Response, claim: Statement) -> list[str]:
    quotes = quotes_of(response)
    cited = [quotes[n] for n in claim.citations if n in quotes]
    return [*(quote.quote for quote in cited), *(quote.title for quote in cited)]


def _share(name: str, formula: str, measure: Callable[[Subject], float | NotApplicable]) -> Metric:
    return Metric(name, "faithfulness", "higher", 0.0, formula, measure)


METRICS: tuple[Metric, ...] = (
    _share(
        "faithfulness to citations",
        "claims that the quotes of the answer entail / claims (RAGAS §3, by sentence)",
        to_citations,
    ),
    _share(
        "faithfulness to context",
        "claims that quotes and retrieved passages entail / claims (RAGAS §3, by sentence)",
        to_context,
    ),
    Metric(
        "answer path overconfidence",
        "faithfulness",
        "lower",
        1.0,
        "claims called supported by the answer path and denied by the judge / claims called so",
        overconfidence,
    ),
)

SUMMARIES: tuple[Summary, ...] = tuple(mean_of(metric) for metric in METRICS)
