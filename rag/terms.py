r"""Words, terms, numbers and names of a text: what lexical search and the answerer read.

One analysis serves the lexical index, term coverage, the answerer and the
checker, so that a word counts as matched everywhere or nowhere.

* A *word* is a run of letters and digits with inner ``- ' . _ + &`` kept
  (``wav2vec``, ``GPT-3.5``, ``don't``), with its offsets.
* A *term* is the Snowball English stem (Porter2, M. F. Porter 2001) of a
  folded word. A hyphenated word yields its parts and its closed form, so that
  ``pre-training``, ``pretraining`` and ``pre training`` meet.
* A *number* is a value with its unit, whatever its spelling (``1,000``,
  ``1k``, ``ten``, ``75\%``).
* A *name* is a word that looks like what authors call a thing: inner capitals,
  digits, all capitals.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import Stemmer  # pyright: ignore[reportMissingTypeStubs]

RULES = "attest-terms-1"
"""Version of the rules below; an index made with others is rebuilt, not searched."""

_WORD = re.compile(
    r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\w,])|[^\W_]+(?:[-'’._+&][^\W_]+)*\+*", re.UNICODE
)
_PIECES = re.compile(r"[-_+&]|(?<!\d)\.|\.(?!\d)")
_PLURAL_INITIALS = re.compile(r"[A-Z]{2,6}s")
_CJK = re.compile(r"[぀-ヿ㐀-鿿豈-﫿가-힯]")

STOP_WORDS = frozenset(
    """a about above after again against all also although am an and any are as at be because
    been before being below between both but by can cannot could did do does doing done down
    during each either else ever few for from further get gets getting got had has have having
    he her here hers him his how however i if in into is it its itself just let like made make
    makes many may me might more most much must my neither no nor not now of off on once one
    only or other others our ours out over own per quite rather same shall she should since so
    some such tell than that the their theirs them themselves then there these they thing
    things this those though through thus to too under until up upon us use used uses using
    very via was way we well were what when where whether which while who whom whose why will
    with within without would yet you your yours s t d ll re ve m don didn doesn isn wasn aren
    weren hasn haven won wouldn couldn shouldn paper papers study studies author authors work
    works article abstract actually already always anybody anyone anything ask asked asking
    called come comes describe ever everybody everyone everything exactly explain give gives
    go goes going gone happen happens hello idea ideas keep keeps kept kind kinds know knows
    look looks lot lots maybe mean means never nobody nothing ok okay people person please put
    puts really right say says seem seems seen simply somebody someone something somewhat sort
    stuff suppose sure take takes telling think trying want wanted wants went whats yes""".split()
)
"""Words that carry no subject matter in a question about papers."""

_SMALL = {
    word: float(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_SCALE = {
    "hundred": 1e2,
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "million": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
    "t": 1e12,
    "trillion": 1e12,
}


class Word(NamedTuple):
    """A word as written, with its character offsets."""

    text: str
    start: int
    end: int


class Number(NamedTuple):
    """A number with what it counts, as far as the next word tells."""

    value: float
    unit: str
    """``%``, ``x`` (times) or the following word folded; empty when there is none."""
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text in order; each CJK character is a word of its own."""
    for match in _WORD.finditer(text):
        if _CJK.search(match.group()):
            for offset, character in enumerate(match.group(), match.start()):
                yield Word(character, offset, offset + 1)
        else:
            yield Word(match.group(), match.start(), match.end())


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """Return a word without case, accents and compatibility forms."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word).replace("’", "'")
    kept = (c for c in decomposed if not unicodedata.combining(c) and not c.isspace())
    return "".join(kept).casefold()


_stemmed: Callable[[str], str] = Stemmer.Stemmer("english").stemWord  # pyright: ignore


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the Snowball English stem of a folded word."""
    stemmed = _stemmed(word)
    return _SPELLING.get(stemmed, stemmed)


# British and American spellings that the stemmer leaves apart.
_SPELLING = {
    "behaviour": "behavior",
    "colour": "color",
    "licenc": "licens",
    "modell": "model",
    "labell": "label",
    "centr": "center",
    "judgement": "judgment",
}


# Not -vise and -cise, whose nouns (revision, precision) keep the s.
_BRITISH = re.compile(r"(?<=\w\w)(?<![vc])([iy])s(e|es|ed|ing|er|ers|ation|ations)\b")


@lru_cache(maxsize=200_000)
def word_terms(word: str) -> tuple[str, ...]:
    """Return the terms of one word as written; stop words have none."""
    folded = fold(word[:-1] if _PLURAL_INITIALS.fullmatch(word) else word)
    folded = _BRITISH.sub(r"\1z\2", folded.removesuffix("'s").replace(",", ""))
    if folded in STOP_WORDS or folded.partition("'")[0] in STOP_WORDS:
        return ()
    pieces = [piece for piece in _PIECES.split(folded) if piece]
    if len(pieces) < 2:
        return (stem(folded),)
    closed = stem("".join(pieces))
    return (*(stem(p) for p in pieces if p not in STOP_WORDS), closed)


def terms(text: str) -> list[str]:
    """Return the content terms of a text in order, with repeats."""
    return [term for word in words(text) for term in word_terms(word.text)]


def is_name(word: str) -> bool:
    """Tell whether a word looks like a system, data set or method: BERT, mT5, BLIP-2, wav2vec."""
    letters = [c for c in word if c.isalpha()]
    if not letters or len(word) < 2:
        return False
    if any(c.isdigit() for c in word):
        return not re.fullmatch(r"\d[\d.,]*(?:[kKmMbBtTx]|st|nd|rd|th|s|D)?", word)
    return any(c.isupper() for c in letters[1:])


def names(text: str) -> list[Word]:
    """Return the words of a text that look like names, in order."""
    return [word for word in words(text) if is_name(word.text)]


_NUMBER = re.compile(
    r"(?<![\w.])(?<![A-Za-z][-–])[-+−]?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?"
    r"(?:\s?(k|K|M|B|T|bn|thousand|million|billion|trillion)\b)?"
    r"(?:\s*(\\?%|percent\b|per cent\b|x\b|×|times\b|fold\b|-fold\b))?"
)
_SPELLED = re.compile(
    r"\b(" + "|".join(_SMALL) + r")\b(?:\s(hundred|thousand|million|billion|trillion)\b)?",
    re.IGNORECASE,
)
_NEXT_WORD = re.compile(r"[\s-]*(?:of\s+)?([A-Za-z][\w-]*)")


def numbers(text: str) -> list[Number]:
    """Return the numbers of a text in order, digits and small number words alike."""
    found = [_number(text, match) for match in _NUMBER.finditer(text)]
    for match in _SPELLED.finditer(text):
        value = _SMALL[match.group(1).lower()] * _SCALE.get((match.group(2) or "").lower(), 1)
        found.append(Number(value, _unit_after(text, match.end()), match.start(), match.end()))
    return sorted(found, key=lambda number: number.start)


def _number(text: str, match: re.Match[str]) -> Number:
    value = float(match.group(1).replace(",", "") + (match.group(2) or ""))
    value *= _SCALE.get((match.group(3) or "").lower(), 1)
    mark = match.group(4)
    if mark is None:
        unit = _unit_after(text, match.end())
    else:
        unit = "%" if mark.strip("\\") in {"%", "percent", "per cent"} else "x"
    return Number(value, unit, match.start(), match.end())


def _unit_after(text: str, end: int) -> str:
    following = _NEXT_WORD.match(text, end)
    return stem(fold(following.group(1))) if following else ""


def stands_for(name: str, text: str) -> bool:
    """Tell whether a name is the initials of a run of words of a text (VCR, LLMs)."""
    letters = fold(name.removesuffix("s") if name[:-1].isupper() else name)
    if not letters.isalpha() or not 2 <= len(letters) <= 6 or not name[:2].isupper():
        return False
    initials = "".join(fold(piece)[:1] for word in words(text) for piece in word.text.split("-"))
    return letters in initials


def mentions(name: str, text: str, held: frozenset[str]) -> bool:
    """Tell whether a text names a thing: closed, as its parts in a row, or by initials.

    Args:
        name: A name as a question writes it.
        text: The text as written.
        held: The terms of the text.
    """
    *pieces, whole = word_terms(name) or ("",)
    if whole in held:
        return True
    if pieces and all(piece in held for piece in pieces):
        return f" {' '.join(pieces)} " in f" {' '.join(terms(text))} "
    return stands_for(name, text)
