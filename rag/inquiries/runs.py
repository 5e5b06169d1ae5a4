"""Runs of marks that two texts have in common. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rag.inquiries.marks import Mark, anchors

CONTENT = 2
"""Words of content (with `anchors`) that a run must have: ``as well as the other`` tells nothing,
and nor does ``we show that it is``."""

_OPENERS = frozenset("$~<>≤≥≈")
_CLOSERS = frozenset(".!?%")

Seeds = Mapping[tuple[str, ...], Sequence[int]]


class Run(NamedTuple):
    """Marks ``start..end`` of the text that stand at ``place`` of an abstract's marks."""

    start: int
    end: int
    place: int


def seeds(text: Sequence[Mark], least: int) -> Seeds:
    """Return where each different row of ``least`` marks of a text begins."""
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place in range(len(text) - least + 1):
        found[tuple(mark.key for mark in text[place : place + least])].append(place)
    return found


def runs(text: Sequence[Mark], known: Seeds, other: Sequence[Mark], least: int) -> Iterator[Run]:
    """Yield what two texts share, trimmed, of at least ``least`` words.

    A run that could be longer on either side is never yielded. Every shared run
    of so many words has as many marks, so it begins with a seed, and none is missed.

    Args:
        text: The marks that the seeds were made of.
        known: `seeds` of them.
        other: The marks of an abstract.
        least: Words that a run must have.
    """
    keys = [mark.key for mark in other]
    for place in range(len(keys) - least + 1):
        for start in known.get(tuple(keys[place : place + least]), ()):
            if start and place and text[start - 1].key == keys[place - 1]:
                continue
            length = least
            while (
                start + length < len(text)
                and place + length < len(keys)
                and text[start + length].key == keys[place + length]
            ):
                length += 1
            run = _trimmed(text, Run(start, start + length, place))
            if is_told(text[run.start : run.end], least):
                yield run


def is_told(marks: Sequence[Mark], least: int) -> bool:
    """Tell whether a run has enough words, and enough words of content among them."""
    if sum(mark.word for mark in marks) < least:
        return False
    return sum(bool(mark.word and anchors(mark.key)) for mark in marks) >= CONTENT


def outermost(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans that lie inside no other, in order."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not kept or end > kept[-1][1]:
            kept.append((start, end))
    return kept


def may_open(mark: Mark) -> bool:
    """Tell whether a span may begin with a mark: a word, or a sign that belongs to one."""
    return mark.word or mark.key in _OPENERS


def may_close(mark: Mark) -> bool:
    """Tell whether a span may end with a mark: a word, or what closes one."""
    return mark.word or mark.key in _CLOSERS


def _trimmed(text: Sequence[Mark], run: Run) -> Run:
    start, end, place = run
    while start < end and not may_open(text[start]):
        start, place = start + 1, place + 1
    while end > start and not may_close(text[end - 1]):
        end -= 1
    return Run(start, end, place)
