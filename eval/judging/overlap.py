"""The plain judge: are the words, the numbers and the names of a text in its evidence?"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from eval.judging.port import Judgement
from eval.judging.sentences import least, sentences, worded
from rag.terms import Number, mentions, names, numbers, terms

FILE = "overlap.json"
_MARKS = ("%", "x")


class Overlap(NamedTuple):
    """How much of a sentence the evidence has."""

    terms: float
    """Share of its distinct content terms."""
    numbers: float
    """1 if every number is there, else 0."""
    names: float
    """1 if every name is there, else 0."""


@dataclass(frozen=True, slots=True)
class OverlapWeights:
    """The fitted numbers, as ``eval.judging.fit_overlap`` wrote them."""

    version: str
    intercept: float
    terms: float
    numbers: float
    names: float
    threshold: float
    """Least probability of an entailed sentence."""

    def probability(self, found: Overlap) -> float:
        """Return 1 / (1 + exp(-score)) of the weighted sum, to six digits."""
        score = self.intercept + self.terms * found.terms
        score += self.numbers * found.numbers + self.names * found.names
        return round(1 / (1 + math.exp(-max(-30.0, min(30.0, score)))), 6)


def load_overlap_weights() -> OverlapWeights:
    """Return the weights that ship with the package."""
    content = json.loads(files("eval.judging").joinpath(FILE).read_text(encoding="utf-8"))
    return OverlapWeights(**content)


class OverlapJudge:
    """Covers a text by its evidence; shares no rule and no weight with the answer path's checker.

    A logistic regression over three signs of one sentence: the share of content
    terms that the evidence has, whether it has all numbers, and all names (which
    says little more than that they are terms). Blind to negation, order and
    synonyms: a second opinion and a baseline.
    """

    def __init__(self, weights: OverlapWeights | None = None) -> None:
        self._weights = weights or load_overlap_weights()

    @property
    def name(self) -> str:
        """Method and version of the weights."""
        return f"overlap-{self._weights.version}"

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        """Return the verdict on the least supported sentence that has content."""
        joined = "\n".join(worded(evidence))
        found = [overlap_of(each, joined) for each in sentences(text)] if joined else []
        return least(self._judgement(each) for each in found if each is not None)

    def _judgement(self, found: Overlap) -> Judgement:
        probability = self._weights.probability(found)
        return Judgement(probability >= self._weights.threshold, probability)


def overlap_of(text: str, evidence: str) -> Overlap | None:
    """Return how much of a sentence the evidence has, or None where it has no content."""
    wanted, stated, called = set(terms(text)), _figures(text), names(text)
    if not (wanted or stated):
        return None
    held = _held(evidence)
    return Overlap(
        terms=len(wanted & held) / len(wanted) if wanted else 1.0,
        numbers=float(all(_states(evidence, number) for number in stated)),
        names=float(all(mentions(name.text, evidence, held) for name in called)),
    )


@lru_cache(maxsize=1024)
def _held(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _figures(text: str) -> tuple[Number, ...]:
    # "one" is a pronoun more often than a number.
    return tuple(each for each in numbers(text) if text[each.start : each.end].lower() != "one")


def _states(evidence: str, wanted: Number) -> bool:
    return any(_same(wanted, found) for found in _stated(evidence))


@lru_cache(maxsize=1024)
def _stated(text: str) -> tuple[Number, ...]:
    return tuple(numbers(text))


def _same(first: Number, second: Number) -> bool:
    marked = first.unit in _MARKS or second.unit in _MARKS
    return math.isclose(first.value, second.value) and (not marked or first.unit == second.unit)
