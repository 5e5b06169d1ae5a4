"""The ``[n]`` markers of an answer: which there are, and the text without them."""

import re

_LIST = re.compile(r"\[\s*\d+(?:\s*,\s*\d+)*\s*\]")
"""``[1]``; other systems also write ``[1, 2]``."""


def markers(text: str) -> tuple[int, ...]:
    """Return the numbers of all markers in order, with repeats."""
    found = (part for match in _LIST.findall(text) for part in re.findall(r"\d+", match))
    return tuple(int(part) for part in found)


def without_markers(text: str) -> str:
    """Return a text without its markers and the blanks before them, on one line."""
    return " ".join(re.sub(rf"\s*{_LIST.pattern}", "", text).split())
