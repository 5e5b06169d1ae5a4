"""Which facts of a complete answer does the answer state?

Nugget recall after Pradeep et al. 2024, "Initial Nugget Evaluation Results for the
TREC 2024 RAG Track with the AutoNuggetizer Framework" (arXiv 2411.09607; 2504.15068)::

    all          = sum of support over nuggets / nuggets;  support 1, partial .5, none 0
    vital        = the same over vital nuggets
    …, strict    = only full support counts

A judge entails or does not and knows no partial support, so what is measured here is
strict. Without vital nuggets there is no vital recall; the authors' program gives 0,
and open-rag-eval divides by at least 1, which is the same.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from eval.metrics.claims import claims_of, follower
from eval.metrics.metric import Metric, NotApplicable, Subject, Summary, mean_of
from eval.schema import Nugget

Support = Literal["support", "partial", "none"]

WORTH: dict[Support, float] = {"support": 1.0, "partial": 0.5, "none": 0.0}


def nugget_recall(supports: Sequence[Support], *, strict: bool) -> float | None:
    """Return the mean support of nuggets; None where there are none.

    Args:
        supports: How far the answer states each nugget.
        strict: Count partial support as none.
    """
    if not supports:
        return None
    worth = (WORTH[each] for each in supports if each == "support" or not strict)
    return sum(worth) / len(supports)


def assign(subject: Subject, nuggets: Sequence[Nugget]) -> tuple[Support, ...]:
    """Return for each nugget whether the claims of the answer, together, entail it.

    A refusal states nothing. A nugget that is no sentence is judged in the light of
    the question.
    """
    stated = [claim.text for claim in claims_of(subject.response)]
    follows = follower(subject.judge, question=subject.case.question)
    return tuple("support" if follows(stated, nugget.text) else "none" for nugget in nuggets)


def _recall(
    wanted: Callable[[Nugget], bool], without: str
) -> Callable[[Subject], float | NotApplicable]:
    def measure(subject: Subject) -> float | NotApplicable:
        if subject.case.answerable is False:
            return NotApplicable("the library holds no answer")
        nuggets = [nugget for nugget in subject.case.nuggets if wanted(nugget)]
        value = nugget_recall(assign(subject, nuggets), strict=True)
        return NotApplicable(without) if value is None else value

    return measure


METRICS: tuple[Metric, ...] = (
    Metric(
        "nuggets (all)",
        "correctness",
        "higher",
        0.0,
        "nuggets that the answer entails / nuggets (TREC RAG 2024, strict all)",
        _recall(lambda _: True, "the case has no nuggets"),
    ),
    Metric(
        "nuggets (vital, strict)",
        "correctness",
        "higher",
        0.0,
        "vital nuggets that the answer entails / vital nuggets (TREC RAG 2024, strict vital)",
        _recall(lambda nugget: nugget.vital, "the case has no vital nuggets"),
    ),
)

SUMMARIES: tuple[Summary, ...] = tuple(mean_of(metric) for metric in METRICS)
