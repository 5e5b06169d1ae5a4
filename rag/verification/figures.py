"""Numbers as a checker compares them: value, mark and what is counted."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from rag.terms import Number, numbers, stem

_GLUED_SCALE = re.compile(r"(?<=\d)-(?=(?:thousand|million|billion|trillion|percent|fold|times)\b)")
_SCALES = {stem(word): value for word, value in (
    ("hundred", 1e2), ("thousand", 1e3), ("million", 1e6), ("billion", 1e9), ("trillion", 1e12)
)}  # fmt: skip
_AS_NUMBERS = {"both": 2.0, "pair": 2.0, "twice": 2.0, "double": 2.0, "doubles": 2.0, "dual": 2.0,
               "half": 0.5, "halves": 0.5, "triple": 3.0, "single": 1.0}  # fmt: skip
_IMPLIED = re.compile(r"\b(" + "|".join(_AS_NUMBERS) + r")\b", re.IGNORECASE)
_MARKS = frozenset({"%", "x"})
_POINTS = frozenset({"point", "percentag", "pp"})


class Figure(NamedTuple):
    """A number of a text."""

    value: float
    unit: str
    """``%``, ``x``, the stem of the next word, or empty."""
    written: str

    def matches(self, other: "Figure") -> bool:
        """Tell whether two figures say the same: equal value, units that can be one."""
        if abs(self.value - other.value) > 1e-9 * max(1.0, abs(self.value)):
            return False
        marks = {self.unit, other.unit} & _MARKS
        return (
            not marks or self.unit == other.unit or bool({"", *_POINTS} & {self.unit, other.unit})
        )


def figures(text: str) -> tuple[Figure, ...]:
    """Return the numbers that a text states; the word ``one`` is no statement of number."""
    # Replacements of equal length keep the offsets.
    plain = _GLUED_SCALE.sub(" ", text.replace("\\times", " times"))
    found = (_figure(plain, number) for number in numbers(plain))
    return tuple(figure for figure in found if figure.written.lower() != "one")


def implied(text: str) -> tuple[Figure, ...]:
    """Return numbers that a text implies: ``both`` is two, ``single`` is one."""
    found = [m.group().lower() for m in _IMPLIED.finditer(text)]
    return tuple(Figure(_AS_NUMBERS[word], "", word) for word in found)


def _figure(text: str, number: Number) -> Figure:
    written = text[number.start : number.end].strip(" -–")
    first, _, rest = number.unit.partition("-")
    scale = _SCALES.get(stem(first)) if number.unit not in _MARKS else None
    if scale is None:
        return Figure(number.value, number.unit, written)
    return Figure(number.value * scale, rest, f"{written} {first}")


def missing(claim: Iterable[Figure], evidence: Iterable[Figure]) -> tuple[Figure, ...]:
    """Return the figures of a claim that no evidence states."""
    stated = tuple(evidence)
    return tuple(f for f in claim if not any(f.matches(other) for other in stated))


def rival(figure: Figure, claim: Iterable[Figure], evidence: Iterable[Figure]) -> Figure | None:
    """Return the other number that the evidence gives for what a figure counts, if any.

    None where the evidence also counts it as the claim does, or where the rival
    number stands in the claim too (``3 of 5 tasks``).
    """
    if not figure.unit:
        return None
    same = [other for other in evidence if other.unit == figure.unit]
    if any(figure.matches(other) for other in same):
        return None
    return next((other for other in same if not any(other.matches(f) for f in claim)), None)
