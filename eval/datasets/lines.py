"""Lines and JSON objects out of a file, one at a time, with what is wrong told, not raised."""

import json
from collections.abc import Iterator
from io import BufferedReader
from itertools import count
from pathlib import Path
from typing import BinaryIO, cast

from eval.datasets.ledger import Note, shown, without
from rag.errors import SourceError
from rag.sources.decoding import HEAD, LONGEST_LINE
from rag.sources.inflation import opened

Json = dict[str, object]

_BOM = b"\xef\xbb\xbf"
_SAVE = "save the file as UTF-8"


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


def _once(pairs: list[tuple[str, object]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {shown(twice)} stands twice")
    return found


STRICT = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_once)
"""Takes no NaN, no infinity and no key twice."""

LENIENT = json.JSONDecoder()
"""For papers, whose further fields are nobody's concern here."""


def lines(path: Path, note: Note) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers and without their ends.

    A file may be gzipped and may begin with a byte-order mark.
    """
    try:
        yield from _lines(path, note)
    except SourceError as error:
        note(None, without(path, error))


def _lines(path: Path, note: Note) -> Iterator[tuple[int, str]]:
    with opened(path) as raw:
        stream = BufferedReader(raw, HEAD)
        for number in count(1):
            line = stream.readline(LONGEST_LINE)
            if raw.damage:
                note(number, f"{raw.damage}; nothing after this was read: copy the file again")
            # What the damage cut in two has no fault of its own.
            if not line or (raw.damage and not line.endswith(b"\n")):
                return
            if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                note(number, f"longer than {LONGEST_LINE >> 20} MiB; put one record on a line")
                _drop_line(stream)
                continue
            text = _decoded(line.removeprefix(_BOM) if number == 1 else line, number, note)
            if text is not None and text.strip():
                yield number, text.rstrip("\r\n")


def _drop_line(stream: BinaryIO) -> None:
    while (more := stream.readline(HEAD)) and not more.endswith(b"\n"):
        pass


def _decoded(line: bytes, number: int, note: Note) -> str | None:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        note(number, f"not UTF-8 at byte {error.start + 1} of the line; {_SAVE}")
        return None
    if "\0" in text:
        note(number, f"holds NUL bytes; {_SAVE}, or copy it again")
        return None
    return text


def objects(
    path: Path, note: Note, decoder: json.JSONDecoder = STRICT
) -> Iterator[tuple[int, Json]]:
    """Yield the JSON objects of a file that has one a line, with the numbers of the lines."""
    for number, text in lines(path, note):
        value = parsed(text, number, note, decoder=decoder)
        if value is not None:
            yield number, value


def parsed(
    text: str, number: int, note: Note, *, decoder: json.JSONDecoder = STRICT
) -> Json | None:
    """Return the object that a line holds, or None with what is wrong noted."""
    try:
        value: object = decoder.decode(text)
    except (ValueError, RecursionError) as error:
        note(number, f"not JSON ({why(error)}); write one JSON object a line")
        return None
    if not isinstance(value, dict):
        note(number, "not a JSON object; write one JSON object a line")
        return None
    return cast(Json, value)


def why(error: ValueError | RecursionError) -> str:
    """Return in a few words what a JSON decoder stumbled over."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno}"
    return str(error).partition(";")[0]


def beginning(path: Path) -> str:
    """Return the first characters of a file, by which its form is told.

    Raises:
        SourceError: The file cannot be opened.
    """
    with opened(path) as raw:
        head = BufferedReader(raw, HEAD).read(HEAD)
    return head.removeprefix(_BOM).decode("utf-8", "replace")
