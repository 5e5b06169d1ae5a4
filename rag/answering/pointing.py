"""The short answer where no rule finds one: the words of a sentence that the reader points at.

The reader says of a question and a sentence whether the sentence answers, and where. Its words
are given only where it is sure of both, and never where they repeat what the question says. What
it points at is an exact run of the sentence, like every phrase of `rag.answering.direct`.
"""

import re
from typing import NamedTuple

from rag.answering.question import Kind, Question
from rag.pairs import PairReader, titled
from rag.terms import fold, terms

PLACED = 0.3
"""Least share of the reader's probability on one place."""
ANSWERS = 0.0
"""Least log-odds that the sentence answers at all. With both, measured on SQuAD's development
questions, each shown its own sentence and another of the paragraph (`eval.bench.pointing`), five
of six phrases share more than half of their words with a person's answer."""

_NOT_SHORT = frozenset({Kind.COMPARISON, Kind.SURVEY, Kind.YES_NO})
"""Nothing short answers these."""
_AROUND = " \t\n.,;:–—-"
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class Pointer(NamedTuple):
    """A reader with the question that it is asked."""

    reader: PairReader
    question: Question
    text: str
    """The question as searched, which stands alone."""

    def phrase(self, sentence: str, *, title: str) -> str | None:
        """Return the words of a sentence that answer, or None where the reader is not sure.

        Args:
            sentence: Of an abstract.
            title: Of its paper, behind which the reader is shown it.
        """
        if self.question.kind in _NOT_SHORT:
            return None
        shown = titled(title, sentence)
        said = self.reader.read(self.text, [shown])[0]
        if said.placed < PLACED or said.answers < ANSWERS:
            return None
        before = len(shown) - len(sentence)
        if said.start < before or said.end <= said.start:
            return None
        phrase = _whole(sentence, said.start - before, said.end - before)
        return phrase if phrase and not self._repeats(phrase) else None

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
    phrase = sentence[start:end].strip(_AROUND)
    for opening, closing in _PAIRS.items():
        if phrase.count(opening) != phrase.count(closing):
            phrase = re.split(f"[{re.escape(opening + closing)}]", phrase)[0].strip(_AROUND)
    return phrase
