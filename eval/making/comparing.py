"""Questions about two papers that share a topic: a phrase or a name that few others have."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from eval.making.library import Library, Reading, plain
from eval.making.naming import COMMON
from eval.making.quantities import BOUNDARY
from eval.making.verbs import finite, only_a_verb
from rag.terms import STOP_WORDS, is_name, terms

_RUN = re.compile(r"(?<![\w-])[a-z][a-z-]*(?: [a-z][a-z-]*)+(?![\w-])")
_NOUN = re.compile(
    r".*(?:tions?|ments?|ness|ity|ities|ances?|ences?|ology|ings?|graphs?|models?|tasks?|data|"
    r"networks?|transformers?|experts|attention|memory|corpora|corpus|languages?|tokens?|heads?|"
    r"layers?|search|code|rewards?|agents?|images?|videos?|speech|text|prompts?|trees?|queries)$"
)
_NEAR = 5
"""How many terms that few papers have a pair must share, so that there is something to compare."""
_NO_TOPIC = frozenset(
    "every each artificial machine "
    "experiment experiments result results performance paper work code method methods approach "
    "setting settings average state-of-the-art baselines extensive existing proposed previous "
    "recent recently significant novel various different including specifically additionally "
    "comprehensive experimental empirical following using based best better new first second "
    "demonstrating achieving showing outperforming introducing addressing wide growing resulting "
    "consistently remarkable improving reducing enabling leveraging making strong downstream "
    "real-world large-scale language model models across available tasks task multiple several "
    "effectively efficient effective improved increasing enhanced strong high low full large small "
    "good "
    "great broad rich complex important potential capabilities ability tasks models".split()
)


class Topic(NamedTuple):
    """What two papers have in common."""

    text: str
    named: bool
    """Whether it is a name, such as a benchmark's."""
    first: Reading
    second: Reading

    def evidence(self, reading: Reading) -> str:
        """Return the first sentence of a paper that holds the topic."""
        return next(text for text in reading.sentences if self.text in plain(text))


def topics(library: Library, allowed: frozenset[str]) -> list[Topic]:
    """Return what pairs of named papers share, phrases before names, rarest first.

    Args:
        library: All papers: a topic must be rare among them.
        allowed: Ids of the papers to pair.
    """
    held: dict[tuple[bool, str], list[Reading]] = defaultdict(list)
    for reading in library.readings:
        for key in sorted(set(_candidates(reading))):
            held[key].append(reading)
    limit = max(4, len(library.readings) // 25)
    found = [
        Topic(text, named, *pair)
        for (named, text), readings in held.items()
        if 2 <= len(readings) <= limit
        for pair in combinations(readings, 2)
        if any(_central(text, each) for each in pair)
        and len(near(*pair, library)) >= _NEAR
        and all(each.paper.id in allowed and library.name_of(each) for each in pair)
    ]
    return sorted(found, key=lambda each: (each.named, len(held[each.named, each.text]), each.text))


def _candidates(reading: Reading) -> Iterator[tuple[bool, str]]:
    for sentence in reading.usable:
        text = plain(sentence)
        for run in _RUN.finditer(text):
            words = run.group().split()
            for size in (2, 3):
                for at in range(len(words) - size + 1):
                    phrase = words[at : at + size]
                    ends = at + size == len(words) or words[at + size] in BOUNDARY
                    if ends and _is_topic(phrase):
                        yield False, " ".join(phrase)
        for name in sorted(reading.named):
            if (
                len(name) > 3
                and reading.paper.abstract.count(name) > 1
                and name in sentence
                and _names_one(name, reading)
            ):
                yield True, name


def near(first: Reading, second: Reading, library: Library) -> frozenset[str]:
    """Return the terms that two papers share and at most an eighth of all papers hold."""
    limit = len(library.readings) // 8 + 2
    shared = first.terms & second.terms
    return frozenset(term for term in shared if library.papers_with(term) <= limit)


def _central(topic: str, reading: Reading) -> bool:
    """Tell whether a paper is about a topic: in its title, or more than once."""
    again = plain(reading.paper.abstract).count(topic) > 1
    return again or frozenset(terms(topic)) <= reading.title_terms


def _names_one(name: str, reading: Reading) -> bool:
    """Tell whether a name is that of one thing and not of the paper's own."""
    plural = name.endswith("s") and name[:-1].isupper()
    return is_name(name) and name != reading.name and name not in COMMON and not plural


def _is_topic(words: list[str]) -> bool:
    if any(word in STOP_WORDS or word in _NO_TOPIC or len(word) < 3 for word in words):
        return False
    if any(only_a_verb(word) or word.endswith("ly") for word in words):
        return False
    if finite(words[0]) is not None or words[0].endswith("ing") or not _NOUN.match(words[-1]):
        return False
    return finite(words[-1]) is None or words[-1].endswith(("s", "ing"))


PHRASED = (
    "How do {a} and {b} differ when it comes to {topic}?",
    "How do {a} and {b} differ in the way they deal with {topic}?",
    "What is the difference between {a} and {b} when it comes to {topic}?",
)
NAMED = (
    "What role does {topic} play in {a} and in {b}?",
    "How do {a} and {b} each relate to {topic}?",
)
