"""A text as what is compared in a trace: its words and signs, without blanks and typography.

A *mark* is a word of `rag.terms`, folded (no case, accents or compatibility
forms), or a single other sign. Every dash counts as a hyphen and every
quotation mark as a straight one; these are changed one for one, so the offsets
are those of the text as given. Blanks, backslashes, asterisks, invisible
characters and the ``>`` that opens a quoted line count for nothing: they are
what copying, Markdown and LaTeX put into a text.
"""

import re
from collections.abc import Set
from functools import lru_cache
from typing import NamedTuple

from rag.terms import Word, fold, word_terms, words

_PLAIN = str.maketrans(
    dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("‘’‚‛`´", "'") | dict.fromkeys("“”„‟«»", '"')
)
_NOTHING = re.compile("[\\s\\\\*\u00ad\u200b-\u200f\u2060\ufeff]")
_QUOTED_LINE = re.compile(r"^[ \t]*>[> \t]*", re.MULTILINE)
_INITIALS = re.compile("[a-z]{2,6}s")
_LONGEST = 100
_PART = "\0"
_EAST = "\u3040"


class Mark(NamedTuple):
    """A word or a sign, with its character offsets in the text as given."""

    key: str
    """What is compared."""
    start: int
    end: int
    word: bool


def marks(text: str) -> list[Mark]:
    """Return the marks of a text in order."""
    plain = _QUOTED_LINE.sub(lambda opening: " " * len(opening.group()), text.translate(_PLAIN))
    found: list[Mark] = []
    done = 0
    every = list(words(plain))
    starts, ends = {word.start for word in every}, {word.end for word in every}
    for word in every:
        found += _signs(plain, done, word.start)
        found.append(Mark(_key(word, starts, ends), word.start, word.end, word=True))
        done = word.end
    return found + _signs(plain, done, len(plain))


def _key(word: Word, starts: Set[int], ends: Set[int]) -> str:
    """Return a word folded, and marked where it is one letter of a longer run.

    In a run with a Chinese, Japanese or Korean character each letter is a word of
    its own. What a run is can depend on the form of a quotation mark or dash, so
    the index may know such a letter only with those beside it.
    """
    part = word.end - word.start == 1 and (word.start in ends or word.end in starts)
    return f"{fold(word.text)}{_PART}" if part and word.text < _EAST else fold(word.text)


def _signs(text: str, start: int, end: int) -> list[Mark]:
    return [
        Mark(text[place], place, place + 1, word=False)
        for place in range(start, end)
        if not _NOTHING.match(text[place])
    ]


@lru_cache(maxsize=50_000)
def anchors(key: str) -> tuple[str, ...]:
    """Return terms that the lexical index has for every text with this word; often none.

    A stop word has none. A word that abstracts may write in ways which the index
    reads differently has none either, rather than one that could be missing: a
    word with signs other than hyphens in it (an abstract may have a dash for the
    hyphen, and then its parts are words), and what may be initials in the plural
    (``GPUs``), whose last letter the index drops by case.
    """
    pieces = key.split("-")
    if len(key) > _LONGEST or not all(piece.isalnum() for piece in pieces):
        return ()
    return tuple(term for piece in pieces for term in _sure(piece))


def _sure(piece: str) -> tuple[str, ...]:
    found = word_terms(piece)
    if _INITIALS.fullmatch(piece) and found != word_terms(piece[:-1]):
        return ()
    return found
