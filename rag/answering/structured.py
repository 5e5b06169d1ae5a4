"""Reading a reply that is JSON, also while it is still being written."""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple, cast

from rag.answering.model import Json

_LIST = re.compile(r'"(?:sentences|answer|claims|statements)"\s*:\s*\[')
_NO = re.compile(r'"(?:answerable|answered)"\s*:\s*false')
_TEXTS = ("text", "sentence", "claim", "statement")
_IDS = ("ids", "cites", "citations", "evidence", "sources", "id")
_START = re.compile(r"\s*(?:```(?:json)?\s*)?[{\[]")


class Part(NamedTuple):
    """A sentence of a JSON reply with what stands for its ids."""

    text: str
    ids: tuple[object, ...]


class Structured(NamedTuple):
    """What a JSON reply says so far."""

    parts: tuple[Part, ...]
    answerable: bool
    tail: str
    """Text of a sentence that is still being written."""


def schema(ids: list[str], *, most: int = 8) -> Json:
    """Return the JSON schema that replies are held to; only ids that were given out exist."""
    sentence: Json = {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "ids": {"type": "array", "items": {"type": "string", "enum": ids}},
        },
        "required": ["text", "ids"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "answerable": {"type": "boolean"},
            "sentences": {"type": "array", "items": sentence, "maxItems": most},
        },
        "required": ["answerable", "sentences"],
        "additionalProperties": False,
    }


def read_structured(text: str) -> Structured | None:
    """Return what a reply says, as far as it goes; None where it is not such JSON."""
    if not _START.match(text):
        return None
    found = _LIST.search(text)
    if found is None:
        no = _NO.search(text) is not None
        return Structured((), answerable=False, tail="") if no else None
    parts, end = _parts(text, found.end())
    answerable = _NO.search(text[: found.start()]) is None
    return Structured(tuple(parts), answerable, _tail(text[end:]))


def _parts(text: str, start: int) -> tuple[list[Part], int]:
    """Read whole items of a list from a place on; return them and where reading ended."""
    decoder = json.JSONDecoder()
    parts: list[Part] = []
    place = start
    while True:
        begin = re.compile(r"[\s,]*").match(text, place)
        at = begin.end() if begin else place
        try:
            item, place = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return parts, at
        part = _part(item)
        if part is not None:
            parts.append(part)


def _part(item: object) -> Part | None:
    if isinstance(item, str):
        return Part(item, ())
    if not isinstance(item, dict):
        return None
    fields = cast("Mapping[str, object]", item)
    text = next((fields[name] for name in _TEXTS if isinstance(fields.get(name), str)), None)
    if text is None:
        return None
    ids = next((fields[name] for name in _IDS if name in fields), None)
    return Part(str(text), tuple(cast("list[object]", ids)) if isinstance(ids, list) else (ids,))


def _tail(rest: str) -> str:
    """Return the text of an item that has begun."""
    found = re.search(r'"(?:text|sentence|claim)"\s*:\s*"((?:[^"\\]|\\.)*)', rest)
    if found is None:
        return ""
    try:
        return str(json.loads(f'"{found.group(1)}"'))
    except ValueError:
        return ""
