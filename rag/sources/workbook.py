"""Excel workbooks (XLSX): the first sheet that has columns of papers, read as a table.

A workbook is a zip archive of XML. Shared strings are held in memory, rows come one by one.
Further sheets of papers are told as rejections; a formula counts by its last value.
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, count, islice
from typing import NamedTuple

from rag.errors import SourceError
from rag.schema import Record, Rejection
from rag.sources.archives import BOOK, Archive
from rag.sources.cleaning import clean
from rag.sources.columns import LOOK, Columns, find
from rag.sources.contents import MOST
from rag.sources.inflation import BOMB
from rag.sources.reader import Place
from rag.sources.rows import Row
from rag.sources.sheets import Elements, Line, Sheet, Texts, Unreadable
from rag.sources.tables import entries, settled

name = "workbook"

STRINGS = 2**27
"""Characters of shared strings that are held."""

SHEETS = 100
"""Sheets that are looked at."""


def noted(_: Mapping[str, str]) -> None:
    """Tell nobody."""


class Table(NamedTuple):
    """A sheet of papers: what it is called, what its columns hold, and all of its rows."""

    sheet: str
    columns: Columns
    lines: Iterator[Line]


def read(
    archive: Archive, place: Place, on_guess: Callable[[Mapping[str, str]], None] = noted
) -> Iterator[Record | Rejection]:
    """Yield a record per row that is not empty, or a rejection with the number of the row.

    Args:
        archive: The workbook.
        place: Turns a position into a source.
        on_guess: Told which columns are read as what, where they are no known export's.

    Raises:
        SourceError: No sheet can be read that has columns of papers; before the first row.
    """
    tables, faults = _tables(archive)
    if not tables:
        why = f" ({'; '.join(faults)})" if faults else ""
        raise SourceError(f"no sheet of papers{why}: {archive.name}; name a column 'title'")
    chosen = next((table for table in tables if table.columns.by_name), tables[0])
    if chosen.columns.is_guess:
        on_guess(chosen.columns.mapping())
    numbers = count(1)
    try:
        for row in entries(_rows(chosen), chosen.columns):
            yield settled(row, chosen.columns, place(next(numbers)))
    except Unreadable as error:
        faults.append(f"sheet {chosen.sheet}: {error}; nothing after this was read")
    others = [table.sheet for table in tables if table is not chosen and table.columns.by_name]
    faults += [f"sheet {sheet}: not read, for only one is; save it as a file" for sheet in others]
    for fault in faults:
        yield Rejection(source=place(next(numbers)), reason=fault)


def _tables(archive: Archive) -> tuple[list[Table], list[str]]:
    """Return the sheets of papers, in order, and what is wrong with sheets."""
    try:
        sheets, strings = _contents(archive)
        texts = _texts(archive, strings)
    except Unreadable as error:
        raise SourceError(f"damaged workbook ({error}): {archive.name}; save it again") from None
    tables: list[Table] = []
    faults = [f"sheets after {SHEETS}: not read"] if len(sheets) > SHEETS else []
    for title, member in sheets[:SHEETS]:
        lines = _lines(archive, member, texts)
        try:
            begun = list(islice(lines, LOOK + MOST))
        except (Unreadable, SourceError) as error:
            faults.append(f"sheet {title}: {error}")
            continue
        width = max((max(line.cells) + 1 for line in begun), default=0)
        columns = find([_listed(line.cells, width) for line in begun])
        if columns is not None:
            tables.append(Table(title, columns, chain(begun, lines)))
    return tables, faults


def _rows(table: Table) -> Iterator[Row]:
    columns = table.columns
    places = chain.from_iterable(columns.places.values())
    width = max([len(columns.header), *(place + 1 for place in places)])
    for line in islice(table.lines, columns.first, None):
        yield Row(line.number, _listed(line.cells, width))


def _listed(cells: Mapping[int, str], width: int) -> list[str]:
    return [cells.get(at, "") for at in range(width)]


def _lines(archive: Archive, member: str, texts: list[str]) -> Iterator[Line]:
    sheet = Sheet(texts)
    for _ in sheet.feed(archive.member(member)):
        found, sheet.found = sheet.found, []
        # One long string may be used by many rows.
        used, sheet.shared = sheet.shared, 0
        if not archive.budget.spend(used):
            raise Unreadable(BOMB)
        yield from (line for line in found if any(map(str.strip, line.cells.values())))


def _texts(archive: Archive, member: str) -> list[str]:
    texts = Texts()
    if member:
        for _ in texts.feed(archive.member(member)):
            if texts.held > STRINGS:
                raise Unreadable(f"over {STRINGS // 2**20} MiB of text")
    return texts.found


class _Starts(Elements):
    """Attributes of all elements of some name."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self._wanted = wanted

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Keep the attributes by their local names."""
        if name == self._wanted:
            self.found.append({key.rpartition(":")[2]: told for key, told in attributes.items()})


def _contents(archive: Archive) -> tuple[list[tuple[str, str]], str]:
    """Return titles and members of the sheets, hidden ones last, and where the strings are."""
    related = {
        told.get("Id", ""): (told.get("Type", ""), _target(told.get("Target", "")))
        for told in _starts(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    told = _starts(archive, BOOK, "sheet")
    told.sort(key=lambda sheet: sheet.get("state", "visible") != "visible")
    sheets = [
        (clean(sheet.get("name", "")), related[sheet.get("id", "")][1])
        for sheet in told
        if sheet.get("id", "") in related
    ]
    strings = (target for kind, target in related.values() if kind.endswith("/sharedStrings"))
    return sheets, next(strings, "")


def _starts(archive: Archive, member: str, wanted: str) -> list[dict[str, str]]:
    starts = _Starts(wanted)
    for _ in starts.feed(archive.member(member)):
        pass
    return starts.found


def _target(path: str) -> str:
    return posixpath.normpath(posixpath.join("/xl", path)).lstrip("/")
