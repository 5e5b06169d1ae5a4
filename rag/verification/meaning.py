"""The checker that joins words with meaning: the lexical one and a reader of pairs.

Words are exact about figures and names and blind to what follows from what; the reader sees
paraphrase and contradiction and may overlook a digit. A logistic regression over both gives the
probability, and the hard rules of the lexical checker stay hard: no reader talks a number into
evidence that does not state it. Fitted by ``eval.calibration.meaning``.

Where a sentence falls short, late interaction marks the words that nothing in the evidence comes
near to. It has no say in the verdict: joined to the two others it was better on two held-out sets
(AttributionBench, HealthVer) and worse on two (WiCE, SummEdits).
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from rag.pairs import PairReader
from rag.schema import Label, Verdict
from rag.sentences import split
from rag.terms import terms
from rag.verification.features import Comparison
from rag.verification.lexical import LexicalChecker, rules, within

if TYPE_CHECKING:
    from rag.interaction import Interaction

WINDOW = 90
"""Words of evidence that the reader is shown at once; windows share one sentence."""
WINDOWS = 6
"""Windows read of long evidence, those that share most terms with the claim."""
ALONE = 2
"""Sentences read by themselves, likewise chosen."""
ON_IT = 0.5
"""Share of a claim's content in one sentence, below which nothing contradicts it: of two texts
on different things the reader says now silence, now contradiction."""
FILE = "meaning.json"


class Signs(NamedTuple):
    """What decides, as numbers."""

    words: float
    """Log-odds of support by the lexical checker."""
    supports: float
    """The reader's log-odds that a stretch supports the claim: of the best stretch."""
    contradicts: float
    """The same that one contradicts it."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The fitted numbers, as ``eval.calibration.meaning`` wrote them."""

    version: str
    words: float
    supports: float
    contradicts: float
    intercept: float
    supported: float
    """Least probability of a supported claim."""
    partial: float
    """Least probability of a partly supported claim."""
    contradicted: float
    """Least log-odds of a contradiction, in a claim that is not even partly supported."""

    def probability(self, signs: Signs) -> float:
        """Return the calibrated probability that a claim with these signs is supported."""
        score = (
            self.intercept
            + self.words * signs.words
            + self.supports * signs.supports
            + self.contradicts * signs.contradicts
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def load_weights() -> Weights:
    """Return the weights that ship with the package."""
    text = files("rag.verification").joinpath(FILE).read_text(encoding="utf-8")
    return Weights(**json.loads(text))


class MeaningChecker:
    """Checks claims by words and by meaning."""

    def __init__(
        self,
        lexical: LexicalChecker,
        reader: PairReader,
        *,
        interaction: "Interaction | None" = None,
        weights: Weights | None = None,
    ) -> None:
        """Take the parts, with what marks words, and, for fitting, other weights."""
        self._lexical = lexical
        self._reader = reader
        self._interaction = interaction
        self._weights = weights or load_weights()

    @property
    def name(self) -> str:
        """Name, version of the fitted numbers, and hash of the reader's weights."""
        return f"meaning-{self._weights.version}@{self._reader.name.rpartition('@')[2]}"

    def check(self, claim: str, evidence: Sequence[str], *, question: str | None = None) -> Verdict:
        """Return the verdict on one claim; the question is not read."""
        plain = self._lexical.check(claim, evidence, question=question)
        compared = self._lexical.compare(claim, evidence)
        if plain.reason == "verbatim" or compared is None:
            return plain.model_copy(update={"checker": self.name})
        found = self.signs(claim, evidence, compared)
        probability = self._weights.probability(found)
        label, reason = self._graded(probability, found, compared.coverage)
        label, reason = within(label, reason, rules(compared))
        if label != "supported":
            most = self._weights.supported if label == "partial" else self._weights.partial
            probability = min(probability, most)
        return Verdict(
            label=label,
            probability=round(probability, 4),
            checker=self.name,
            reason=reason,
            unmet=() if label == "supported" else self._unmet(claim, evidence),
        )

    def signs(self, claim: str, evidence: Sequence[str], compared: Comparison) -> Signs:
        """Return what decides on a claim that both sides have something to say on."""
        readings = self._reader.read(claim, stretches(claim, evidence))
        shares = [one.support for one in readings]
        return Signs(
            words=_odds(self._lexical.probability(compared)),
            supports=max(_odds(supports) for supports, _, _ in shares),
            contradicts=max(_odds(contradicts) for _, contradicts, _ in shares),
        )

    def _unmet(self, claim: str, evidence: Sequence[str]) -> tuple[tuple[int, int], ...]:
        if self._interaction is None:
            return ()
        # numpy comes with it, which a check of words alone does without.
        from rag.verification.meeting import unmet

        return unmet(self._interaction, claim, stretches(claim, evidence))

    def _graded(self, probability: float, found: Signs, coverage: float) -> tuple[Label, str]:
        if probability >= self._weights.supported:
            return "supported", "the evidence says so"
        if probability >= self._weights.partial:
            return "partial", "the evidence says a part of it, or something near"
        if found.contradicts >= self._weights.contradicted and coverage >= ON_IT:
            return "contradicted", "the evidence says otherwise"
        return "unsupported", "the evidence does not say so"


def stretches(claim: str, evidence: Sequence[str]) -> list[str]:
    """Return what of the evidence a reader is shown: windows of it, and sentences alone."""
    sentences = [text[start:end] for text in evidence for start, end in split(text)]
    wanted = frozenset(terms(claim))

    def nearest(texts: Sequence[str], most: int) -> list[str]:
        order = sorted(texts, key=lambda text: -len(wanted & frozenset(terms(text))))
        return [text for text in texts if text in order[:most]]

    found = nearest(_windows(sentences), WINDOWS)
    return list(dict.fromkeys([*found, *nearest(sentences, ALONE)]))


def _windows(sentences: Sequence[str]) -> list[str]:
    """Return runs of sentences up to `WINDOW` words, each beginning with the last one's end."""
    found: list[str] = []
    current: list[str] = []
    for sentence in sentences:
        if current and sum(len(one.split()) for one in (*current, sentence)) > WINDOW:
            found.append(" ".join(current))
            current = current[-1:] if len(current) > 1 else []
        current.append(sentence)
    if current:
        found.append(" ".join(current))
    return found


def _odds(share: float) -> float:
    bounded = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(bounded / (1 - bounded))
