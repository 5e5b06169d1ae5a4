"""Saved Hugging Face paper lists as plain text: a title line, then its abstract.

Page furniture comes before the first title, which may be glued to the word
``Subscribe``. Pages differ in whether blank lines stand between entries, so
only length tells a title from an abstract.
"""

import re
from collections.abc import Iterable, Iterator

from rag.schema import Record, Rejection
from rag.sources.cleaning import clean
from rag.sources.draft import Draft
from rag.sources.reader import Place

name = "hfpages"

SHORTEST_ABSTRACT = 320
"""Characters; the longest title of the real pages has 144, the shortest abstract 798."""

SHORTEST_SENTENCE = 60
"""A shorter line is a title even if it ends in a full stop."""

_BANNER = "get trending papers in your email inbox"
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_FURNITURE = re.compile(
    r"new|subscribe|trending papers|daily papers|upvote|submitted by.{0,80}|[\d.,]+k?"
    r"|by\s*ak( and the research community)?"
    rf"|{_MONTH}\.? \d{{1,2}}(,? \d{{4}})?|get trending papers in your email inbox.{{0,20}}",
    re.IGNORECASE,
)
_GLUED = re.compile(r"^Subscribe(?=\S)")


def sniff(head: str) -> float:
    """Recognise the page's banner, or a strict alternation of titles and abstracts."""
    if head.lstrip()[:1] in ("<", "{", "[", "@"):
        return 0.0
    lines = [line for line in map(clean, head.split("\n")) if line]
    if any(line.lower().startswith(_BANNER) for line in lines[:12]):
        return 1.0
    entries = [line for line in lines if not _FURNITURE.fullmatch(line)]
    kinds = [_is_abstract(line) for line in entries[:-1]]  # the head may end inside a line
    # Without the banner only a strict alternation tells a list from an article.
    strict = all(kind == (index % 2 == 1) for index, kind in enumerate(kinds))
    return 0.2 if strict and len(kinds) >= 4 else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per title; a further paragraph continues its abstract."""
    for position, (title, abstract) in enumerate(_entries(lines), start=1):
        yield Draft(title=title, abstract=abstract).settle(place(position))


def _entries(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    title, abstract = "", ""
    for line in _content(lines):
        if _is_abstract(line):
            abstract = f"{abstract} {line}" if abstract else line
            continue
        if title or abstract:
            yield title, abstract
        title, abstract = line, ""
    if title or abstract:
        yield title, abstract


def _content(lines: Iterable[str]) -> Iterator[str]:
    begun = False
    for line in map(clean, lines):
        if not line or _FURNITURE.fullmatch(line):
            continue
        yield line if begun else _GLUED.sub("", line)
        begun = True


def _is_abstract(line: str) -> bool:
    if len(line) >= SHORTEST_ABSTRACT:
        return True
    return len(line) >= SHORTEST_SENTENCE and line.endswith(".")
