"""Ids of evidence in what a model writes: giving them out, and finding them again.

An id is a letter and a number, ``S3``. The letter is one that is followed by a number
nowhere in the evidence or the question, so that whatever looks like an id is one, however a
model writes it: ``[S3]``, ``【S3, S7】``, ``(S3)``, at the start, glued to a word, or in
letters that only look like the right ones.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

LETTERS = "SEZQXKJ"
_ALIKE = {
    "S": "ЅѕｓＳՏ",
    "E": "ЕеｅＥΕ",
    "Z": "ＺｚΖ",
    "Q": "ＱｑԚ",
    "X": "ХхｘＸΧ",
    "K": "КкｋＫΚ",
    "J": "ЈјｊＪ",
}
"""Letters that a reader, or a model, may take for each."""
_OPEN = "【〔［（「『〖⟦{<"
_CLOSE = "】〕］）」』〗⟧}>"
_MOST_OF_A_RANGE = 12
_LEADS = r"(?:(?:see|cf|sources?|evidence|ids?|refs?|from|sentences?)\b[.:]?\s*){0,2}"


class Mark(NamedTuple):
    """A place in a text where ids stand."""

    start: int
    end: int
    numbers: tuple[int, ...]


def letter(texts: Iterable[str]) -> str:
    """Return the first letter that, with a number behind it, stands in none of some texts."""
    whole = "\n".join(texts)
    for each in LETTERS:
        if not re.search(rf"(?<![^\W_])[{each}{each.lower()}{_ALIKE[each]}]\s?[-_.:#]?\d", whole):
            return each
    # All are taken, which nothing but a list of them does: quotes stay bound to the evidence.
    return LETTERS[-1]


def marks(text: str, letter: str) -> list[Mark]:
    """Return the places of a text where ids stand, in order; each may name several.

    Args:
        text: What a model wrote.
        letter: Of the ids that were given out.
    """
    plain = text.translate(_plain(letter))
    found = [_mark(each, letter) for each in _pattern(letter).finditer(plain)]
    return [each for each in found if each.numbers]


def strange_marks(text: str, letter: str) -> list[Mark]:
    """Return the places where square brackets hold ids of another letter, as in ``[P3]``.

    A model that makes up its own ids writes them so; they are nobody's, and not for readers.
    """
    plain = text.translate(_plain(letter))
    found = re.finditer(
        rf"\[\s*(?!{letter}\d)[A-Z]\.?\d{{1,4}}(?:[\s,;.–-]+[A-Z]?\.?\d{{1,4}})*\s*\]", plain
    )
    return [Mark(each.start(), each.end(), ()) for each in found]


def bare_marks(text: str) -> list[Mark]:
    """Return the places where numbers alone stand in square brackets, ``[1]`` or ``[1, 3]``."""
    plain = text.translate(_plain(""))
    pattern = re.compile(r"\[\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3}){0,11}\s*\]")
    return [_mark(each, "") for each in pattern.finditer(plain)]


def numbers_of(items: Sequence[object], letter: str) -> tuple[int, ...]:
    """Return the numbers that a list names, be its items ``"S3"``, ``"[S3, S7]"`` or ``3``."""
    found: list[int] = []
    for each in items:
        if isinstance(each, int) and not isinstance(each, bool):
            found.append(each)
        elif isinstance(each, str):
            found += _numbers(each.translate(_plain(letter)), letter)
    return tuple(dict.fromkeys(found))


def without(text: str, places: Sequence[Mark]) -> tuple[str, list[int]]:
    """Return a text without some places, and where in the new text each of them stood.

    The blank before a place goes with it, and so does what else only served it, as in
    ``According to S3,`` or an empty pair of brackets.
    """
    parts: list[str] = []
    stood: list[int] = []
    done = size = 0
    for place in places:
        part = text[done : place.start]
        kept = part.rstrip(" \t")
        if place.end < len(text) and text[place.end].isalnum():
            kept = part  # glued: the blank belongs to the words
        parts.append(kept)
        size += len(kept)
        stood.append(size)
        done = place.end
    return "".join([*parts, text[done:]]), stood


def _mark(match: re.Match[str], letter: str) -> Mark:
    return Mark(match.start(), match.end(), tuple(dict.fromkeys(_numbers(match.group(), letter))))


def _numbers(text: str, letter: str) -> list[int]:
    found: list[int] = []
    parts = re.findall(rf"(?i:{letter})?\s?[-_.:#]?\s?(\d{{1,4}})(\s*(?:[-–—]|to)\s*)?", text)
    span = False
    for digits, dash in parts:
        number = int(digits)
        if span and found and 0 < number - found[-1] <= _MOST_OF_A_RANGE:
            found += range(found[-1] + 1, number + 1)
        else:
            found.append(number)
        span = bool(dash)
    return found


@cache
def _plain(letter: str) -> dict[int, str]:
    """Return a table that turns what looks alike into the plain sign, one for one."""
    table = {ord(each): "[" for each in _OPEN} | {ord(each): "]" for each in _CLOSE}
    table |= {ord("０") + n: str(n) for n in range(10)}
    table |= {ord("٠") + n: str(n) for n in range(10)}
    return table | {ord(each): letter for each in _ALIKE.get(letter, "")}


@cache
def _pattern(letter: str) -> re.Pattern[str]:
    small = letter.lower()
    one = rf"{letter}\s?[-_.:#]?\s?\d{{1,4}}"
    loose = rf"[{letter}{small}]\s?[-_.:#]?\s?\d{{1,4}}"
    between = r"\s*(?:[,;/&+|–—-]|and|to)?\s*"
    group = rf"{loose}(?:{between}(?:{loose}|\d{{1,4}})(?!\d)){{0,20}}"
    bracketed = rf"[\[(]{{1,2}}\s*\^?{_LEADS}{group}\s*[\])]{{1,2}}"
    bare = rf"(?<![^\W_]){one}(?:\s*[,;/&–—-]\s*{one}){{0,20}}(?![^\W_])"
    glued = rf"(?<=[a-z]){letter}\d{{1,3}}(?!\d)|(?<![^\W_]){letter}\d{{1,3}}(?=[A-Za-z])"
    return re.compile(f"{bracketed}|{bare}|{glued}")
