"""Weighing a claim: the checker reads every sentence of the papers on its topic."""

from collections.abc import Sequence
from typing import NamedTuple

from rag.answering.candidates import Scored, gather
from rag.answering.evidence import Reading
from rag.answering.question import read_question
from rag.citations import Evidence, cite
from rag.errors import UsageError
from rag.inquiries.agreement import STANDS, Agreement, Position, Stand
from rag.inquiries.tools import Tools
from rag.inquiries.topic import share
from rag.retrieval import Retrieved
from rag.schema import Filters, Refusal, Verdict
from rag.store.view import LibraryView
from rag.terms import fold, mentions, names, terms

PAPERS = 10
"""Papers weighed."""
MOST = 50
LONGEST = 1_000
"""Characters of a claim: one long sentence."""


class Bounds(NamedTuple):
    """From where on a verdict counts; fitted by ``eval.calibration.agreement``."""

    supports: float = 0.4
    """Least probability of a supporting sentence."""
    words: float = 0.5
    """Least share of the claim's words, by rarity, in a supporting sentence and its title; not
    fitted: SciFact judges papers on the topic only, where it costs .02 of the recall."""
    on_topic: float = 0.3
    """Least share of the claim's words, by rarity, in a paper on its topic."""


BOUNDS = Bounds()


class Weighed(NamedTuple):
    """A sentence held against the claim."""

    scored: Scored
    verdict: Verdict
    held: float
    """Share of the claim's words, by rarity, in the sentence and its title."""
    named: bool
    """Whether both have every rare name of the claim: no sentence on other models decides a
    claim on GPT-3."""
    alone: bool
    """Whether its numbers can be held against those of the claim: whether the claim has none,
    or the sentence names nothing else that they may belong to."""


def agreement(
    view: LibraryView,
    tools: Tools,
    claim: str,
    *,
    k: int = PAPERS,
    filters: Filters | None = None,
    bounds: Bounds = BOUNDS,
) -> Agreement:
    """Return where the papers on a claim's topic stand on it.

    The checker's label decides, if it is sure enough. A checker of words cannot
    see what follows from what, so whatever it is not sure of stays undecided.

    Raises:
        UsageError: The claim is blank, longer than a sentence, or has no word of content.
    """
    _require(claim, k)
    retrieved = tools.retriever.retrieve(view, claim, filters)
    weighed = weigh(view, tools, claim, retrieved, k)
    stands = [stand for each in weighed if (stand := decided(each, bounds)) is not None]
    stands.sort(key=_order)
    numbered = list(enumerate(stands, start=1))
    citations = tuple(cite(_evidence(one.scored), n=n) for n, (_, one) in numbered)
    positions = tuple(
        Position(stand=stand, citation=n, verdict=one.verdict) for n, (stand, one) in numbered
    )
    refusal = Refusal(reason="no paper of it is on this.", probability=0.0)
    return Agreement(
        claim=claim,
        positions=positions,
        citations=citations,
        refusal=None if positions else refusal,
        notices=_notices(tools.checker.name),
        filters=filters or Filters(),
        checker=tools.checker.name,
        library=view.fingerprint,
    )


def _require(claim: str, k: int) -> None:
    if not claim.strip():
        raise UsageError("the claim is blank; state one sentence")
    if len(claim) > LONGEST:
        raise UsageError(
            f"the claim has {len(claim):,} characters; {LONGEST:,} are read, so state one sentence"
        )
    if not terms(claim):
        raise UsageError("the claim has no word of content; state one whole sentence")
    if not 1 <= k <= MOST:
        raise UsageError(f"{k} papers are wanted; 1 to {MOST} can be weighed")


def weigh(
    view: LibraryView, tools: Tools, claim: str, retrieved: Retrieved, k: int
) -> list[list[Weighed]]:
    """Return for each of the k best papers its sentences held against the claim."""
    best = Retrieved(retrieved.query, retrieved.candidates[:k])
    reading = Reading(read_question(claim), best.query.weights, view.lexical.size)
    scored = gather(view, best, reading, tools.fitted.evidence, papers=k)
    by_paper: dict[str, list[Weighed]] = {}
    for one in scored:
        text, title = one.sentence.text, one.paper.title
        verdict = tools.checker.check(claim, [text, title] if title else [text])
        both = f"{title} {text}"
        held, named = share(best.query, both), _named(reading, both)
        weighed = Weighed(one, verdict, held, named, _alone(reading, text))
        by_paper.setdefault(one.paper.id, []).append(weighed)
    return list(by_paper.values())


def decided(paper: Sequence[Weighed], bounds: Bounds) -> tuple[Stand, Weighed] | None:
    """Return where a paper stands and by which sentence; None if it is not on the topic.

    A sentence in support outweighs one against, of which the checker is less often right.
    """
    if max(one.held for one in paper) < bounds.on_topic:
        return None
    in_favour = [
        one
        for one in paper
        if one.named
        and one.verdict.label == "supported"
        and one.verdict.probability >= bounds.supports
        and one.held >= bounds.words
    ]
    if in_favour:
        return "supports", max(in_favour, key=lambda one: (one.verdict.probability, one.held))
    against = [
        one for one in paper if one.named and one.alone and one.verdict.label == "contradicted"
    ]
    if against:
        return "contradicts", max(against, key=lambda one: one.held)
    return "undecided", max(paper, key=lambda one: (one.held, one.scored.probability))


def _named(reading: Reading, text: str) -> bool:
    held = frozenset(terms(text))
    rare = (name for name in reading.question.names if reading.is_rare(name))
    return all(mentions(name, text, held) for name in rare)


def _alone(reading: Reading, text: str) -> bool:
    if not reading.question.numbers:
        return True
    own = fold(reading.question.text)
    others = (fold(word.text) for word in names(text) if not word.text[0].isdigit())
    return all(other in own for other in others)


def _order(position: tuple[Stand, Weighed]) -> tuple[int, float, int]:
    stand, one = position
    sure = one.verdict.probability if stand == "supports" else one.held
    return STANDS.index(stand), -sure, one.scored.place.rank


_MEASURED = {
    "lexical": (
        "{} compares words, numbers and negations, not meaning: on SciFact 65 of 100 papers that "
        "it said to support a claim did, and it saw 3 of 100 contradictions, so read the sentences"
    ),
    "meaning": (
        "{} sees little of meaning: on 132 claims of SciFact 70 of 100 papers that it said to "
        "support a claim did, and it saw 28 of 100 contradictions, so read the sentences"
    ),
}
"""What `eval.calibration.agreement` measured of the checkers that ship, by their names."""


def _notices(checker: str) -> tuple[str, ...]:
    return tuple(
        said.format(checker) for kind, said in _MEASURED.items() if checker.startswith(kind)
    )


def _evidence(one: Scored) -> Evidence:
    return Evidence(paper=one.paper, sentence=one.sentence, passage_id=one.passage_id)
