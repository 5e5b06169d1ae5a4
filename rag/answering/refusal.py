"""Does the library answer this? A calibrated probability, and the reason when it does not.

Nearness alone cannot tell: a question in everyday words lies as far from the
abstract that answers it as an off-topic one, and a question about a detail
that no abstract gives lies very near. What tells is what is *missing*: a name
that no paper at hand holds, the thing counted or asked for, a number where one
is wanted, a word that nothing in the paper comes near to. These few signs go
through a logistic regression fitted by ``eval.calibration.answering`` (nested
splits, development questions and copies of them whose papers were taken out). What
the reader says of the sentences comes in by their evidence; by itself it told no
more (AUROC .900 with and without).
"""

from collections.abc import Sequence
from typing import NamedTuple

from rag.answering.candidates import Scored
from rag.answering.evidence import Reading, Weights
from rag.answering.question import Kind
from rag.retrieval import Retrieved
from rag.terms import fold, mentions, numbers, stem, terms, word_terms, words

SIGNS = (
    "score",
    "margin",
    "sentence",
    "evidence",
    "words",
    "names_missing",
    "names_found",
    "count_missing",
    "number_missing",
    "words_unknown",
    "plain",
    "plain_score",
    "plain_sentence",
    "sides_found",
    "met",
    "met_rare",
    "met_least",
)
"""Names of the signs, in the order of the weights."""

_LOOKED_AT = 3
_WORDS_AFTER = 4


class Signs(NamedTuple):
    """What speaks for and against an answer being there."""

    values: tuple[float, ...]
    missing_names: tuple[str, ...]
    count_missing: bool
    number_missing: bool


def signs(reading: Reading, retrieved: Retrieved, scored: Sequence[Scored]) -> Signs:
    """Read the signs from what was found; an empty library of candidates gives the worst."""
    if not retrieved.candidates or not scored:
        return Signs((0.0,) * len(SIGNS), reading.question.names, False, False)
    question, best = reading.question, scored[:_LOOKED_AT]
    first, fifth = retrieved.candidates[0].found, retrieved.candidates[:5][-1].found
    several = question.kind in {Kind.COMPARISON, Kind.SURVEY}
    looked = {
        one.paper.id: one.paper for one in (scored if several else (*best, *_of_first(scored)))
    }
    text = " ".join(f"{paper.title} {paper.abstract}" for paper in looked.values())
    held = frozenset(terms(text))
    rare = [name for name in question.names if reading.is_rare(name)]
    missing = tuple(name for name in rare if not mentions(name, text, held))
    count_missing = _count_missing(
        reading, [one for one in scored if one.paper.id == best[0].paper.id]
    )
    number_missing = question.kind is Kind.NUMBER and not _number_there(reading, best)
    unknown = [term for term in question.terms if reading.weights.get(term, 0.0) >= reading.unknown]
    nearest = max(one.place.cosine for one in scored)
    values = (
        first,
        first - fifth,
        nearest,
        best[0].probability,
        reading.share(held, question.terms),
        float(min(2, len(missing))),
        float(bool(rare) and not missing),
        float(count_missing),
        float(number_missing),
        len(unknown) / max(1, len(question.terms)),
        float(not rare),
        first * (not rare),
        nearest * (not rare),
        float(question.kind is Kind.COMPARISON and len(rare) > 1 and not missing),
        max(one.place.paper_met.mean for one in best),
        max(one.place.paper_met.rare for one in best),
        max(one.place.paper_met.least for one in best),
    )
    return Signs(values, missing, count_missing, number_missing)


def reason(found: Signs, reading: Reading) -> str:
    """Say in one sentence why the library does not answer."""
    if found.missing_names:
        listed = ", ".join(found.missing_names[:3])
        return f"no paper found for this question mentions {listed}."
    if found.count_missing:
        thing = " ".join(_asked_words(reading))
        return f"the nearest papers give no number of {thing}."
    if found.number_missing:
        return "the nearest papers give no such number."
    return "nothing in it is close enough to the question to be evidence."


def probability(found: Signs, weights: Weights) -> float:
    """Return the calibrated probability that the library answers."""
    return weights.probability(found.values)


def _of_first(scored: Sequence[Scored]) -> list[Scored]:
    return [one for one in scored if one.place.rank == 1][:1]


def _count_missing(reading: Reading, best: Sequence[Scored]) -> bool:
    """Tell whether "how many X" is asked and no sentence counts anything like X."""
    if reading.question.kind is not Kind.NUMBER or not reading.question.counted:
        return False
    counted = {term for thing in reading.question.counted for term in thing}
    return not any(counted & _counts(one.sentence.text) for one in best)


def _counts(text: str) -> set[str]:
    """Return the terms of the words that stand right behind the numbers of a text."""
    found: set[str] = set()
    for number in numbers(text):
        after = list(words(text[number.end : number.end + 80]))[:_WORDS_AFTER]
        found |= {stem(fold(word.text)) for word in after}
        found |= {term for word in after for term in word_terms(word.text)}
    return found


def _number_there(reading: Reading, best: Sequence[Scored]) -> bool:
    known = {number.value for number in reading.question.numbers}
    return any(number.value not in known for one in best for number in numbers(one.sentence.text))


def _asked_words(reading: Reading) -> list[str]:
    asked = {term for thing in reading.question.counted for term in thing}
    return [
        word.text for word in words(reading.question.text) if asked & set(word_terms(word.text))
    ]
