"""The embedded answerer: sentences of the papers, chosen and put in order; no model writes.

What a question wants decides the shape of the answer:

* a number or a name: the phrase first, then the sentence it stands in and
  what else is needed;
* a comparison: the sentences of both sides, one side after the other;
* a survey ("which papers…"): the best sentence of each paper;
* anything else: the few sentences that explain, paper by paper, in the order
  in which their authors wrote them.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from rag.answering.candidates import Scored
from rag.answering.direct import brief, direct_answers
from rag.answering.evidence import FEATURES, Reading
from rag.answering.pointing import Pointer
from rag.answering.question import Kind, Question
from rag.citations import Draft, Evidence
from rag.terms import terms

NAME = "extractive-1"

SENTENCES = 5
"""Sentences of an answer about one thing: among this many of the likeliest the marked
evidence was found for .87 of the questions, among three for .74."""

SETTLED = 3
"""Sentences of an answer whose first ones hold the very phrase asked for."""

PER_SIDE = 2
SURVEYED = 8
_SURVEY_GAP = -0.3
"""How far below the best a paper may score to be listed in a survey."""

_WORTH = 0.1
"""A further sentence is worth reading from this share of the best one's probability."""
_WORTH_ELSEWHERE = 0.4
"""The same for a sentence of another paper than the best one's."""
_CLEAR = 0.05
"""Lead of the best paper from which on an answer speaks of that paper first."""
_SAME = 0.75
"""Shared terms from which on two sentences say the same."""


def drafts(
    reading: Reading, scored: Sequence[Scored], pointer: Pointer | None = None
) -> list[Draft]:
    """Choose and order the sentences that answer; the direct answer comes first.

    Args:
        reading: The question.
        scored: Candidate sentences, the likeliest first.
        pointer: Sees direct answers where the rules see none, and doubts theirs.
    """
    question = reading.question
    if question.kind is Kind.SURVEY:
        chosen = list(_one_each(sorted(scored, key=_says_what_it_does, reverse=True)))
    elif question.kind is Kind.COMPARISON:
        chosen = _both_sides(question, scored)
    elif _unsettled(scored):
        chosen = list(islice(_one_each(scored), SENTENCES))
    else:
        chosen = _focused(scored)
    short = _direct(question, chosen, pointer)
    if short and question.kind in {Kind.NUMBER, Kind.NAME}:
        chosen = chosen[:SETTLED]
    return [*short, *(_draft(one, one.sentence.text) for one in chosen)]


def _direct(question: Question, chosen: Sequence[Scored], pointer: Pointer | None) -> list[Draft]:
    for one in chosen[:2]:
        text = one.sentence.text
        phrases = brief(direct_answers(question, text), text)
        if pointer is not None:
            phrases = brief(pointer.short(phrases, text, title=one.paper.title), text)
        if phrases:
            return [_draft(one, phrase) for phrase in phrases]
    return []


def _focused(scored: Sequence[Scored]) -> list[Scored]:
    """Return the best sentence, then those worth adding, each paper's in its own order."""
    chosen: list[Scored] = []
    for one in scored:
        if len(chosen) == SENTENCES:
            break
        if not chosen or (_worth(one, chosen[0]) and not _repeats(one, chosen)):
            chosen.append(one)
    first, rest = chosen[:1], chosen[1:]
    order = list(dict.fromkeys(one.paper.id for one in chosen))
    return [
        *first,
        *sorted(rest, key=lambda one: (order.index(one.paper.id), one.sentence.ordinal)),
    ]


def _unsettled(scored: Sequence[Scored]) -> bool:
    """Tell whether several papers are about as near: then each is heard, none is believed."""
    gaps = sorted({one.place.rank: one.place.gap for one in scored}.items())
    return len(gaps) > 1 and gaps[1][1] > -_CLEAR


def _worth(one: Scored, best: Scored) -> bool:
    share = _WORTH if one.paper.id == best.paper.id else _WORTH_ELSEWHERE
    return one.probability >= share * best.probability


def _repeats(one: Scored, chosen: Sequence[Scored]) -> bool:
    own = set(terms(one.sentence.text))
    for other in chosen:
        theirs = set(terms(other.sentence.text))
        if own and len(own & theirs) / len(own | theirs) >= _SAME:
            return True
    return False


def _one_each(scored: Sequence[Scored]) -> Iterator[Scored]:
    """Yield the best sentence of each paper that is near enough, in order of rank."""
    best: dict[str, Scored] = {}
    for one in scored:
        if one.place.gap >= _SURVEY_GAP and not _repeats(one, list(best.values())):
            best.setdefault(one.paper.id, one)
    yield from sorted(best.values(), key=lambda one: one.place.rank)[:SURVEYED]


def _says_what_it_does(one: Scored) -> float:
    """Return how well a sentence stands for its paper in a list of papers."""
    proposes = one.features[FEATURES.index("survey_proposes")]
    return one.probability * (1 + proposes)


def _both_sides(question: Question, scored: Sequence[Scored]) -> list[Scored]:
    """Return the best sentences about each side; without named sides, of the best two papers."""
    papers = [_paper_of(side, scored) for side in question.sides]
    ids = list(dict.fromkeys(each for each in papers if each))
    by_rank = sorted({one.place.rank: one.paper.id for one in scored}.items())
    ids += [each for _, each in by_rank if each not in ids][: max(0, 2 - len(ids))]
    chosen: list[Scored] = []
    for paper in ids:
        own = [one for one in scored if one.paper.id == paper][:PER_SIDE]
        chosen += sorted(own, key=lambda one: one.sentence.ordinal)
    return chosen


def _paper_of(side: str, scored: Sequence[Scored]) -> str | None:
    """Return the paper that is most about one side: by title first, then by rank."""
    wanted = set(terms(side))
    best: tuple[float, float, str] | None = None
    for one in scored:
        title, body = set(terms(one.paper.title)), set(terms(one.paper.abstract))
        fit = len(wanted & title) + 0.5 * len(wanted & body)
        key = (fit, -one.place.rank, one.paper.id)
        if fit and (best is None or key[:2] > best[:2]):
            best = key
    return best[2] if best else None


def _draft(one: Scored, text: str) -> Draft:
    evidence = Evidence(paper=one.paper, sentence=one.sentence, passage_id=one.passage_id)
    return Draft(text, (evidence,))
