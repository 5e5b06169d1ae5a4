"""The authors that a cell names, in the many ways in which tables run names together."""

import json
import re

from rag.sources.cells import something
from rag.sources.names import listed, separated
from rag.sources.tagnames import people, person

_LISTED = re.compile(r"'((?:[^'\\]|\\.)*)(?:'|\Z)|\"((?:[^\"\\]|\\.)*)(?:\"|\Z)", re.DOTALL)
_NUMBER = re.compile(r"\s{0,3}[(\[]\d[\d; ]{0,60}[)\]]\s{0,3}$")
_TITLES = re.compile(r"^(?:(?:(?:Prof|Dr)\.?|(?:Ing|Assoc|Asst|Mr|Mrs|Ms)\.)\s+)+")
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?){1,5}")
_GIVEN = re.compile(r"(?:[^\W\d_]\.?[ -]?){1,4}")
_PREFIXES = (" Mc", " Mac")


def names(cell: str, *, glued: bool = False) -> tuple[str, ...]:
    """Return the authors that a cell names, ``Given Family`` where it can be told.

    Args:
        cell: Names between semicolons, bars, lines, ``and`` or commas, or a list as Python or
            JSON writes it.
        glued: Whether nothing parts the names, as in ``Ada ByronCharles Babbage``.
    """
    text = something(cell)
    if text.startswith("[") and text.endswith("]"):
        found = _list(text)
    else:
        found = apart(text) if glued else _parted(text)
    bare = (_TITLES.sub("", _NUMBER.sub("", name.strip())).strip(" ,;*") for name in found)
    return people(_turned(name) for name in bare)


def _list(text: str) -> tuple[str, ...]:
    try:
        return listed(json.loads(text))
    except (ValueError, RecursionError):
        return tuple(single or double for single, double in _LISTED.findall(text))


def _parted(text: str) -> tuple[str, ...]:
    for mark in (";", "|", "\n"):
        if mark in text:
            return tuple(text.split(mark))
    text = " ".join(text.split())
    parts = [part.strip() for part in text.removesuffix(",").split(",")]
    if len(parts) % 2 == 0 and all(map(_is_given, parts[1::2])):
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return tuple(f"{family}, {given}" for family, given in pairs)
    return separated(text)


def _is_given(text: str) -> bool:
    return text.isupper() and bool(_GIVEN.fullmatch(text))


def _turned(name: str) -> str:
    """Turn ``Family I.I.`` of Scopus and Embase round, and ``Family, Given``."""
    words = name.split()
    end = len(words)
    while end and _INITIALS.fullmatch(words[end - 1]):
        end -= 1
    if 0 < end < len(words) and "," not in name and not any("." in word for word in words[:end]):
        words = [*words[end:], *words[:end]]
        return " ".join(words)
    return person(name)


def apart(text: str) -> tuple[str, ...]:
    """Cut where a small letter meets a capital, so that every name has two words at least."""
    cuts = [at for at in range(1, len(text)) if _is_seam(text, at)]
    found: list[list[str]] = []
    for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        piece = text[begin:end]
        if found and (" " not in piece.strip() or not any(" " in one for one in found[-1])):
            found[-1].append(piece)
        else:
            found.append([piece])
    return tuple("".join(pieces) for pieces in found)


def _is_seam(text: str, at: int) -> bool:
    if not (text[at].isupper() and text[at - 1].islower()):
        return False
    return not f" {text[max(0, at - 4) : at]}".endswith(_PREFIXES)
