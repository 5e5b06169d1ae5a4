"""JSON text that is held only as far as it is not yet decoded."""

import json
import re
from collections.abc import Iterable
from typing import cast

from rag.sources.reader import WHOLE

PIECE = 2**20
"""Characters that are read on at least, so that a value cut at the end is tried again rarely."""

_SEPARATOR = re.compile(r"[\s,]*")
_TOKEN = 16
"""Characters; no token but a string is longer, so that an error before them is no cut."""


def _integer(text: str) -> int | str:
    # Python refuses to convert integers of thousands of digits; no field of ours needs them.
    return int(text) if len(text) <= 18 else text


DECODER = json.JSONDecoder(parse_int=_integer, strict=False)
"""Takes line ends in strings, NaN and numbers of any length."""


def why(error: ValueError | RecursionError) -> str:
    """Return one phrase that says why a text is not JSON."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg} at column {error.colno})"
    return "not JSON (nested too deeply)"


class Broken(Exception):
    """What stands here cannot be read, nor anything behind it."""


class Stream:
    """Text of which only what is not yet taken is held."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Begin at the first of the lines."""
        self._lines = iter(lines)
        self._text = ""
        self._at = 0
        self._dropped = 0

    @property
    def where(self) -> str:
        """The place in the whole text, in words."""
        return f"character {self._dropped + self._at}"

    def peek(self) -> str:
        """Return the next character that separates nothing, or nothing at the end."""
        while True:
            self._at = cast(re.Match[str], _SEPARATOR.match(self._text, self._at)).end()
            if self._at < len(self._text) or not self._grows():
                return self._text[self._at : self._at + 1]

    def step(self) -> None:
        """Pass a character."""
        self._at += 1

    def take(self) -> object:
        """Decode the value that begins here.

        Raises:
            Broken: It is not JSON, or larger than ``WHOLE``.
        """
        while True:
            try:
                value, self._at = DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if not (self._is_cut(error) and self._grows()):
                    raise Broken(self._why(error)) from None
            else:
                return value

    def _is_cut(self, error: ValueError | RecursionError) -> bool:
        if not isinstance(error, json.JSONDecodeError):
            return False
        return "Unterminated" in error.msg or error.pos >= len(self._text) - _TOKEN

    def _why(self, error: ValueError | RecursionError) -> str:
        if isinstance(error, json.JSONDecodeError):
            return f"not JSON ({error.msg} at character {self._dropped + error.pos})"
        return why(error)

    def _grows(self) -> bool:
        """Read on until twice as much is held; tell whether there was more."""
        held = len(self._text) - self._at
        if held > WHOLE:
            limit = f"over {WHOLE // 2**20} MiB in one JSON value; store one object a line instead"
            raise Broken(limit)
        parts, size = [self._text[self._at :]], held
        wanted = min(max(PIECE, 2 * held), WHOLE + 1)
        for line in self._lines:
            parts.append(line)
            size += len(line)
            if size >= wanted:
                break
        self._dropped += self._at
        self._text, self._at = "".join(parts), 0
        return size > held
