"""What a model is shown: sentences of the best papers, each with an id."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from rag.answering.candidates import Scored
from rag.answering.ids import letter
from rag.citations import Evidence
from rag.schema import Paper

MOST = 80
"""Sentences that are shown at most."""

Count = Callable[[str], int]


class Shown(NamedTuple):
    """Evidence under ids; the id of ``evidence[n - 1]`` is the letter with n behind it."""

    letter: str
    evidence: tuple[Evidence, ...]
    left_out: int = 0
    """Sentences, of the papers that came last, that did not fit."""

    @property
    def ids(self) -> list[str]:
        """Return all ids, in order."""
        return [f"{self.letter}{n}" for n in range(1, len(self.evidence) + 1)]

    def named(self, numbers: Iterable[int]) -> tuple[Evidence, ...]:
        """Return the evidence under some numbers; those that nothing has are passed over."""
        size = len(self.evidence)
        return tuple(self.evidence[n - 1] for n in dict.fromkeys(numbers) if 1 <= n <= size)

    def invented(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """Return the ids among some numbers that were never given out."""
        size = len(self.evidence)
        return tuple(f"{self.letter}{n}" for n in dict.fromkeys(numbers) if not 1 <= n <= size)

    def papers(self) -> list[tuple[Paper, list[tuple[str, str]]]]:
        """Return each paper with the ids and texts of its sentences, in order."""
        named = zip(self.ids, self.evidence, strict=True)
        return [
            (next(iter(own))[1].paper, [(key, each.sentence.text) for key, each in own])
            for _, group in groupby(named, key=lambda pair: pair[1].paper.id)
            for own in [list(group)]
        ]


def show(
    question: str, scored: Sequence[Scored], *, room: int, count_tokens: Count, overhead: int = 8
) -> Shown:
    """Choose what to show: papers by rank, each in its own order, as many sentences as fit.

    Args:
        question: What is asked.
        scored: All sentences of the best papers.
        room: Tokens there are for evidence.
        count_tokens: Counts those of a text.
        overhead: Tokens of a sentence's id and line, and of a paper's heading beside its title.
    """
    ordered = sorted(scored, key=lambda one: (one.place.rank, one.sentence.ordinal))
    chosen: list[Scored] = []
    used = 0
    last = ""
    for one in ordered:
        used += count_tokens(one.sentence.text) + overhead
        if one.paper.id != last:
            used += count_tokens(_heading(one.paper)) + overhead
        last = one.paper.id
        if used > room or len(chosen) == MOST:
            break
        chosen.append(one)
    evidence = tuple(
        Evidence(paper=one.paper, sentence=one.sentence, passage_id=one.passage_id)
        for one in chosen
    )
    texts = [one.sentence.text for one in chosen] + [one.paper.title for one in chosen]
    return Shown(letter([question, *texts]), evidence, len(ordered) - len(chosen))


def _heading(paper: Paper) -> str:
    return f"{paper.title} {' '.join(paper.authors[:3])}"
