"""Which papers can hold a span: what the lexical index is asked before any text is read.

Nothing can be missed. A told span has at least ``least`` words, and ``CONTENT``
of them have anchors: terms that the index has for every abstract with that
word. Take any ``CONTENT`` neighbouring anchored words of the span. Either they
reach over at least ``least`` words; then they are a window of their own. Or
some run of ``least`` words holds them and lies in the span, as the span has so
many. `windows` lists both kinds for the whole text, so the span holds a listed
window, every abstract with the span holds all terms of that window, and the
index names every paper that has them.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.inquiries.marks import Mark, anchors
from rag.inquiries.runs import CONTENT
from rag.terms import fold


class Window(NamedTuple):
    """Some of the text's marks, and terms of every paper that has these marks."""

    terms: frozenset[str]
    compact: bytes
    """The marks as `compacted` leaves them."""


def windows(text: Sequence[Mark], least: int) -> Iterator[Window]:
    """Yield what the told spans of a text must hold, each combination of terms once."""
    places = [place for place, mark in enumerate(text) if mark.word]
    found = [anchors(text[place].key) for place in places]
    anchored = [number for number, terms in enumerate(found) if terms]
    seen: set[Window] = set()
    for chosen in zip(*(anchored[shift:] for shift in range(CONTENT)), strict=False):
        for first, last in _reaches(chosen[0], chosen[-1], least, len(places)):
            terms = frozenset(term for each in found[first : last + 1] for term in each)
            window = Window(terms, _compact(text[places[first] : places[last] + 1]))
            if window not in seen:
                seen.add(window)
                yield window


def _reaches(first: int, last: int, least: int, words: int) -> Iterator[tuple[int, int]]:
    if last - first + 1 >= least:
        yield first, last
        return
    for start in range(max(0, last - least + 1), min(first, words - least) + 1):
        yield start, start + least - 1


def compacted(text: str) -> bytes:
    """Return the folded letters and digits of a text, in UTF-8.

    Folding is by character, so the letters of a mark are those of its characters,
    and a text that has a window has its compact form in one piece.
    """
    latin = text if text.isascii() else _FOREIGN.sub(_folded, text)
    return latin.encode("utf-8", "surrogatepass").lower().translate(None, _SIGNS)


_FOREIGN = re.compile("[^\x00-\x7f]")
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())


def _folded(character: re.Match[str]) -> str:
    return _letters(character.group())


@lru_cache(maxsize=10_000)
def _letters(character: str) -> str:
    return "".join(filter(str.isalnum, fold(character)))


def _compact(marks: Sequence[Mark]) -> bytes:
    return compacted("".join(mark.key for mark in marks))
