"""The short answer as a reader sees it: the words of a sentence that it points at.

The reader says of a question and a sentence whether the sentence answers, and where. Its words
are given only where it is sure of both, and never where they repeat what the question says. A
phrase that the rules of `rag.answering.direct` cut out stands unless the reader is sure of
another, or doubts that the sentence answers at all. Every phrase is an exact run of the sentence.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.answering.question import Kind, Question
from rag.pairs import PairReader, PairReading, titled
from rag.terms import fold, terms

PLACED = 0.3
"""Least share of the reader's probability on one place."""
ANSWERS = 0.0
"""Least log-odds that the sentence answers at all. With both, of SQuAD's development questions,
each shown its own sentence and another of the paragraph (`eval.bench.pointing`), five of six
phrases share more than half of their words with a person's answer."""
DOUBTED = -1.5
"""Log-odds of an answer below which no rule is followed either: every right phrase by rule of the
development questions has more, and of the wrong ones in SQuAD half have less."""

_SHORT = frozenset({Kind.NUMBER, Kind.NAME})
"""What something short answers; also an explanation whose question asks for a thing."""
_THING = re.compile(
    r"\b(?:who|whom|whose|where|when|which|what(?!\s+(?:do|does|did|happen\w*)\b))\b", re.IGNORECASE
)
_ACCOUNT = re.compile(
    r"\b(?:why|explain|describe|how(?! (?:many|much|long|old|far|often|big|large)\b))\b",
    re.IGNORECASE,
)
_AROUND = ".,;:–—-"
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class Pointer(NamedTuple):
    """A reader with the question that it is asked."""

    reader: PairReader
    question: Question
    text: str
    """The question as searched, which stands alone."""

    def short(self, rules: Sequence[str], sentence: str, *, title: str) -> tuple[str, ...]:
        """Return the phrases of a sentence that answer in short, in order; often none.

        Args:
            rules: Phrases of it that were found by rule.
            sentence: Of an abstract.
            title: Of its paper, behind which the reader is shown it.
        """
        if not self._wants_a_thing:
            return tuple(rules)
        shown = titled(title, sentence)
        said = self.reader.read(self.text, [shown])[0]
        phrase = self._phrase(said, sentence, before=len(shown) - len(sentence))
        if phrase is None:
            return tuple(rules) if said.answers >= DOUBTED else ()
        alike = any(phrase in each or each in phrase for each in rules)
        fuller = alike and not all(each in phrase for each in rules)
        return tuple(rules) if fuller else (phrase,)

    def _phrase(self, said: PairReading, sentence: str, *, before: int) -> str | None:
        """Return the words that the reader points at, or None where it is not sure."""
        if said.placed < PLACED or said.answers < ANSWERS:
            return None
        if said.start < before or said.end <= said.start:
            return None
        phrase = _whole(sentence, said.start - before, said.end - before)
        return phrase if phrase and not self._repeats(phrase) else None

    @property
    def _wants_a_thing(self) -> bool:
        kind, text = self.question.kind, self.question.text
        explained = kind is Kind.EXPLANATION and _THING.search(text) and not _ACCOUNT.search(text)
        return kind in _SHORT or bool(explained)

    def _repeats(self, phrase: str) -> bool:
        """Tell whether a phrase is in the question already, or is short for words of it."""
        told = terms(phrase)
        if not told or set(told) <= set(terms(self.text)):
            return True
        letters = "".join(each for each in phrase.lower() if each.isalpha())
        initials = "".join(re.findall(r"\b[a-z]", fold(self.text)))
        return len(told) == 1 and len(letters) > 1 and letters in initials


def _whole(sentence: str, start: int, end: int) -> str:
    """Return a stretch grown to whole words, without what is left open at its ends."""
    while start and sentence[start - 1].isalnum() and sentence[start].isalnum():
        start -= 1
    while end < len(sentence) and sentence[end - 1].isalnum() and sentence[end].isalnum():
        end += 1
    phrase = _bare(sentence[start:end])
    for opening, closing in _PAIRS.items():
        if phrase.count(opening) != phrase.count(closing):
            phrase = _bare(re.split(f"[{re.escape(opening + closing)}]", phrase)[0])
    return phrase


def _bare(text: str) -> str:
    """Return a text without blanks of any kind and marks around it."""
    while (shorter := text.strip().strip(_AROUND)) != text:
        text = shorter
    return text
