"""Faults on their way from the line that has them to the person who can mend them."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from eval.schema import Fault
from rag.errors import SourceError
from rag.sources.cleaning import visible

Note = Callable[[int | None, str], None]
"""Takes the number of a line, from 1, and what is wrong there."""

_LONGEST = 60
_BLANKS = re.compile(r"\s+")


class Ledger:
    """Every fault found so far, over all files of a data set."""

    def __init__(self) -> None:
        self._found: dict[str, list[Fault]] = {}

    def page(self, file: Path) -> Note:
        """Return what enters the faults of one file."""
        name = visible(str(file))
        page = self._found.setdefault(name, [])

        def note(line: int | None, message: str) -> None:
            text = _BLANKS.sub(" ", visible(message))
            page.append(Fault(file=name, line=line, message=text))

        return note

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All faults, file by file as they were opened, line by line."""
        pages = self._found.values()
        return tuple(fault for page in pages for fault in sorted(page, key=_place))


def refuse(faults: Iterable[Fault]) -> None:
    """Raise the first fault, if there is one.

    Raises:
        SourceError: ``file:line: what; what to do`` and how many more there are.
    """
    first, *more = faults or (None,)
    if first is None:
        return
    rest = f" (and {len(more)} more)" if more else ""
    raise SourceError(f"{told(first)}{rest}")


def told(fault: Fault) -> str:
    """Return a fault in one line, its place first."""
    place = fault.file if fault.line is None else f"{fault.file}:{fault.line}"
    return f"{place}: {fault.message}"


def shown(text: str) -> str:
    """Return a text of a file as it may stand in a message: quoted, short, printable."""
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return repr(short)


def without(file: Path, error: SourceError) -> str:
    """Return what an error says of a file, less the file's name, which a fault has already."""
    return str(error).replace(f": {file}", "", 1).removeprefix(f"{file}: ")


def _place(fault: Fault) -> int:
    return fault.line or 0
