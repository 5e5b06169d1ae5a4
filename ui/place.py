"""Where something stands: the address of an answer and of one of its citations.

An address is the query part of the page's own, so that a link opens the same answer with
the same evidence after a reload, in another tab, or after a restart.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Place(NamedTuple):
    """A library, a conversation in it, an answer of that, a citation of that; each may be open."""

    library: str = ""
    conversation: str = ""
    answer: str = ""
    cite: int = 0
    """Number of the citation from 1; 0 where none is meant."""

    @property
    def address(self) -> str:
        """Return the query part, ``?`` and all."""
        return "?" + urlencode({name: value for name, value in self._asdict().items() if value})


def place_of(query: Mapping[str, str]) -> Place:
    """Return where an address leads; what is no key of ours is left out."""
    cite = query.get("cite", "")
    return Place(
        query.get("library", "")[:80],
        _key(query.get("conversation", "")),
        _key(query.get("answer", "")),
        int(cite) if cite.isascii() and cite.isdigit() and len(cite) < 5 else 0,
    )


def _key(text: str) -> str:
    return text if _KEY.fullmatch(text) else ""
