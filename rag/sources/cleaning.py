"""What every text loses on its way in: invisible and hazardous characters, odd blanks."""

import re

_HAZARD = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls
    "\u200b-\u200f\u2060-\u2064\ufeff"  # zero width, direction marks
    "\u202a-\u202e\u2066-\u2069"  # bidi overrides and isolates
    "\ufe00-\ufe0f\U000e0000-\U000e007f\U000e0100-\U000e01ef"  # variation selectors, tags
    "]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Strip what a reader cannot see and collapse each run of white space to one blank.

    Lone surrogates become U+FFFD. Everything else keeps its wording.
    """
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """Strip invisible and control characters; tabs and line ends stay."""
    if _SURROGATE.search(text):
        text = _SURROGATE.sub("\ufffd", text)
    return _HAZARD.sub("", text) if _HAZARD.search(text) else text
