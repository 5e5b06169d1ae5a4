"""Which parts of an abstract, or of a sentence of an answer, are marked, and how."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal, NamedTuple

Look = Literal["", "also", "cited", "unmet"]
"""Plain; cited elsewhere in the same answer; the citation that is shown; in a sentence of an
answer, what its evidence does not come near to."""
_ORDER: tuple[Look, ...] = ("", "also", "cited", "unmet")


class Span(NamedTuple):
    """A run of the abstract and how it is marked."""

    start: int
    end: int
    look: Look


class Segment(NamedTuple):
    """A run of text with one look."""

    text: str
    look: Look


def segments(text: str, spans: Iterable[Span]) -> tuple[Segment, ...]:
    """Return the whole text in runs; joined they are the text.

    Where spans overlap the stronger look wins; what lies outside the text is cut off.
    """
    marked = [span for span in spans if 0 <= span.start < span.end]
    edges = {0, len(text)}
    for span in marked:
        edges |= {min(span.start, len(text)), min(span.end, len(text))}
    ordered = sorted(edges)
    found: list[Segment] = []
    for start, end in pairwise(ordered):
        over = [_ORDER.index(s.look) for s in marked if s.start <= start and end <= s.end]
        look = _ORDER[max(over, default=0)]
        if found and found[-1].look == look:
            found[-1] = Segment(found[-1].text + text[start:end], look)
        else:
            found.append(Segment(text[start:end], look))
    return tuple(found)
