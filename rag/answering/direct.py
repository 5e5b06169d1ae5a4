"""The short answer: a phrase of the sentence that answers, cut out by rules.

A phrase is given only where the sentence holds one that fits what is asked;
otherwise the sentence speaks for itself. The phrase is always an exact run of
the sentence.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.answering.question import Kind, Question
from rag.terms import Number, Word, fold, is_name, numbers, stem, word_terms, words

_BEFORE = re.compile(
    r"(?:\b(?:a mere|a total of|about|almost|approximately|around|as few as|as many as"
    r"|as much as|at least|at most|between|fewer than|just|less than|more than|nearly|only"
    r"|over|roughly|under|up to)\s+|[~<>≈≤≥$]\s*|\bbetween\s+\d[\d.,]*(?:x|%|\\%)?\s+and\s+"
    r"|(?<![\w.])\d[\d.,]*\s?(?:x|%|\\%)?\s?(?:-|–|to)\s?)+$",
    re.IGNORECASE,
)
_REACH = 60
"""Characters before a number that can belong to its phrase."""
_STOP = frozenset(
    """and or but while with for from on in at to of by than that which when where as is are was
    were using via across under over per compared versus vs outperforms including""".split()
)
_CALLED = re.compile(
    r"\b(?:named|called|dubbed|termed|coined|namely|titled|known as|referred to as"
    r"|name)\s+(?:the\s+|as\s+)?",
    re.IGNORECASE,
)
_WORDS_AFTER = 3
_MOST = 3
_LONGEST = 200
"""Characters that a name, or a list of names, may fill."""
_READ = 40
"""Numbers of a sentence that are looked at; a table row has more, an answer does not."""


class Counted(NamedTuple):
    """A number of a sentence and the terms right behind it."""

    number: Number
    after: frozenset[str]


def direct_answers(question: Question, sentence: str) -> tuple[str, ...]:
    """Return the phrases of a sentence that answer in short, in order; often none."""
    if question.kind is Kind.NUMBER:
        return number_phrases(question, sentence)
    if question.kind is Kind.NAME:
        phrase = name_phrase(question, sentence)
        return (phrase,) if phrase else ()
    return ()


def brief(phrases: Sequence[str], sentence: str) -> list[str]:
    """Return the phrases that are not most of their sentence: those would only say it twice."""
    return [phrase for phrase in phrases if len(phrase) < len(sentence) / 2]


def number_phrases(question: Question, sentence: str) -> tuple[str, ...]:
    """Return a phrase for each thing counted, or for the only number there is."""
    known = {number.value for number in question.numbers}
    every = numbers(sentence)
    until = [*(number.start for number in every[1:]), len(sentence)][: len(every)]
    fresh = [
        Counted(number, _following(sentence[number.end : end]))
        for number, end in zip(every, until, strict=True)
        if number.value not in known
    ][:_READ]
    return _phrases(question, sentence, fresh)


def _phrases(question: Question, sentence: str, fresh: Sequence[Counted]) -> tuple[str, ...]:
    written = {
        number
        for number, _ in fresh
        if sentence[number.start : number.end][-1:].isdigit() or number.unit in {"%", "x"}
    }
    chosen: set[Number] = set()
    for thing in question.asked:
        fitting = [number for number, after in fresh if after & set(thing)]
        chosen.update(fitting[:1])
    if len(chosen) < max(1, len(question.asked)):
        marked = {number for number, _ in fresh if number.unit in {"%", "x"}}
        chosen.update(marked or (written if len(written) == 1 else ()))
    in_order = sorted(chosen, key=_start)[:_MOST]
    spans = dict.fromkeys(_phrase(number, sentence) for number in in_order)
    outer = [one for one in spans if not any(_inside(one, other) for other in spans)]
    return tuple(sentence[start:end] for start, end in outer)


def name_phrase(question: Question, sentence: str) -> str | None:
    """Return the name that a sentence gives to the thing asked for."""
    known = {fold(name) for name in question.names}
    for match in _CALLED.finditer(sentence):
        phrase = _name_at(sentence, match.end(), known)
        if phrase:
            return phrase
    asked = {term for thing in question.asked for term in thing}
    tokens = list(words(sentence))
    nouns = [place for place, word in enumerate(tokens) if asked & set(word_terms(word.text))]
    for step in (1, -1):
        for noun in nouns:
            beside = tokens[noun + step : noun + step + 1] if noun + step >= 0 else []
            if beside and is_name(beside[0].text) and fold(beside[0].text) not in known:
                return _widened(sentence, tokens, noun + step)
    return None


def _inside(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span != other and other[0] <= span[0] and span[1] <= other[1]


def _start(number: Number) -> int:
    return number.start


def _following(text: str) -> frozenset[str]:
    """Return the terms of the first words of what stands behind a number."""
    after = list(words(text[:_REACH]))[: _WORDS_AFTER + 1]
    every = [term for word in after for term in (*word_terms(word.text), stem(fold(word.text)))]
    return frozenset(every)


def _phrase(number: Number, sentence: str) -> tuple[int, int]:
    first = max(0, number.start - _REACH)
    before = _BEFORE.search(sentence[first : number.start])
    start = first + before.start() if before else number.start
    end = number.end
    for word in list(words(sentence[number.end : number.end + 80]))[:_WORDS_AFTER]:
        between = sentence[end : number.end + word.start]
        if between.strip(" -\\%") or fold(word.text) in _STOP:
            break
        end = number.end + word.end
    return start, end


def _name_at(sentence: str, start: int, known: set[str]) -> str | None:
    quoted = re.match(r"[\"“'`]+([^\"”']{2,60})[\"”']+", sentence[start:])
    if quoted:
        return quoted.group(1)
    rest = sentence[start : start + _LONGEST]
    tokens = list(words(rest))
    if not tokens or tokens[0].start > 1:
        return None
    first = tokens[0]
    if not (first.text[0].isupper() or is_name(first.text)) or fold(first.text) in known:
        return None
    return _widened(rest, tokens, 0)


def _widened(sentence: str, tokens: Sequence[Word], place: int) -> str:
    """Extend a name over what belongs to it, and over the list that it opens.

    Capitalised words and version numbers belong to a name; ``A, B and C`` is a list.
    """
    end = link = tokens[place].end
    for word in tokens[place + 1 :]:
        apart = sentence[link : word.start].strip()
        capital = word.text[0].isupper() or is_name(word.text)
        if word.text == "and" and apart in {"", ","}:
            link = word.end
        elif apart in {"", ","} and (capital or (word.text[0].isdigit() and not apart)):
            end = link = word.end
        else:
            break
    return sentence[tokens[place].start : end]
