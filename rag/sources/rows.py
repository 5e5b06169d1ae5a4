"""Rows of cells out of lines of separated values; a stray quotation mark costs one row.

A quoted cell may hold separators and line ends. Where the quotation marks of a row do
not add up, its first line is tried by itself, then with the lines after it up to one that
is a whole row; what cannot be mended so is told as a fault, and reading goes on behind it.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from rag.sources.entry import OVERHEAD
from rag.sources.reader import WHOLE

REACH = 16
"""Lines that a fault may cost, and that a row may have where too much was read in vain."""

PATIENCE = 2**24
"""Characters read in vain before rows are kept short; further ones are earned by reading."""

FAULT = "the quotation marks of this row do not add up"

OVERSIZE = f"a row over {WHOLE // 2**20} MiB"


class Row(NamedTuple):
    """Cells of a row, or a fault in their place.

    Attributes:
        line: Where it begins, from 1.
        cells: Texts without their quotation marks.
        fault: Why there are none.
    """

    line: int
    cells: list[str]
    fault: str = ""


class Form(NamedTuple):
    """How cells are parted.

    Attributes:
        separator: The character between two cells.
        quoted: Whether quotation marks enclose cells; Web of Science never does so.
        width: Cells of a whole row, once known.
        spaced: Whether a blank follows each separator.
    """

    separator: str
    quoted: bool = True
    width: int = 0
    spaced: bool = False


def rows(lines: Iterable[str], form: Form, first: int = 1) -> Iterator[Row]:
    """Yield the rows that are not blank.

    Args:
        lines: Lines of the file.
        form: How their cells are parted. Without ``width`` any number of cells will do, and
            the lines may end inside a row, which is left out.
        first: Number of the first line.
    """
    feed = _Feed(lines)
    reader = _reader(feed, form)
    line, cells = first, list[str]()
    while True:
        fault, used = "", 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            if feed.ended and not form.width:
                return
            mended = _mended(feed, form)
            cells, used = mended if mended else ([], _damage(feed, form))
            fault = "" if mended else OVERSIZE if feed.is_oversize else FAULT
        if fault or any(cell and not cell.isspace() for cell in cells):
            yield Row(line, cells, fault)
        line += feed.keep(used)


def _reader(lines: Iterable[str], form: Form) -> Iterator[list[str]]:
    # The limit is one of the process; it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), 2 * WHOLE))
    return csv.reader(
        lines,
        delimiter=form.separator,
        quoting=csv.QUOTE_MINIMAL if form.quoted else csv.QUOTE_NONE,
        skipinitialspace=form.spaced,
        strict=form.quoted,
    )


class _Feed:
    """Lines for a row, which can be given back.

    A row ends where it outgrows ``WHOLE``. Lines that were given back are read twice; once
    these come to more than ``PATIENCE`` and four times what was kept, rows end after
    ``REACH`` lines, so that no file takes more than linear time.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self.taken: list[str] = []
        self.ended = False
        self._fresh = iter(lines)
        self._back: deque[str] = deque()
        self._size = 0
        self._vain = 0

    @property
    def is_oversize(self) -> bool:
        """Whether the row is longer than any that is held."""
        return self._size > WHOLE

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.is_oversize or (self._vain > PATIENCE and len(self.taken) >= REACH):
            raise StopIteration
        line = self._back.popleft() if self._back else next(self._fresh, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        self._size += len(line) + OVERHEAD
        return line

    def look_ahead(self, count: int) -> None:
        """Take further lines, as far as there are any."""
        deque(islice(self, count), maxlen=0)

    def keep(self, used: int) -> int:
        """Give back all but so many of the lines taken, 0 for none, and count those kept."""
        kept = used or len(self.taken)
        returned = self.taken[kept:]
        self._back.extendleft(reversed(returned))
        self._vain += sum(len(line) + OVERHEAD for line in returned)
        self._vain = max(0, self._vain - 4 * sum(map(len, self.taken[:kept])))
        self.taken, self._size = [], 0
        return kept


def _mended(feed: _Feed, form: Form) -> tuple[list[str], int] | None:
    """Return cells out of lines that are not well quoted, and how many lines they are."""
    first = feed.taken[0]
    closed, plain = _tolerant(first, form), _plain(first, form)
    if closed is not None and form.width in (0, len(closed)):
        return closed, 1
    feed.look_ahead(REACH)
    together = first
    for used, line in enumerate(feed.taken[1 : REACH + 1], start=2):
        if _is_whole(line, form):
            break
        together += line
        cells = _tolerant(together, form)
        if cells is not None and len(cells) == form.width:
            return cells, used
    if plain is not None and form.width in (0, len(plain)):
        return plain, 1
    return (closed, 1) if closed else None


def _damage(feed: _Feed, form: Form) -> int:
    """Return how many lines go with a fault: those up to the next whole row."""
    for count, line in enumerate(feed.taken[1 : REACH + 1], start=1):
        if _is_whole(line, form):
            return count
    return 1


def _is_whole(line: str, form: Form) -> bool:
    cells = _tolerant(line, form)
    if cells is None or len(cells) != form.width:
        return False
    return not any('"' in cell for cell in cells)


def _plain(line: str, form: Form) -> list[str] | None:
    cells = line.rstrip("\r\n").split(form.separator)
    cells = [cell[1:] if cell[:1] == '"' and cell.count('"') % 2 else cell for cell in cells]
    return None if len(cells) == 1 else cells


def _tolerant(text: str, form: Form) -> list[str] | None:
    """Cut at separators outside quotation marks, where only one before a separator closes.

    Returns:
        The cells, or ``None`` if a quoted one stays open or one without marks goes on
        after the end of its line.
    """
    text = text.rstrip("\r\n")
    cells: list[str] = []
    at = 0
    while at <= len(text):
        begin = at + (form.spaced and text.startswith(" ", at))
        if form.quoted and text.startswith('"', begin):
            end = _closing(text, begin + 1, form.separator)
            if end < 0:
                return None
            cells.append(text[begin + 1 : end].replace('""', '"'))
            at = end + 2
        else:
            end = text.find(form.separator, begin)
            end = len(text) if end < 0 else end
            if "\n" in text[begin:end]:
                return None
            cells.append(text[begin:end])
            at = end + 1
    return cells


def _closing(text: str, at: int, separator: str) -> int:
    """Return where the quotation mark stands that closes a cell, or -1."""
    while True:
        at = text.find('"', at)
        if at < 0 or text[at + 1 : at + 2] in ("", separator):
            return at
        at += 2 if text.startswith('"', at + 1) else 1
