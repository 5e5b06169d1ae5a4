"""A stream that a person reads, with its width and whether it can show styles."""

import os
import shutil
from collections.abc import Mapping
from typing import TextIO

from rag.terminal.layout import Run, Style, indented, line, wrapped

WIDEST = 100
"""Columns; longer lines are hard to read."""
NARROWEST = 20
_CODES: dict[Style, str] = {"": "", "bold": "\x1b[1m", "dim": "\x1b[2m"}
_RESET = "\x1b[0m"


class Screen:
    """Sets text in lines and writes them, with escape codes only where they are understood."""

    def __init__(
        self, stream: TextIO, *, width: int | None = None, styled: bool | None = None
    ) -> None:
        """Take a stream; width and styles are found out unless given."""
        self._stream = stream
        columns = shutil.get_terminal_size().columns if width is None else width
        self.width = max(NARROWEST, min(columns, WIDEST))
        self._styled = takes_styles(stream, os.environ) if styled is None else styled

    def write(self, *parts: Run | str, first: str = "", rest: str | None = None) -> None:
        """Write a paragraph.

        Args:
            parts: Its runs; strings are unstyled.
            first: Put before the first line.
            rest: Put before the other lines; as many blanks as ``first`` has columns if None.
        """
        margin = max(len(first), len(rest or ""))
        for each in indented(wrapped(line(*parts), self.width - margin), first, rest):
            self._stream.write("".join(map(self._coded, each)).rstrip() + "\n")

    def field(self, name: str, value: Run | str, *, width: int) -> None:
        """Write a value after its name, on one line however long, so that it can be copied."""
        runs = (Run(name.ljust(width)), *line(value))
        self._stream.write("".join(map(self._coded, runs)).rstrip() + "\n")

    def gap(self) -> None:
        """Write an empty line."""
        self._stream.write("\n")

    def _coded(self, run: Run) -> str:
        if not self._styled or not run.style:
            return run.text
        return f"{_CODES[run.style]}{run.text}{_RESET}"


def takes_styles(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Tell whether a stream understands escape codes and its reader wants them."""
    if environment.get("NO_COLOR") or environment.get("TERM", "dumb") in {"dumb", "unknown", ""}:
        return False
    return stream.isatty()
