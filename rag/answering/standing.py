"""What becomes of a sentence that its evidence does not support: the one policy of Attest.

=========  ==========================================================================
``drop``   it is left out, and how many were is said (default)
``mark``   it stays, without a citation, and its verdict stands beside it
``refuse`` the whole answer is refused
=========  ==========================================================================

A contradicted sentence is never shown as an answer: it is told with the sentence that
contradicts it, apart from the answer or, where marks are wanted, in it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rag.answering.binding import STANDS
from rag.citations import Bound, Check, Draft, bind, cite, texts
from rag.schema import Claim, Policy, Refusal, Verdict, Withheld
from rag.verification.port import Checker

NOTHING = "no sentence of an answer stood up to the check against its evidence."
SOME = "a sentence of the answer did not stand up to the check against its evidence."


class Stand(NamedTuple):
    """An answer after the check."""

    bound: Bound
    withheld: tuple[Withheld, ...] = ()
    refusal: Refusal | None = None
    notices: tuple[str, ...] = ()


def remembered(checker: Checker, question: str) -> Check:
    """Return a checker's ``check`` for one question that judges the same things once."""
    known: dict[tuple[str, tuple[str, ...]], Verdict] = {}

    def check(claim: str, evidence: Sequence[str]) -> Verdict:
        key = (claim, tuple(evidence))
        if key not in known:
            known[key] = checker.check(claim, evidence, question=question)
        return known[key]

    return check


def stand(
    drafts: Sequence[Draft],
    check: Check,
    policy: Policy,
    *,
    rejected: Sequence[Draft] = (),
    done: bool = True,
) -> Stand:
    """Check drafts and bind those that may be shown.

    Args:
        drafts: Sentences with the evidence they rest on, in order.
        check: Gives the verdicts.
        policy: What becomes of those that are not supported.
        rejected: More drafts, already given up; told of as withheld.
        done: Whether no more are to come; only then is anything refused.
    """
    judged = [(draft, check(draft.text, texts(draft.evidence))) for draft in drafts]
    fallen = [pair for pair in judged if pair[1].label not in STANDS]
    gone = [(draft, check(draft.text, texts(draft.evidence))) for draft in rejected]
    if policy == "refuse" and fallen and done:
        return Stand(Bound((), ()), _withheld(fallen), Refusal(reason=SOME, probability=0.0))
    if policy == "mark":
        shown = [_unbound(draft, verdict) for draft, verdict in judged]
        bound = bind(shown, check)
        return Stand(bound, _withheld(gone), _nothing(bound, judged, done=done))
    bound = bind([draft for draft, verdict in judged if verdict.label in STANDS], check)
    notices = (_dropped(fallen),) if fallen else ()
    return Stand(bound, _withheld([*fallen, *gone]), _nothing(bound, judged, done=done), notices)


_Judged = tuple[Draft, Verdict]


def _unbound(draft: Draft, verdict: Verdict) -> Draft:
    """Take the evidence from a draft that it does not support; what contradicts it stays."""
    return draft if verdict.label != "unsupported" else draft._replace(evidence=())


def _nothing(bound: Bound, judged: Sequence[_Judged], *, done: bool) -> Refusal | None:
    if not done or any(_stands(claim) for claim in bound.claims):
        return None
    if bound.claims and judged:
        return None  # marked as what it is
    return Refusal(reason=NOTHING, probability=0.0)


def _stands(claim: Claim) -> bool:
    return claim.verdict.label in STANDS


def _withheld(judged: Sequence[_Judged]) -> tuple[Withheld, ...]:
    return tuple(
        Withheld(
            text=draft.text,
            verdict=verdict,
            against=cite(draft.evidence[0], n=0)
            if verdict.label == "contradicted" and draft.evidence
            else None,
        )
        for draft, verdict in judged
    )


def _dropped(fallen: Sequence[_Judged]) -> str:
    denied = sum(verdict.label == "contradicted" for _, verdict in fallen)
    count = len(fallen)
    sentences = "1 sentence was" if count == 1 else f"{count} sentences were"
    told = f"{sentences} dropped because the evidence did not support it"
    told = told if count == 1 else told.replace("support it", "support them")
    return f"{told} ({denied} of them contradicted)." if denied else f"{told}."
