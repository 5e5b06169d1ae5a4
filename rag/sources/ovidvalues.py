"""What Ovid packs into its values: marks and degrees after names, a journal and its date."""

import re
from collections.abc import Iterable

from rag.sources.tagnames import person

_BRACKETED = re.compile(r"[(\[][^()\[\]]{0,40}[)\]]")
_MARK = re.compile(r"[\d*+#^,.&]+")
_DEGREES = frozenset(
    "ba bsc dds dmd do dphil drph dvm edd faan facp fracp frcp frcpc frcs jd ma mba mbbs mbchb"
    " md mph ms msc phd pharmd psyd rn scd".split()
)
_KIND = re.compile(r"(?<=[.?!])\s*\[[^\[\]]{2,40}\]$")
_YEAR = re.compile(r"(?<![\d-])(?:1[4-9]|20)\d\d(?![\d-])")
_TITLE_ENDS = (re.compile(r"\.\s{2,}"), re.compile(r"\.(?:\s|$)"))


def authors(values: Iterable[str]) -> list[str]:
    """Return the names between semicolons without affiliation marks and degrees."""
    parts = (_BRACKETED.sub(" ", part).split() for value in values for part in value.split(";"))
    return [person(" ".join(words)) for words in map(_bare, parts) if words]


def _bare(words: list[str]) -> list[str]:
    end = len(words)
    family = next((at for at, word in enumerate(words) if word.endswith(",")), -1)
    while end and _is_extra(words[end - 1]):
        end -= 1
    if not end:
        return []
    # "Smith, MA" has initials, not a degree.
    end = max(end, min(family + 2, len(words)))
    last = words[end - 1].rstrip(",")
    return [*words[: end - 1], last.rstrip(".") if len(last) > 3 else last]


def _is_extra(word: str) -> bool:
    return bool(_MARK.fullmatch(word)) or word.strip(".,").replace(".", "").lower() in _DEGREES


def untyped(title: str) -> str:
    """Return a title without the kind of work that follows it, as in ``Title.[Review]``."""
    return _KIND.sub("", title)


def year_of(source: str) -> str:
    """Return the last year that a source or status names; what comes before may be pages."""
    found = _YEAR.findall(source)
    return found[-1] if found else ""


def journal(source: str) -> str:
    """Return what stands before volume and pages."""
    for mark in _TITLE_ENDS:
        found = mark.search(source)
        if found is not None:
            return source[: found.start()]
    return source
