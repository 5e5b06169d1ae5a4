"""Author names out of the shapes in which files hold them."""

import re
from collections.abc import Mapping
from typing import cast

_AND = re.compile(r"\s+(?:and|AND|&)\s+")
_GIVEN = ("given", "first", "first_name", "forename", "forenames", "firstName")
_FAMILY = ("family", "last", "last_name", "surname", "keyname", "lastName")


def listed(value: object) -> tuple[str, ...]:
    """Return the names of a list of strings or name objects, or of one string of names."""
    if isinstance(value, str):
        return separated(value)
    if not isinstance(value, list):
        return ()
    return tuple(filter(None, map(_name, cast(list[object], value))))


def _name(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if not isinstance(value, dict):
        return ""
    fields = cast(Mapping[str, object], value)
    known = fields.get("name") or fields.get("literal")
    if isinstance(known, str):
        return known.strip()
    parts = [_part(fields, _GIVEN), _part(fields, _FAMILY)]
    return " ".join(filter(None, parts))


def _part(fields: Mapping[str, object], keys: tuple[str, ...]) -> str:
    found = (fields.get(key) for key in keys)
    return next((value.strip() for value in found if isinstance(value, str) and value), "")


def separated(text: str) -> tuple[str, ...]:
    """Split one string of names at semicolons, else at ``and``, else at commas between names."""
    text = " ".join(text.split())
    if ";" in text:
        parts = text.split(";")
    elif _AND.search(text):
        parts = _AND.split(text.replace(", and ", " and "))
        parts = [name for part in parts[:-1] for name in commas(part)] + parts[-1:]
    else:
        parts = commas(text)
    return tuple(filter(None, (part.strip() for part in parts)))


def commas(text: str) -> list[str]:
    """Split at commas where each part is a whole name; ``Family, Given`` stays one."""
    parts = [part.strip() for part in text.split(",")]
    whole_names = len(parts) > 1 and all(" " in part for part in parts)
    return parts if whole_names else [text]
