"""Where does a wrong answer come from: retriever or generator?

RAGChecker, Ru et al. 2024 (arXiv 2408.08067, §3), as its `computation.py` computes it,
from four tables of entailment between the claims r of the response, the claims g of a
reference answer, and the retrieved passages k. Where all of these exist the numbers
are the authors'. Where a metric lacks the claims or passages it is a share of, it is
None here; theirs is 0.0, which is the best value of hallucination and noise
sensitivity. (Where no claim of the reference was retrieved, context utilisation is 0
as theirs is.)

The metrics here take sentences for claims, where the authors let a model extract
them. A sentence says several things, so a short reference entails few of them, and
what it does not entail counts as wrong: read "RAGChecker precision" and the noise
sensitivities beside those of another run, not alone.
"""

from collections.abc import Callable, Sequence
from itertools import compress
from typing import NamedTuple, Protocol

from eval.judging.port import Judge
from eval.metrics.alce import harmonic
from eval.metrics.claims import cited_sentences, claims_of, follower
from eval.metrics.metric import Family, Metric, NotApplicable, Subject, Summary, mean_of
from eval.schema import Case, Response

Column = tuple[bool, ...]
Table = tuple[tuple[bool, ...], ...]


class Tables(Protocol):
    """What entails what."""

    @property
    def answer2response(self) -> Column:
        """By r: the reference answer entails r."""
        ...

    @property
    def response2answer(self) -> Column:
        """By g: the response entails g."""
        ...

    @property
    def retrieved2response(self) -> Table:
        """By r, then k: k entails r."""
        ...

    @property
    def retrieved2answer(self) -> Table:
        """By g, then k: k entails g."""
        ...


class Matrices(NamedTuple):
    """The four tables, filled in."""

    answer2response: Column
    response2answer: Column
    retrieved2response: Table
    retrieved2answer: Table


class RAGChecker(NamedTuple):
    """All of RAGChecker's metrics; None where one is not defined."""

    precision: float | None
    recall: float | None
    f1: float | None
    claim_recall: float | None
    context_precision: float | None
    context_utilization: float | None
    faithfulness: float | None
    hallucination: float | None
    self_knowledge: float | None
    noise_sensitivity_in_relevant: float | None
    noise_sensitivity_in_irrelevant: float | None


def ragchecker(tables: Tables) -> RAGChecker:
    """Return all metrics of one response."""
    return RAGChecker(
        precision=precision(tables),
        recall=recall(tables),
        f1=f1(tables),
        claim_recall=claim_recall(tables),
        context_precision=context_precision(tables),
        context_utilization=context_utilization(tables),
        faithfulness=faithfulness(tables),
        hallucination=hallucination(tables),
        self_knowledge=self_knowledge(tables),
        noise_sensitivity_in_relevant=noise_in_relevant(tables),
        noise_sensitivity_in_irrelevant=noise_in_irrelevant(tables),
    )


def precision(tables: Tables) -> float | None:
    """Return the share of r that the reference entails."""
    return _mean(tables.answer2response)


def recall(tables: Tables) -> float | None:
    """Return the share of g that the response entails."""
    return _mean(tables.response2answer)


def f1(tables: Tables) -> float | None:
    """Return the harmonic mean of precision and recall."""
    first, second = precision(tables), recall(tables)
    return None if first is None or second is None else harmonic(first, second)


def claim_recall(tables: Tables) -> float | None:
    """Return the share of g that some k entails."""
    return _mean(_any(tables.retrieved2answer))


def context_precision(tables: Tables) -> float | None:
    """Return the share of k that entail some g."""
    return _mean(_relevant(tables))


def context_utilization(tables: Tables) -> float | None:
    """Return, of the g that some k entails, the share that the response entails; 0 of none."""
    retrieved = _any(tables.retrieved2answer)
    if not retrieved:
        return None
    used = [used for there, used in zip(retrieved, tables.response2answer, strict=True) if there]
    return _mean(used) or 0.0


def faithfulness(tables: Tables) -> float | None:
    """Return the share of r that some k entails."""
    return _mean(_any(tables.retrieved2response))


def hallucination(tables: Tables) -> float | None:
    """Return the share of r that neither a k nor the reference entails."""
    return _mean([not (there or right) for there, right in _backed(tables)])


def self_knowledge(tables: Tables) -> float | None:
    """Return the share of r that the reference entails and no k does."""
    return _mean([right and not there for there, right in _backed(tables)])


def noise_in_relevant(tables: Tables) -> float | None:
    """Return the share of r that are wrong and entailed by a k that entails some g."""
    return _mean([True in kinds for kinds in _misled(tables)])


def noise_in_irrelevant(tables: Tables) -> float | None:
    """Return the share of r that are wrong and entailed only by k that entail no g."""
    return _mean([kinds == {False} for kinds in _misled(tables)])


def matrices(case: Case, response: Response, judge: Judge) -> Matrices:
    """Fill in the tables with sentences for claims; a refusal makes none.

    Of several reference answers each is right: r is right if one of them entails it,
    and g are the sentences of the one that the response states best, the first of equals.

    Raises:
        JudgeError: The judge has no verdict on one of the pairs.
    """
    asked = _Asked(case, response, judge)
    by_claim = asked.answer2response, asked.response2answer
    return Matrices(*by_claim, asked.retrieved2response, asked.retrieved2answer)


class _Asked:
    """The tables, filled in when they are looked at; each pair is asked once."""

    def __init__(self, case: Case, response: Response, judge: Judge) -> None:
        self._follows = follower(judge, question=case.question)
        self._response = [claim.text for claim in claims_of(response)]
        self._references = case.answers
        self._passages = [context.text for context in response.contexts]

    @property
    def answer2response(self) -> Column:
        return tuple(
            any(self._follows([reference], said) for reference in self._references)
            for said in self._response
        )

    @property
    def response2answer(self) -> Column:
        return tuple(self._follows(self._response, claim) for claim in self._answer)

    @property
    def retrieved2response(self) -> Table:
        return self._by_passage(self._response)

    @property
    def retrieved2answer(self) -> Table:
        return self._by_passage(self._answer)

    @property
    def _answer(self) -> list[str]:
        """The claims of the best stated reference."""

        def stated(claims: Sequence[str]) -> float:
            return _mean([self._follows(self._response, claim) for claim in claims]) or 0.0

        every = [[claim.text for claim in cited_sentences(each)] for each in self._references]
        worded = [claims for claims in every if claims]
        if not worded:
            return []
        return worded[0] if len(worded) == 1 else max(worded, key=stated)

    def _by_passage(self, claims: Sequence[str]) -> Table:
        return tuple(
            tuple(self._follows([passage], claim) for passage in self._passages) for claim in claims
        )


def _mean(truths: Sequence[bool]) -> float | None:
    return sum(truths) / len(truths) if truths else None


def _any(table: Table) -> list[bool]:
    """Return by claim whether some passage entails it; nothing where there are no passages."""
    return [any(row) for row in table if row]


def _relevant(tables: Tables) -> list[bool]:
    """Return by passage whether it entails some claim of the reference."""
    return [any(column) for column in zip(*tables.retrieved2answer, strict=True)]


def _backed(tables: Tables) -> list[tuple[bool, bool]]:
    """Return by r whether a passage entails it, and whether the reference does."""
    there = _any(tables.retrieved2response)
    return list(zip(there, tables.answer2response, strict=True)) if there else []


def _misled(tables: Tables) -> list[set[bool]]:
    """Return by r, where it is wrong, of which passages some entails it: relevant ones, others."""
    relevant = _relevant(tables)
    if not relevant:
        return []
    rows = zip(tables.answer2response, tables.retrieved2response, strict=True)
    return [set() if right else set(compress(relevant, row)) for right, row in rows]


_Formula = Callable[[Tables], float | None]


def _metric(name: str, family: Family, compute: _Formula, formula: str) -> Metric:
    better = "lower" if name.startswith("noise") else "higher"

    def measure(subject: Subject) -> float | NotApplicable:
        case = subject.case
        if case.answerable is False:
            return NotApplicable("the library holds no answer")
        if not any(answer.strip() for answer in case.answers):
            return NotApplicable("the case has no reference answer")
        value = compute(_Asked(case, subject.response, subject.judge))
        return NotApplicable("no claims or no passages to compare") if value is None else value

    worst = 1.0 if better == "lower" else 0.0
    return Metric(name, family, better, worst, f"{formula} (RAGChecker, by sentence)", measure)


_ROWS: tuple[tuple[str, Family, _Formula, str], ...] = (
    (
        "RAGChecker precision", "correctness", precision,
        "claims that a reference answer entails / claims",
    ),
    (
        "RAGChecker recall", "correctness", recall,
        "reference claims that the answer entails / reference claims",
    ),
    (
        "claim recall", "evidence", claim_recall,
        "reference claims that a passage entails / reference claims",
    ),
    (
        "context precision", "evidence", context_precision,
        "passages that entail a reference claim / passages",
    ),
    (
        "context utilization", "faithfulness", context_utilization,
        "retrieved reference claims that the answer entails / retrieved reference claims",
    ),
    (
        "noise sensitivity (relevant)", "faithfulness", noise_in_relevant,
        "wrong claims that a relevant passage entails / claims",
    ),
    (
        "noise sensitivity (irrelevant)", "faithfulness", noise_in_irrelevant,
        "wrong claims that only irrelevant passages entail / claims",
    ),
)  # fmt: skip

METRICS: tuple[Metric, ...] = tuple(_metric(*row) for row in _ROWS)

SUMMARIES: tuple[Summary, ...] = tuple(mean_of(metric) for metric in METRICS)
