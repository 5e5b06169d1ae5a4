"""Text of papers and models as a terminal may safely show it."""

import re

# What a terminal obeys, what reorders the text around it, and what cannot be encoded.
_HAZARD = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def counted(number: int, noun: str) -> str:
    """Return ``1 paper`` or ``1,200 papers``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def plain(text: str) -> str:
    """Return a text as one line without control, direction and invisible characters."""
    kept = _SURROGATE.sub("\ufffd", _HAZARD.sub("", text))
    return " ".join(kept.split())
