"""Which sentences answer: features of a sentence for a question, and their weights.

Each candidate sentence of the best papers gets some twenty plain features (how
near in meaning, which rare words of the question it holds, how its paper
ranks, whether it has what the question asks for, its place and role in the
abstract, how well it meets each word piece of the question), where there is a reader
also what it says of question and sentence, and a logistic regression turns them
into the probability that a person would mark the sentence as evidence. The weights
are fitted by ``eval.calibration.answering`` on development questions only and lie
beside this file as plain numbers, one set for each combination of models.
"""

import re
from collections.abc import Sequence
from math import exp, log
from typing import NamedTuple

from rag.answering.question import Kind, Question
from rag.fusion import inverse_document_frequency
from rag.interaction import Met
from rag.schema import Paper, Sentence
from rag.terms import names, numbers, terms

COMMON = 0.05
"""Share of a library's papers from which on a name is no sign of the right paper."""

FEATURES = (
    "cosine",
    "cosine_beside",
    "words",
    "words_with_title",
    "words_beyond_title",
    "names",
    "paper_gap",
    "paper_rank",
    "paper_first",
    "opens",
    "place",
    "closes",
    "length",
    "ours",
    "proposes",
    "reports",
    "background",
    "number_wanted",
    "number_of_asked",
    "numbers_wanted",
    "number_unwanted",
    "name_wanted",
    "names_wanted",
    "asked",
    "words_before",
    "explanation_works",
    "explanation_reports",
    "survey_proposes",
    "survey_reports",
    "read_answers",
    "read_about",
    "met",
    "met_rare",
    "paper_met",
    "paper_rare",
)
"""Names of the features, in the order of the weights."""

_OURS = re.compile(r"\b(?:we|our|ours|this (?:paper|work|study|article|note))\b", re.IGNORECASE)
_PROPOSES = re.compile(
    r"\b(?:propos|introduc|present|develop|design|describ|contribut|releas|construct|collect)\w*",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"\b(?:results?|show|demonstrat|outperform|achiev|improv|find|found|observ|reveal|experiment"
    r"|evaluat|surpass|reduc|conclu)\w*",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"^(?:recent|however|despite|although|while|existing|previous|prior|traditional|large language"
    r"|with the|in recent|background)\b",
    re.IGNORECASE,
)


_WORKS = re.compile(
    r"^(?:it|its|they|this|these|specifically|in particular|concretely|to this end|to (?:do"
    r"|achieve) (?:so|this)"
    r"|by \w+ing|first|second|firstly|then|next|the (?:first|second|key|core|main|basic) \w+"
    r"|instead|in this way"
    r"|each|during|given|inspired|unlike|rather than|our (?:method|approach|model|framework|key))\b"
    r"|\bby \w+ing\b|\b(?:consists? of|composed of|comprises?|two (?:stages|steps|parts)"
    r"|is based on|that uses?)\b",
    re.IGNORECASE,
)


class Place(NamedTuple):
    """A sentence of a candidate paper, with what retrieval says about both."""

    paper: Paper
    sentence: Sentence
    sentences: int
    """How many sentences the abstract has."""
    rank: int
    """Rank of the paper, from 1."""
    gap: float
    """Score of the paper minus that of the best one, <= 0."""
    cosine: float
    """Of question and sentence; 0 where the embedder gives no sentence vectors."""
    beside: float
    """The higher cosine of the two neighbouring sentences."""
    before: str
    """Text of the sentence before, empty for the first."""
    answers: float = 0.0
    """Log-odds by the reader that the sentence answers; 0 where there is no reader."""
    about: float = 0.0
    """The same that its paper does."""
    met: Met = Met()
    """How well the sentence meets the question, word piece by word piece, where that is read."""
    paper_met: Met = Met()
    """The same of its paper."""


class Reading(NamedTuple):
    """What of a question is compared with every sentence."""

    question: Question
    weights: dict[str, float]
    """Inverse document frequency of each term of the question."""
    papers: int
    """Papers in the library."""

    @property
    def unknown(self) -> float:
        """Return the weight of a term that no paper holds."""
        return inverse_document_frequency(self.papers, 0)

    def weight_of(self, portion: float) -> float:
        """Return the weight of a term that this portion of the papers holds, at least one."""
        return inverse_document_frequency(self.papers, max(1, int(portion * self.papers)))

    def is_rare(self, name: str) -> bool:
        """Tell whether a name singles out few papers; LLM or GPU does not."""
        weights = [self.weights.get(term, 0.0) for term in terms(name)]
        return bool(weights) and max(weights) >= self.weight_of(COMMON)

    def share(self, held: frozenset[str], among: Sequence[str]) -> float:
        """Return which share of the weight of some terms a text holds."""
        most = sum(self.weights.get(term, 0.0) for term in among)
        return (
            sum(self.weights.get(term, 0.0) for term in among if term in held) / most
            if most
            else 0.0
        )


class Weights(NamedTuple):
    """A logistic regression as plain numbers."""

    weights: tuple[float, ...]
    bias: float

    def probability(self, features: Sequence[float]) -> float:
        """Return the probability for one row of features."""
        z = self.bias + sum(w * x for w, x in zip(self.weights, features, strict=True))
        return 1 / (1 + exp(-max(-30.0, min(30.0, z))))


def features(reading: Reading, place: Place) -> list[float]:
    """Return the features of a sentence, in the order of `FEATURES`."""
    question, text = reading.question, place.sentence.text
    held, title = frozenset(terms(text)), frozenset(terms(place.paper.title))
    beyond = [term for term in question.terms if term not in title]
    known = {number.value for number in question.numbers}
    fresh = [number for number in numbers(text) if number.value not in known]
    wants_number = question.kind is Kind.NUMBER
    asked = {term for thing in question.asked for term in thing}
    works, reports = bool(_WORKS.search(text)), bool(_REPORTS.search(text))
    explains, surveys = question.kind is Kind.EXPLANATION, question.kind is Kind.SURVEY
    new_names = _new_names(question, text) if question.kind is Kind.NAME else 0
    named = [term for name in question.names for term in terms(name)]
    return [
        place.cosine,
        place.beside,
        reading.share(held, question.terms),
        reading.share(held | title, question.terms),
        reading.share(held, beyond),
        reading.share(held, named),
        place.gap,
        1 / place.rank,
        float(place.rank == 1),
        float(place.sentence.ordinal == 0),
        place.sentence.ordinal / max(1, place.sentences - 1),
        float(place.sentence.ordinal == place.sentences - 1),
        log(max(10, len(text)) / 150),
        float(bool(_OURS.search(text))),
        float(bool(_PROPOSES.search(text))),
        float(reports),
        float(bool(_BACKGROUND.search(text))),
        float(wants_number and bool(fresh)),
        float(wants_number and any(number.unit in asked for number in fresh)),
        min(len(fresh), 4) / 4 * wants_number,
        float(not wants_number and bool(fresh)),
        float(new_names > 0),
        min(new_names, 3) / 3,
        float(bool(asked & held)),
        reading.share(frozenset(terms(place.before)), question.terms),
        float(explains and works),
        float(explains and reports),
        float(surveys and bool(_PROPOSES.search(text))),
        float(surveys and reports),
        place.answers,
        place.about,
        place.met.mean,
        place.met.rare,
        place.paper_met.mean,
        place.paper_met.rare,
    ]


def _new_names(question: Question, text: str) -> int:
    known = {name.casefold() for name in question.names}
    return len({name.text for name in names(text) if name.text.casefold() not in known})
