"""Names in BibTeX author fields, split before their LaTeX is decoded.

Braces hold a name together: ``{The ATLAS Collaboration}`` and ``{Barnes and
Noble}`` are one name each.
"""

import re

from rag.sources.latex import plain

_AND = re.compile(r"\\.|[{}]|(?<=\s)and(?=\s)", re.DOTALL | re.IGNORECASE)
_COMMA = re.compile(r"\\.|[{}]|,", re.DOTALL)
_EXTENDED = re.compile(r"^\s*\"?(family|given|prefix|suffix)(?:-i)?\s*=", re.IGNORECASE)
_OTHERS = ("", "others", "et al.", "et al")


def people(field: str) -> tuple[str, ...]:
    """Return the names of an author field as ``Given von Family Jr``; ``others`` is dropped."""
    names = (_name(part) for part in _outside(field, _AND))
    return tuple(name for name in names if name not in _OTHERS)


def _name(text: str) -> str:
    parts = _outside(text, _COMMA)
    if _EXTENDED.match(text):
        return _extended(parts)
    decoded = [" ".join(plain(part).replace("~", " ").split()) for part in parts]
    family, *middle = decoded
    given = middle.pop() if middle else ""
    return " ".join(filter(None, (given, family, *middle)))


def _extended(parts: list[str]) -> str:
    """Join BibLaTeX's ``family=Beethoven, given=Ludwig, prefix=van``."""
    pairs = (part.strip().strip('"').partition("=") for part in parts)
    found = {key.strip().lower(): plain(value).strip(' "') for key, _, value in pairs}
    ordered = (found.get(key, "") for key in ("given", "prefix", "family", "suffix"))
    return " ".join(filter(None, ordered))


def _outside(text: str, marks: re.Pattern[str]) -> list[str]:
    """Split at the marks that are neither braces nor inside them."""
    parts: list[str] = []
    depth = start = 0
    for found in marks.finditer(text):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth = max(depth - 1, 0)
        elif depth == 0 and not found[0].startswith("\\"):
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]
