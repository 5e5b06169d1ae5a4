"""Values of BibTeX fields: braced, quoted, numbers, and macros joined by ``#``."""

import re
from bisect import bisect_left
from collections.abc import Mapping

_MARK = re.compile(r"\\.|[{}\"#]", re.DOTALL)
_FIELD = re.compile(r"(?:^[ \t]*|[,{]\s*)([A-Za-z][\w+:.-]*)[ \t]*=\s*", re.MULTILINE)
_FIELD_LINE = re.compile(r"^[ \t]*[A-Za-z][\w+:.-]*[ \t]*=[ \t]*[{\"\d]", re.MULTILINE)
_WORD = re.compile(r"[^\s,{}\"]+")


def expand(raw: str, macros: Mapping[str, str]) -> str:
    """Return a raw value's text: enclosing removed, macros replaced, parts joined.

    Args:
        raw: Everything between ``=`` and the comma or brace that ends the field.
        macros: Texts of ``@string`` names, in lower case; unknown names stay as they are.
    """
    raw = raw.strip()
    if "#" not in raw:
        return _part(raw, macros)
    return "".join(_part(part.strip(), macros) for part in _parts(raw))


def _part(part: str, macros: Mapping[str, str]) -> str:
    if len(part) >= 2 and (part[0], part[-1]) in (("{", "}"), ('"', '"')):
        return part[1:-1]
    return macros.get(part.lower(), part)


def _parts(raw: str) -> list[str]:
    """Split at ``#`` outside of braces and quotes."""
    parts: list[str] = []
    depth = start = 0
    quoted = False
    for found in _MARK.finditer(raw):
        mark = found[0]
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth = max(depth - 1, 0)
        elif mark == '"' and depth == 0:
            quoted = not quoted
        elif mark == "#" and depth == 0 and not quoted:
            parts.append(raw[start : found.start()])
            start = found.end()
    return [*parts, raw[start:]]


def salvage(entry: str) -> dict[str, str]:
    """Return the raw fields of an entry that does not parse, the broken ones left out.

    Args:
        entry: The entry from ``@`` to where the next one begins.

    Returns:
        Raw values by lower-case name; none at all where the title or the abstract is among
        the broken ones, since half a text must not pass for the whole.
    """
    starts = [found.start() for found in _FIELD_LINE.finditer(entry)]
    found: dict[str, str] = {}
    at = 0
    while field := _FIELD.search(entry, at):
        key, at = field[1].lower(), field.end()
        later = bisect_left(starts, at)
        limit = starts[later] if later < len(starts) else len(entry)
        value = _value(entry, at, limit)
        if value is not None:
            found.setdefault(key, value)
            at += len(value)
        elif key in ("title", "abstract"):
            return {}
        else:
            at = limit
    return found


def _value(text: str, start: int, limit: int) -> str | None:
    """Return the enclosed value or bare word at a place, ``None`` if it does not end in time."""
    if text[start : start + 1] not in ("{", '"'):
        word = _WORD.match(text, start, limit)
        return word[0] if word else None
    depth = 0
    for found in _MARK.finditer(text, start, limit):
        mark = found[0]
        if mark in "{}":
            depth += 1 if mark == "{" else -1
        closed = mark == "}" if text[start] == "{" else mark == '"' and found.start() > start
        if closed and depth == 0:
            return text[start : found.end()]
    return None
