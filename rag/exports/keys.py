"""Citation keys such as ``devlin2019bert``: the same for the same papers, whatever their order."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import count

from rag.people import family
from rag.schema import Paper

_SMALL = frozenset(
    "a an and are as at be by can do does for from how in into is it its not of on or that the to "
    "toward towards using via we what when where which who why with".split()
)
_LONGEST = 24
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})


def keys(papers: Iterable[Paper]) -> dict[str, str]:
    """Return the key of each paper by its id.

    Two papers of one key get a letter, ``a`` for the first by id; every key is of ASCII
    letters and digits, so that no format can misread it.
    """
    plain: dict[str, list[str]] = {}
    for paper in papers:
        names = plain.setdefault(_key(paper), [])
        if paper.id not in names:
            names.append(paper.id)
    taken = {key for key, names in plain.items() if len(names) == 1}
    found = {names[0]: key for key, names in plain.items() if len(names) == 1}
    for key in sorted(plain):
        if len(plain[key]) > 1:
            for name in sorted(plain[key]):
                found[name] = _free(key, taken)
                taken.add(found[name])
    return found


def letters(number: int) -> str:
    """Return ``a`` for 0, ``z`` for 25, ``aa`` for 26."""
    more, last = divmod(number, 26)
    return (letters(more - 1) if more else "") + chr(ord("a") + last)


def _free(key: str, taken: set[str]) -> str:
    return next(name for n in count() if (name := f"{key}{letters(n)}") not in taken)


def _key(paper: Paper) -> str:
    who = _ascii(family(paper.authors[0])) if paper.authors else ""
    year = "" if paper.year is None else str(abs(paper.year))
    words = [_ascii(word) for word in re.split(r"[\s:/–—-]+", paper.title)]
    word = next((each for each in words if each and each not in _SMALL), "")
    return f"{who[:_LONGEST] or 'anon'}{year}{word[:_LONGEST]}"


def _ascii(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    return re.sub(r"[^a-z0-9]", "", parts)
