"""Columns of a comparison, and the sentence of a paper that fills a cell."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rag.answering.candidates import Scored
from rag.answering.direct import direct_answers
from rag.answering.evidence import FEATURES
from rag.answering.question import Kind, Question
from rag.inquiries.roles import FLOOR, Role, points
from rag.terms import numbers, terms

WORDS = 0.6
"""Share of an aspect's words, by weight, that a sentence on it has."""
NEAR = 0.5
"""Cosine with an aspect from which on a sentence is on it, whatever its words."""
_RELEVANCE = 0.4
"""Points for a sentence that is also evidence for the question, at most."""
_AGAIN = 0.8
"""Points lost by a sentence that fills another cell of the row already."""
_OTHERS = 0.3
"""Points lost by a sentence that opens like one about the work of others."""


class Aspect(NamedTuple):
    """A column."""

    name: str
    """As the user named it, or the name of its role."""
    role: Role | None
    question: Question
    """What is asked of each paper, as read."""


class Body(NamedTuple):
    """The abstract of a row."""

    sentences: tuple[Scored, ...]
    """In order, with their relevance to the question of the comparison."""
    on_aspect: Mapping[str, Mapping[int, Scored]]
    """By the name of an aspect that is no role, and by ordinal: scored for that aspect."""


class Choice(NamedTuple):
    """What fills a cell."""

    scored: Scored
    text: str
    """An exact run of the sentence."""


def filled(aspects: Sequence[Aspect], body: Body) -> list[Choice | None]:
    """Return the choice for each aspect of a row; None where the abstract says nothing on it."""
    used: set[int] = set()
    found: list[Choice | None] = []
    for aspect in aspects:
        one = _sentence(aspect, body, used)
        if one is not None:
            used.add(one.sentence.ordinal)
        found.append(Choice(one, cell_text(aspect, one)) if one else None)
    return found


def cell_text(aspect: Aspect, one: Scored) -> str:
    """Return what a cell shows of its sentence: the phrase that answers, or all of it."""
    text = one.sentence.text
    if aspect.question.kind not in {Kind.NUMBER, Kind.NAME}:
        return text
    wanted = set(terms(aspect.name))
    phrases = [
        each
        for each in direct_answers(aspect.question, text)
        if len(each) < len(text) / 2 and wanted & set(terms(each))
    ]
    return phrases[0] if len(phrases) == 1 else text


def _sentence(aspect: Aspect, body: Body, used: set[int]) -> Scored | None:
    if aspect.role is None:
        return _on_it(aspect, body)
    marks = points(aspect.role, [one.sentence.text for one in body.sentences])
    ranked = [
        (mark + _RELEVANCE * one.probability - _AGAIN * (one.sentence.ordinal in used), -place, one)
        for place, (mark, one) in enumerate(zip(marks, body.sentences, strict=True))
        if mark >= FLOOR and not (one.sentence.ordinal in used and mark < FLOOR + _AGAIN)
    ]
    return max(ranked, key=lambda each: each[:2])[2] if ranked else None


def _on_it(aspect: Aspect, body: Body) -> Scored | None:
    known = body.on_aspect[aspect.name]
    if aspect.question.kind is Kind.NUMBER:
        known = {at: one for at, one in known.items() if numbers(one.sentence.text)}
    ranked = [
        (held + near + one.probability - _OTHERS * background, -one.sentence.ordinal, one)
        for one in known.values()
        for held, near in [(_feature(one, "words"), one.place.cosine)]
        for background in [_feature(one, "background")]
        if (held >= WORDS and not _in_passing(aspect.name, one.sentence.text)) or near >= NEAR
    ]
    return max(ranked, key=lambda each: each[:2])[2] if ranked else None


def _feature(one: Scored, name: str) -> float:
    return one.features[FEATURES.index(name)]


_LANGUAGE_MODEL = re.compile(r"\b(?:vision-)?language models?\b|\bmachine learning\b", re.I)
"""Of these words the parts are no subject: a language model is not said to be of a language."""


def _in_passing(aspect: str, sentence: str) -> bool:
    """Tell whether a sentence has the aspect's words only inside such a name."""
    wanted = set(terms(aspect))
    return not wanted & set(terms(_LANGUAGE_MODEL.sub(" ", sentence)))
