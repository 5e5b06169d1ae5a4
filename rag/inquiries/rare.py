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

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.inquiries.marks import Mark, anchors
from rag.inquiries.runs import CONTENT


class Window(NamedTuple):
    """Some of the text's marks, and terms of every paper that has these marks."""

    terms: frozenset[str]
    compact: bytes
    """The marks without anything between them."""


_IGNORED = bytes(sorted({*b" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\\*>"}))
_STRAIGHT = bytes.maketrans(b"`", b"'")


def windows(text: Sequence[Mark], least: int) -> Iterator[Window]:
    """Yield what the told spans of a text must hold, each combination of terms once."""
    places = [place for place, mark in enumerate(text) if mark.word]
    found = [anchors(text[place].key) for place in places]
    anchored = [number for number, terms in enumerate(found) if terms]
    seen: set[tuple[frozenset[str], bytes]] = set()
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


def compacted(abstract: str) -> bytes | None:
    """Return an abstract so that the windows it has are part of it; None unless it is ASCII."""
    if not abstract.isascii():
        return None
    return abstract.encode().lower().translate(_STRAIGHT, _IGNORED)


def _compact(marks: Sequence[Mark]) -> bytes:
    joined = "".join(mark.key for mark in marks)
    return joined.encode("utf-8", "surrogatepass").translate(None, _IGNORED)
