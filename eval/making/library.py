"""A library as the rules read it: papers in order, their sentences, how rare each term is."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from eval.making.naming import short_name
from rag.schema import Paper
from rag.sentences import split
from rag.terms import is_name, terms, words

_ENGLISH = frozenset("the of and a to in is we for on that with are by this as from".split())
_RAW = re.compile(r"[\\$^_{}<>|=~]|https?:|\?|\(\d+\)|\bet al\b|\be\.g\.|\bi\.e\.|[^\x00-ɏ–—‘’“”]")


def plain(text: str) -> str:
    """Return a text on one line, its escaped per cent signs as plain ones."""
    return " ".join(text.replace("\\%", "%").split())


@dataclass(frozen=True)
class Reading:
    """A paper and what was read off it."""

    paper: Paper

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Sentences of the abstract, each an exact run of it."""
        abstract = self.paper.abstract
        return tuple(abstract[start:end] for start, end in split(abstract))

    @cached_property
    def usable(self) -> tuple[str, ...]:
        """English sentences without formulas, links, lists or notes, that stand only once."""
        if not self.english:
            return ()
        return tuple(
            text
            for text in self.sentences
            if 40 <= len(text) <= 400
            and not _RAW.search(plain(text))
            and self.paper.abstract.count(text) == 1
        )

    @cached_property
    def english(self) -> bool:
        """Whether enough of the abstract's words are small English ones."""
        found = re.findall(r"[^\W\d_]+", self.paper.abstract.lower())
        return bool(found) and sum(word in _ENGLISH for word in found) >= 0.12 * len(found)

    @cached_property
    def name(self) -> str | None:
        """What people call it, such as ``FEVER``; None where it has no such name."""
        return short_name(self.paper) if self.english else None

    @cached_property
    def terms(self) -> frozenset[str]:
        """Content terms of title and abstract."""
        return frozenset(terms(f"{self.paper.title}\n{self.paper.abstract}"))

    @cached_property
    def title_terms(self) -> frozenset[str]:
        """Content terms of the title."""
        return frozenset(terms(self.paper.title))

    @cached_property
    def named(self) -> frozenset[str]:
        """Words of title and abstract that look like names."""
        text = f"{self.paper.title}\n{self.paper.abstract}"
        return frozenset(word.text for word in words(text) if is_name(word.text))


class Library:
    """Papers by id, and how many of them hold a term."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        """Read papers with an id; of several with one id the first by content hash counts."""
        named = [paper for paper in papers if paper.id.strip()]
        ordered = sorted(named, key=lambda paper: (paper.id, paper.content_hash))
        kept = {paper.id: paper for paper in reversed(ordered)}
        self.readings: tuple[Reading, ...] = tuple(Reading(kept[key]) for key in sorted(kept))
        self.repeats = len(ordered) - len(kept)
        """How many papers had the id of another."""
        self._held = Counter(term for reading in self.readings for term in reading.terms)
        self._naming = Counter(name for reading in self.readings for name in reading.named)
        self._names = Counter(
            reading.name.lower() for reading in self.readings if reading.name is not None
        )

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of every title and abstract, in lower case."""
        texts = (f"{each.paper.title}\n{each.paper.abstract}" for each in self.readings)
        return frozenset(word.text.lower() for text in texts for word in words(text))

    def papers_with(self, term: str) -> int:
        """Return how many papers hold a term."""
        return self._held[term]

    def rare(self, found: Iterable[str]) -> list[str]:
        """Return the terms that at most one paper in fifty (and two in any case) holds."""
        limit = max(2, len(self.readings) // 50)
        return [term for term in dict.fromkeys(found) if self._held[term] <= limit]

    def name_of(self, reading: Reading) -> str | None:
        """Return the short name of a paper, unless another paper has the same."""
        name = reading.name
        if name is None or self._names[name.lower()] > 1:
            return None
        if not reading.paper.title.startswith(name) and self._naming[name] > 2:
            return None
        return name

    def own_names(self, reading: Reading) -> list[str]:
        """Return the names that a paper uses at least twice and no other paper at all."""
        text = reading.paper.abstract
        twice = (name for name in sorted(reading.named) if text.count(name) >= 2)
        return [name for name in twice if self._naming[name] == 1 and not name.endswith("s")]


def absent(question: str, papers: Sequence[Reading]) -> tuple[str, ...]:
    """Return the content terms of a question that no paper holds."""
    held = frozenset[str]().union(*(reading.terms for reading in papers))
    return tuple(term for term in dict.fromkeys(terms(question)) if term not in held)
