"""Which column holds what where its name does not tell: guessed from the cells."""

import re
from collections.abc import Callable, Mapping, Sequence

from rag.identity.identifiers import LONGEST
from rag.sources.cells import something, told

MOST = 50
"""Rows on which a guess rests."""

SHORTEST_ABSTRACT = 150
"""Characters that the text of a column has on average, to be taken for abstracts."""

LONGEST_TITLE = 300

_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s?)?10\.\d{4,9}/\S+", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d(?:\.0)?(?:[-/]\d\d?){0,2}")
_WORD = re.compile(r"[^\W\d_]+")
_PARTICLES = frozenset("and de van der den von la le di da dos del al el bin et y".split())

Cells = Sequence[str]


def guessed(columns: Mapping[int, Cells], wanted: Sequence[str]) -> dict[str, int]:
    """Return by field the column that looks most like it.

    Args:
        columns: Cells of each column that nothing is known of, by its number.
        wanted: Fields to find.
    """
    free = {at: kept for at, cells in columns.items() if (kept := _kept(cells))}
    found: dict[str, int] = {}
    for field, rate in _RATES.items():
        rated = [(rate(cells), -at) for at, cells in free.items()] if field in wanted else []
        best, at = max(rated, default=(0.0, 0))
        if best > 0:
            found[field] = -at
            del free[-at]
    return found


def _kept(cells: Cells) -> list[str]:
    return [text[:LONGEST] for text in map(something, cells[:MOST]) if text]


def _share(cells: Cells, fits: Callable[[str], object]) -> float:
    return sum(bool(fits(cell)) for cell in cells) / len(cells)


def _mostly(fits: Callable[[str], object]) -> Callable[[Cells], float]:
    def rate(cells: Cells) -> float:
        share = _share(cells, fits)
        return share if share >= 0.8 else 0.0

    return rate


def _abstract(cells: Cells) -> float:
    """Rate by length what is mostly prose: small words, few separators."""
    mean = sum(map(len, cells)) / len(cells)
    return mean if mean >= SHORTEST_ABSTRACT and _share(cells, _is_prose) >= 0.5 else 0.0


def _is_prose(text: str) -> bool:
    words = _WORD.findall(text)
    if not text.isascii() and len(words) < len(text) / 15:
        return True  # Chinese and Japanese do not part words
    small = sum(word.islower() for word in words)
    marks = text.count(";") + text.count(",") + text.count("|")
    return len(words) >= 15 and small >= 0.55 * len(words) and marks <= 0.2 * len(words)


def _title(cells: Cells) -> float:
    """Rate by the share of small words what is of a title's length and repeats little."""
    mean = sum(map(len, cells)) / len(cells)
    different = len(set(cells)) / len(cells)
    if not 15 <= mean <= LONGEST_TITLE or different < 0.8 or _authors(cells):
        return 0.0
    words = [word for cell in cells for word in _WORD.findall(cell)]
    if len(words) < 3 * len(cells) and "".join(cells).isascii():
        return 0.0
    return 0.1 + sum(word.islower() for word in words) / (len(words) or 1)


def _authors(cells: Cells) -> float:
    """Rate what holds capitalised words only, in several names or with initials."""
    share = _share(cells, _are_names)
    return share if share >= 0.7 else 0.0


def _are_names(text: str) -> bool:
    words = _WORD.findall(text)
    if len(words) < 2 or any(sign.isdigit() for sign in text):
        return False
    if not all(word[0].isupper() or word in _PARTICLES for word in words):
        return False
    return bool(re.search(r"[;,|]|\band\b|\b[A-Z]\.", text))


_RATES: Mapping[str, Callable[[Cells], float]] = {
    "doi": _mostly(_DOI.fullmatch),
    "year": _mostly(_YEAR.fullmatch),
    "arxiv": _mostly(lambda cell: told("arxiv", cell)),
    "url": _mostly(lambda cell: told("url", cell)),
    "abstract": _abstract,
    "authors": _authors,
    "title": _title,
}
"""In the order in which they take their columns: the surest look first."""
