"""Author names of tagged text: ``Family, Given`` turned round, one name a value."""

import re
from collections.abc import Iterable

_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|[2-5](?:nd|rd|th))\.?", re.IGNORECASE)
_NOBODY = frozenset({"", "et al", "et al.", "others", "[anonymous]"})


def people(values: Iterable[str]) -> tuple[str, ...]:
    """Return the names of fields that hold one name each, or several between semicolons."""
    names = (person(part) for value in values for part in value.split(";"))
    return tuple(name for name in names if name.lower() not in _NOBODY)


def person(text: str) -> str:
    """Return ``Family, Given, Jr.`` as ``Given Family Jr.``; any other name stays as it is."""
    parts = [part for part in (" ".join(part.split()) for part in text.split(",")) if part]
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[1]):
        parts = [parts[0], parts[2], parts[1]]
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[2]):
        return f"{parts[1]} {parts[0]} {parts[2]}"
    if len(parts) != 2:
        # One part is a whole name, and many without a suffix are a body of several words.
        return " ".join(text.split()) if len(parts) > 2 else "".join(parts)
    family, given = parts
    before, _, last = given.rpartition(" ")
    if before and _SUFFIX.fullmatch(last):
        return f"{before} {family} {last}"
    return f"{given} {family}"
