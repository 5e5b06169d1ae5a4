"""Persons, dates and notes as the Citation Style Language writes them; Crossref does likewise."""

import re
from collections.abc import Mapping
from typing import cast

from rag.sources.cleaning import clean
from rag.sources.names import separated
from rag.sources.objects import Fields, listing, text

_PARTS = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
_DATES = ("raw", "literal", "date-time", "start", "year")
_NOTED = re.compile(
    r"^[ \t]*(?:standard_id:[ \t]*)?(doi|pmid|pmcid|arxiv)[ \t]*:[ \t]*(\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)


def people(value: object) -> tuple[str, ...]:
    """Return the names of persons and institutions, ``Given von Family Jr.``, in order."""
    if isinstance(value, str):
        return separated(clean(value))
    return tuple(filter(None, map(_person, listing(value))))


def _person(value: object) -> str:
    if not isinstance(value, dict):
        return text(value).strip()
    fields = cast(Fields, value)
    whole = text(fields.get("literal")) or text(fields.get("name"))
    parts = (text(fields.get(part)).strip() for part in _PARTS)
    return whole.strip() or " ".join(filter(None, parts))


def issued(value: object) -> object:
    """Return what names the year of a date: the first of its parts, or its text."""
    if isinstance(value, list):
        value = next(iter(cast(list[object], value)), None)
    if not isinstance(value, dict):
        return value
    fields = cast(Fields, value)
    date: object = fields.get("date-parts")
    while isinstance(date, list):
        date = next(iter(cast(list[object], date)), None)
    told = (fields.get(key) for key in _DATES)
    return date or next((one for one in told if one), None)


def noted(note: object) -> Mapping[str, str]:
    """Return identifiers that stand as ``PMID: 1`` on lines of a note, by kind."""
    lines = "\n".join(map(text, listing(note)))
    return {kind.lower(): found for kind, found in reversed(_NOTED.findall(lines))}
