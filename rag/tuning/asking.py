"""Questions that a library asks of itself: its sentences, with the words that give them away gone.

A sentence without most of the words that its paper says elsewhere is what a reader might ask
who does not know the paper's own words. No person and no model writes them.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rag.schema import Paper, Passage, Sentence
from rag.terms import terms

KEPT = 0.3
"""Share of the words common to question and paper that stay in the question."""
_FEWEST, _MOST = 8, 45
_ASKED_OF_EACH = 4
_LEAST = 4


class SelfAsked(NamedTuple):
    """A question that a paper of the library answers."""

    text: str
    paper_id: str
    keys: tuple[int, ...]
    """Passages of the paper; without those that hold the sentence, where there are others."""


def self_asked(
    papers: Sequence[Paper],
    sentences: Mapping[str, Sequence[Sentence]],
    passages: Mapping[int, Passage],
    *,
    count: int,
    seed: int,
) -> list[SelfAsked]:
    """Return up to ``count`` questions, one of each paper before a second of any.

    Args:
        papers: Of the library.
        sentences: Of each paper, title included.
        passages: Of all papers, by key.
        count: The most.
        seed: Equal seeds give equal questions.
    """
    draw = random.Random(seed)
    own: dict[str, dict[int, Passage]] = {}
    for key, passage in passages.items():
        own.setdefault(passage.paper_id, {})[key] = passage
    order = draw.sample([*papers], len(papers))
    rounds = [list(_of(paper, sentences[paper.id], own.get(paper.id, {}), draw)) for paper in order]
    turns = range(_ASKED_OF_EACH)
    return [asked[turn] for turn in turns for asked in rounds if turn < len(asked)][:count]


def _of(
    paper: Paper, sentences: Sequence[Sentence], own: Mapping[int, Passage], draw: random.Random
) -> Iterator[SelfAsked]:
    body = [one for one in sentences if one.field == "abstract"]
    fit = [one for one in body if _FEWEST <= len(one.text.split()) <= _MOST]
    for one in draw.sample(fit, min(_ASKED_OF_EACH, len(fit))):
        rest = " ".join([paper.title, *(other.text for other in body if other is not one)])
        text = stripped(one.text, rest, draw)
        apart = [key for key, held in own.items() if not held.start <= one.start < held.end]
        if len(text.split()) >= _LEAST and own:
            yield SelfAsked(text, paper.id, tuple(apart or own))


def stripped(sentence: str, stretch: str, draw: random.Random) -> str:
    """Return a sentence without most of the words whose terms a stretch holds too."""
    shared = frozenset(terms(stretch))
    kept = [
        word
        for word in sentence.split()
        if not (frozenset(terms(word)) & shared) or draw.random() < KEPT
    ]
    return " ".join(kept)
