"""The ``[n]`` markers of an answer: which there are, and the text without them.

Markers are ``[1]``, ``[1, 2]`` and ``[2-4]``; a bracket
with a zero, such as the interval ``[0, 1]``, is text.
"""

import re
from collections.abc import Iterator

_NUMBER = r"[1-9][0-9]{0,8}"
MARKER = rf"\[{_NUMBER}(?:\s*[,;–-]\s*{_NUMBER})*\]"
"""Regular expression of one marker."""
_MARKER = re.compile(MARKER)
_PART = re.compile(rf"({_NUMBER})(?:\s*[–-]\s*({_NUMBER}))?")
_WIDEST = 50
"""Numbers that a range may stand for; of a wider one only the ends are read."""


def markers(text: str) -> tuple[int, ...]:
    """Return the numbers of all markers in order, with repeats."""
    return tuple(number for marker in _MARKER.findall(text) for number in _numbers(marker))


def without_markers(text: str) -> str:
    """Return a text on one line without its markers and the blanks before them."""
    line = " ".join(text.split())
    return " ".join(re.sub(f" ?{MARKER}", "", line).split())


def _numbers(marker: str) -> Iterator[int]:
    for first, last in _PART.findall(marker):
        low, high = int(first), int(last or first)
        yield from range(low, high + 1) if 0 <= high - low < _WIDEST else (low, high)
