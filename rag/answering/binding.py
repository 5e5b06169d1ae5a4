"""From sentences of a model to drafts whose evidence the checker has seen: code binds them.

A sentence keeps the evidence that it names if that supports it. Else the other
sentences that the model was shown are tried: a right answer under a wrong number is
bound to what really supports it, and one that nothing supports is left without.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rag.answering.replying import Written
from rag.answering.shown import Shown
from rag.citations import Draft, Evidence, texts
from rag.schema import Verdict
from rag.terms import terms
from rag.verification.port import Checker

NAMED = 6
"""Ids of a sentence that are read; more is no citation but a list."""
_TRIED = 12
"""Other sentences that are tried for a claim: those that share the most terms with it."""
_TOGETHER = 3
"""Sentences that may support a claim only together."""
STANDS = frozenset({"supported", "partial"})


class Settled(NamedTuple):
    """A sentence of a model with its evidence, and what the checker says of both."""

    draft: Draft
    verdict: Verdict
    against: Evidence | None = None
    """The sentence that contradicts it."""
    moved: bool = False
    """Whether the evidence is other than what the model named."""


def settle(
    written: Written, shown: Shown, checker: Checker, *, question: str | None = None
) -> Settled:
    """Bind a sentence to what supports it among the evidence that was shown.

    Args:
        written: The sentence, with whatever numbers the model gave it.
        shown: The evidence it may rest on; nothing else can be cited.
        checker: Gives the verdicts.
        question: What was asked, for checkers that read a claim in its light.
    """
    text = written.text
    named = shown.named(written.numbers)[:NAMED]
    verdict = checker.check(text, texts(named), question=question)
    if named and verdict.label == "supported":
        needed = _needed(text, named, checker, question)
        return Settled(Draft(text, needed), verdict)
    others = _nearest(text, shown.evidence)
    for evidence in _tries(others):
        found = checker.check(text, texts(evidence), question=question)
        if found.label == "supported":
            return Settled(Draft(text, evidence), found, moved=True)
    if named and verdict.label == "partial":
        return Settled(Draft(text, named), verdict)
    against = _against(text, (*named, *others), checker, question)
    if against is not None:
        denied = checker.check(text, texts((against,)), question=question)
        return Settled(Draft(text, (against,)), denied, against)
    return Settled(Draft(text, ()), _unsupported(verdict))


def _needed(
    text: str, named: tuple[Evidence, ...], checker: Checker, question: str | None
) -> tuple[Evidence, ...]:
    """Leave out what neither supports the claim alone nor is missed by the rest.

    A citation that ALCE's precision would count as irrelevant (Gao et al. 2023, §3).
    """
    kept = list(named)
    for each in reversed(named):
        rest = tuple(one for one in kept if one is not each)
        alone = checker.check(text, texts((each,)), question=question).label in STANDS
        if rest and not alone:
            without = checker.check(text, texts(rest), question=question)
            if without.label == "supported":
                kept.remove(each)
    return tuple(kept)


def _nearest(text: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the sentences that share terms with a claim, the most first."""
    wanted = set(terms(text))
    shared = [(len(wanted & set(terms(each.sentence.text))), each) for each in evidence]
    near = sorted((pair for pair in shared if pair[0]), key=lambda pair: -pair[0])
    return [each for _, each in near[:_TRIED]]


def _tries(others: Sequence[Evidence]) -> list[tuple[Evidence, ...]]:
    """Return single sentences first, then the best of one paper together."""
    single = [(each,) for each in others]
    if not others:
        return []
    best = others[0].paper.id
    same = [each for each in others if each.paper.id == best][:_TOGETHER]
    return [*single, *(tuple(same[:size]) for size in range(2, len(same) + 1))]


def _against(
    text: str, evidence: Sequence[Evidence], checker: Checker, question: str | None
) -> Evidence | None:
    for each in dict.fromkeys(evidence):
        if checker.check(text, texts((each,)), question=question).label == "contradicted":
            return each
    return None


def _unsupported(verdict: Verdict) -> Verdict:
    """Return a verdict that no evidence is bound to any more."""
    if verdict.label == "unsupported":
        return verdict
    return verdict.model_copy(update={"label": "unsupported"})
