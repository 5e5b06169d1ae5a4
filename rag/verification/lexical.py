"""The checker that needs no model: words, numbers, names and their polarity."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from rag.schema import Label, Verdict
from rag.sentences import split
from rag.verification.features import FEATURES, Comparison, compare
from rag.verification.reading import Reading, read
from rag.verification.verbatim import is_verbatim


@dataclass(frozen=True, slots=True)
class Weights:
    """The fitted numbers, as ``eval.calibration.support`` wrote them."""

    version: str
    features: Mapping[str, float]
    intercept: float
    supported: float
    """Least probability of a supported claim."""
    partial: float
    """Least probability of a partly supported claim."""
    caps: Mapping[str, float]
    """Highest probability after a rule has spoken, by rule: its measured support rate."""
    verbatim: float

    def probability(self, values: Sequence[float]) -> float:
        """Return the calibrated probability that a claim with these features is supported."""
        weighted = zip(FEATURES, values, strict=True)
        score = self.intercept + sum(self.features[name] * value for name, value in weighted)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def load_weights() -> Weights:
    """Return the weights that ship with the package."""
    text = files("rag.verification").joinpath("weights.json").read_text(encoding="utf-8")
    return Weights(**json.loads(text))


class LexicalChecker:
    """Compares words, numbers, names and negations; fast, exact about figures, knows no synonyms.

    Numbers and names are hard rules: a number that the evidence does not state
    makes a claim unsupported at best, a name that it does not state partial at best.
    """

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or load_weights()
        self._read = lru_cache(maxsize=1024)(_readings)

    @property
    def name(self) -> str:
        """Name and version of the weights."""
        return f"lexical-{self._weights.version}"

    def check(self, claim: str, evidence: Sequence[str], *, question: str | None = None) -> Verdict:
        """Return the verdict on one claim; the question is not read."""
        if any(is_verbatim(claim, text) for text in evidence):
            return self._verdict("supported", self._weights.verbatim, "verbatim")
        compared = self.compare(claim, evidence)
        if compared is None:
            return self._verdict("unsupported", 0.0, "there is nothing to compare")
        return self._judge(compared)

    def compare(self, claim: str, evidence: Sequence[str]) -> Comparison | None:
        """Return the features of a claim, or None where either side says nothing."""
        sentences = [reading for text in evidence for reading in self._read(text)]
        reading = read(claim)
        if not sentences or not (reading.tokens or reading.figures):
            return None
        return compare(reading, sentences)

    def _judge(self, compared: Comparison) -> Verdict:
        label, reason = self._graded(self._weights.probability(compared.values), compared)
        found = rules(compared)
        label, reason = within(label, reason, found)
        return self._verdict(label, self.probability(compared), reason)

    def probability(self, compared: Comparison) -> float:
        """Return the probability of support, no higher than the rules that speak allow."""
        caps = [self._weights.caps[rule.name] for rule in rules(compared)]
        return min([self._weights.probability(compared.values), *caps])

    def _graded(self, probability: float, compared: Comparison) -> tuple[Label, str]:
        absent = _absent(compared)
        if probability >= self._weights.supported:
            return "supported", "the evidence has its words"
        if probability >= self._weights.partial:
            return "partial", f"not in the evidence: {absent}" if absent else "worded differently"
        return "unsupported", f"not in the evidence: {absent}" if absent else "put together anew"

    def _verdict(self, label: Label, probability: float, reason: str) -> Verdict:
        return Verdict(
            label=label, probability=round(probability, 4), checker=self.name, reason=reason
        )


_RANK: Mapping[Label, int] = {"supported": 3, "partial": 2, "unsupported": 1, "contradicted": 0}

CONFLICT_COVERAGE = {"number": 0.75, "name": 0.6, "denied": 0.8, "turned": 0.75, "swapped": 0.7}
"""How much of a claim a sentence must have before a conflict with it is a contradiction."""

ADDED_CLAUSE = 4
"""Content words in a row without evidence that make an added clause."""


class Rule(NamedTuple):
    """A hard rule that speaks on a claim."""

    name: str
    """Of its cap in the weights."""
    ceiling: Label
    """The highest label it leaves."""
    reason: str


def within(label: Label, reason: str, found: Sequence[Rule]) -> tuple[Label, str]:
    """Return a label and its reason after the rules have spoken: none is left above a ceiling."""
    for rule in found:
        if _RANK[rule.ceiling] <= _RANK[label]:
            label, reason = rule.ceiling, rule.reason
    return label, reason


def rules(compared: Comparison) -> list[Rule]:
    """Return the rules that speak on a comparison, the most serious first."""
    found = [
        Rule(conflict.kind, "contradicted", conflict.reason)
        for conflict in compared.conflicts
        if compared.coverage >= CONFLICT_COVERAGE[conflict.kind]
    ]
    if compared.missing_numbers:
        why = f"number {compared.missing_numbers[0]} is not in the evidence"
        found.append(Rule("missing_number", "unsupported", why))
    if compared.gap >= ADDED_CLAUSE:
        found.append(Rule("added", "partial", f"not in the evidence: {_absent(compared)}"))
    if compared.missing_names:
        why = f"name {compared.missing_names[0]} is not in the evidence"
        found.append(Rule("missing_name", "partial", why))
    return found


def _absent(compared: Comparison) -> str:
    return ", ".join(compared.missing_words[:3])


def _readings(text: str) -> tuple[Reading, ...]:
    return tuple(read(text[start:end]) for start, end in split(text))
