"""True sentences as an answer might say them, and the same made false in five ways.

Rules, seeded, on the gold evidence of the development questions; none of them was used to
fit the checker. A sentence in which a way finds nothing to change gives no case of that way.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from eval.calibration.corruptions import misnamed, negated, shortened
from eval.making.replacing import other_number
from rag.terms import numbers

Way = Literal["number", "entity", "negation", "swapped paper", "added claim"]
WAYS: tuple[Way, ...] = ("number", "entity", "negation", "swapped paper", "added claim")
CLEAN = "clean"
_REPORTED = {
    "we": "the authors", "our": "their", "ours": "theirs", "us": "the authors",
    "ourselves": "themselves",
}  # fmt: skip
_FIRST_PERSON = re.compile(rf"\b(?:{'|'.join(_REPORTED)})\b", re.IGNORECASE)
ADDITIONS = (
    "and it needs no labelled data at all",
    "which makes it the first to be used in hospitals",
    "and the gain vanishes on longer inputs",
    "while using a tenth of the memory of its rivals",
    "and three independent groups have reproduced this",
    "which the authors confirm with a survey of clinicians",
    "although training takes several weeks on one machine",
    "and it has since been adopted as an industry standard",
    "because earlier benchmarks leaked into the training data",
    "and it also transfers to spoken dialogue without tuning",
)
"""Clauses that no abstract of the collection holds."""


class Gold(NamedTuple):
    """A sentence that answers a question."""

    question: str
    """Standing alone."""
    title: str
    """Of its paper."""
    sentence: str
    """As stored."""


class Case(NamedTuple):
    """What a model is made to write on a question."""

    way: str
    """One of `WAYS`, or `CLEAN`."""
    gold: Gold
    """What it names as its evidence."""
    said: str
    truth: str = ""
    """The sentence of another paper that it repeats, where the paper is swapped."""


def reworded(sentence: str) -> str:
    """Return a sentence without its opening clause and with ``we`` as ``the authors``."""
    said = _FIRST_PERSON.sub(lambda found: _REPORTED[found.group().lower()], shortened(sentence))
    return said[:1].upper() + said[1:]


def clean_cases(golds: Sequence[Gold]) -> list[Case]:
    """Return every sentence as it stands, then every one that can be reworded so."""
    whole = [Case(CLEAN, gold, gold.sentence) for gold in golds]
    said = [(gold, reworded(gold.sentence)) for gold in golds]
    return whole + [Case("reworded", gold, text) for gold, text in said if text != gold.sentence]


def false_cases(
    golds: Sequence[Gold], near: Mapping[str, Sequence[str]], *, each: int, seed: int
) -> list[Case]:
    """Return up to ``each`` cases of every way, made of whole and of reworded sentences.

    Args:
        golds: The true sentences.
        near: Sentences of other papers that a model is shown with a question, by question;
            half of the swapped papers take theirs from these, half from another question's gold.
        each: Cases of a way.
        seed: Equal seeds give equal cases.
    """
    draw = random.Random(seed)
    bases = [
        (gold, said)
        for gold in golds
        for said in dict.fromkeys((gold.sentence, reworded(gold.sentence)))
    ]
    made: list[Case] = []
    for way in WAYS:
        rows = draw.sample(bases, len(bases))
        if way == "swapped paper":
            found = list(_swapped(rows, golds, near, draw))
        else:
            found = list(_changed(way, rows, golds, draw))
        made += found[:each]
    return made


def _changed(
    way: str, rows: Sequence[tuple[Gold, str]], golds: Sequence[Gold], draw: random.Random
) -> Iterator[Case]:
    change = _CHANGES[way]
    for gold, said in rows:
        others = [other.sentence for other in golds if other.title != gold.title]
        wrong = change(said, others, draw)
        if wrong is not None and wrong not in {said, gold.sentence}:
            yield Case(way, gold, wrong)


def _swapped(
    rows: Sequence[tuple[Gold, str]],
    golds: Sequence[Gold],
    near: Mapping[str, Sequence[str]],
    draw: random.Random,
) -> Iterator[Case]:
    for number, (gold, _) in enumerate(rows):
        far = [
            other.sentence
            for other in golds
            if other.title != gold.title and other.question != gold.question
        ]
        pool = [*(near.get(gold.question, ()) if number % 2 else far)]
        if pool:
            truth = draw.choice(pool)
            yield Case("swapped paper", gold, truth, truth)


def _other_number(said: str, others: Sequence[str], draw: random.Random) -> str | None:
    found = [each for each in numbers(said) if said[each.start].isdigit()]
    if not found:
        return None
    chosen = draw.choice(found)
    other = other_number(said[chosen.start : chosen.end], draw)
    return None if other is None else said[: chosen.start] + other + said[chosen.end :]


def _added(said: str, others: Sequence[str], draw: random.Random) -> str:
    return f"{said.rstrip(' .')}, {draw.choice(ADDITIONS)}."


_CHANGES: Mapping[str, Callable[[str, Sequence[str], random.Random], str | None]] = {
    "number": _other_number,
    "entity": misnamed,
    "negation": negated,
    "added claim": _added,
}
