"""A text as a checker reads it: content words, names, figures, polarity."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from rag.terms import STOP_WORDS, Word, fold, is_name, stem, word_terms, words
from rag.verification.figures import Figure, figures, implied
from rag.verification.polarity import (
    CLAUSE_WORDS,
    REACH,
    direction,
    is_cue,
    is_harmless,
    is_hedge,
    word_set,
)

# What papers say of themselves: words that carry little of a claim's content.
_LIGHT = frozenset(
    stem(word)
    for word in word_set(
        """propose present introduce show demonstrate find report achieve result method approach
        model new novel task several various however recent base provide improve also
        experiment performance effective different address problem develop investigate explore
        significant significantly perform obtain apply enable include allow called named
        dataset system framework describe evaluate first finally specifically large existing
        important well"""
    )
)
_NUMERIC = re.compile(r"[\d.,]+(?:[kKMBT%x]|st|nd|rd|th|s)?")
_CLAUSE_MARK = re.compile(r"[,;:.()]")
_HEAD = re.compile(r"[a-z]{2,}")
_ACRONYM = re.compile(r"[A-Z][A-Z&]{1,6}s?")


@dataclass(frozen=True, slots=True)
class Token:
    """A content word."""

    key: str
    """Its term; for a hyphenated word the closed form."""
    parts: tuple[str, ...]
    written: str
    weight: float
    """How much of a claim's content it carries; names most, stock words least."""
    name: bool
    denied: bool
    """Whether a negation reaches it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is compared of a text."""

    tokens: tuple[Token, ...]
    known: frozenset[str]
    """Every form under which a word of the text may be met."""
    figures: tuple[Figure, ...]
    implied: tuple[Figure, ...]
    cues: tuple[str, ...]
    directions: tuple[tuple[str, int, int], ...]
    """Term, axis and side of every word that has a direction."""
    hedged: bool
    initials: str
    """First letters of all words, then of the content words, for acronyms to be found in."""
    order: tuple[str, ...]
    """Folded words in order, as written."""

    def has(self, token: Token) -> bool:
        """Tell whether a word of another text is met in this one."""
        if token.key in self.known:
            return True
        # "covid" and "19" apart do not make a "COVID-19".
        if len(token.parts) > 1 and not any(part.isdigit() for part in token.parts):
            return all(part in self.known for part in token.parts)
        return _ACRONYM.fullmatch(token.written) is not None and self.spells(token.written)

    def spells(self, acronym: str) -> bool:
        """Tell whether consecutive words of this text begin with the letters of an acronym."""
        letters = acronym.removesuffix("s").replace("&", "").lower()
        return len(letters) > 2 and letters in self.initials


def read(text: str) -> Reading:
    """Return the reading of a text."""
    found = list(words(text))
    tokens = tuple(_tokens(text, found))
    order = tuple(fold(word.text) for word in found)
    return Reading(
        tokens=tokens,
        known=frozenset(_forms(tokens, order)),
        figures=figures(text),
        implied=implied(text),
        cues=tuple(word.text for _, word in _cues(found)),
        directions=tuple(_directions(order)),
        hedged=any(is_hedge(word.text) for word in found),
        initials=_initials(found),
        order=order,
    )


def _cues(found: list[Word]) -> list[tuple[int, Word]]:
    return [
        (i, word)
        for i, word in enumerate(found)
        if is_cue(word.text) and not is_harmless(found[i + 1].text if i + 1 < len(found) else "")
    ]


def _tokens(text: str, found: list[Word]) -> Iterable[Token]:
    cues = {i for i, _ in _cues(found)}
    reach = 0
    for i, word in enumerate(found):
        between = text[found[i - 1].end : word.start] if i else ""
        # Not right behind the cue: "is not, at best, a …" and "not that …" go on.
        if reach < REACH and (_CLAUSE_MARK.search(between) or fold(word.text) in CLAUSE_WORDS):
            reach = 0
        if i in cues:
            reach = REACH
            continue
        token = _token(text, word, denied=reach > 0)
        if token is not None:
            reach -= 1
            yield token


def _token(text: str, word: Word, *, denied: bool) -> Token | None:
    parts = word_terms(word.text)
    if not parts or _NUMERIC.fullmatch(word.text):
        return None
    name = is_name(word.text) and not word.text[:1].isdigit()
    name = name or (word.text[0].isupper() and not _opens(text, word))
    weight = 2.0 if name else 0.3 if parts[-1] in _LIGHT else 1.2 if len(parts[-1]) > 6 else 1.0
    return Token(parts[-1], parts[:-1] or parts, word.text, weight, name, denied)


def _opens(text: str, word: Word) -> bool:
    before = text[max(0, word.start - 6) : word.start].rstrip(" \"'“‘([")
    return not before or before[-1] in ".!?:\n"


def _forms(tokens: tuple[Token, ...], order: tuple[str, ...]) -> Iterable[str]:
    for token in tokens:
        yield from (token.key, *token.parts)
        if token.name and (head := _HEAD.match(token.key)):
            yield head.group()
    for first, second in pairwise(order):
        if second[0].isdigit() and first.isalpha():
            yield first + second


def _directions(order: tuple[str, ...]) -> Iterable[tuple[str, int, int]]:
    for word in order:
        found = direction(word)
        if found is not None:
            yield (stem(word), *found)


def _initials(found: list[Word]) -> str:
    pieces = [fold(piece) for word in found for piece in word.text.replace("-", " ").split()]
    every = "".join(piece[:1] for piece in pieces)
    content = "".join(piece[:1] for piece in pieces if piece not in STOP_WORDS)
    return f"{every} {content}"
