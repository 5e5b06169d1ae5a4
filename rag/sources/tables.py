"""Tables of papers: comma, semicolon, tab or bar between cells, with or without a header.

Exports of Scopus, Web of Science, IEEE Xplore, Embase, SpringerLink, PubMed, ASReview and
others name their columns; which name stands for what is in ``headers``. Where names say
nothing, the look of the cells decides. ``mapping`` tells what was made out, and so does the
rejection of a row that has neither title nor abstract.

Values are kept as they are: what a spreadsheet would run as a formula is text here.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import NamedTuple

from rag.schema import Record, Rejection, Source
from rag.sources.columns import LOOK, Columns, find, is_tagged
from rag.sources.contents import MOST
from rag.sources.reader import Place
from rag.sources.rows import Form, Row, rows

name = "tables"

HEAD = 2**16
"""Characters of a table from which its form is made out."""

SEPARATORS = (",", ";", "\t", "|")


class Layout(NamedTuple):
    """How a table is to be read.

    Attributes:
        form: How its cells are parted.
        columns: What they hold.
        line: Where the header stands, or the first entry; from 0.
    """

    form: Form
    columns: Columns
    line: int


def sniff(head: str) -> float:
    """Recognise names of columns that papers have, or even rows with titles and abstracts."""
    layout = _layout(head)
    return layout.columns.sure if layout else 0.0


def mapping(head: str) -> Mapping[str, str]:
    """Return by field the name of the column that it is read from; nothing for no table."""
    layout = _layout(head)
    return layout.columns.mapping() if layout else {}


def guess(head: str) -> Mapping[str, str]:
    """Return the `mapping` of a table whose columns are no known export's; else nothing."""
    layout = _layout(head)
    return layout.columns.mapping() if layout and layout.columns.is_guess else {}


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per row, or a rejection with its line and the columns that were read."""
    source = iter(lines)
    begun = _begun(source)
    layout = _layout("".join(begun))
    if layout is None:
        if any(line.strip() for line in begun):
            yield Rejection(source=place(1), reason="no column of titles or abstracts")
        return
    rest = chain(begun[layout.line :], source)
    found = entries(rows(rest, layout.form, layout.line + 1), layout.columns)
    for position, row in enumerate(found, start=1):
        fitted = row._replace(cells=_fitted(row.cells, layout.form))
        yield settled(fitted, layout.columns, place(position))


def _begun(lines: Iterator[str]) -> list[str]:
    """Return the lines from which the layout is made out."""
    begun: list[str] = []
    size = 0
    for line in lines:
        begun.append(line)
        size += len(line) if size or line.strip() else 0
        if size >= HEAD:
            break
    return begun


def entries(found: Iterable[Row], columns: Columns) -> Iterator[Row]:
    """Leave out the header, also where it comes again, as in files that were joined."""
    header = [cell.strip() for cell in columns.header]
    return (row for row in found if not header or not _is_header(row.cells, header))


def _is_header(cells: list[str], header: list[str]) -> bool:
    same = (cell.strip() == name for cell, name in zip(cells, header, strict=False))
    return len(cells) == len(header) and all(same)


def settled(row: Row, columns: Columns, source: Source) -> Record | Rejection:
    """Return the record of a row, or a rejection that says which columns were read."""
    where = f"line {row.line}"
    if row.fault:
        return Rejection(source=source, reason=f"{where}: {row.fault}")
    record = columns.draft(row.cells).settle(source)
    if isinstance(record, Rejection):
        why = f"{where}: {record.reason}; columns read: {columns.told()}"
        return record.model_copy(update={"reason": why})
    return record


def _layout(head: str) -> Layout | None:
    start = head.lstrip("\ufeff \t\n")
    if start[:1] in ("<", "{", "[", "@", "%", "|", ""):
        return None
    possible = (_laid_out(head, Form(separator)) for separator in SEPARATORS if separator in head)
    return max(filter(None, possible), key=_rank, default=None)


def _rank(layout: Layout) -> tuple[bool, int, float]:
    columns = layout.columns
    return columns.by_name, len(columns.places), columns.even


def _laid_out(head: str, form: Form) -> Layout | None:
    lines = (f"{line}\n" for line in head.split("\n"))
    sample = [row for row in islice(rows(lines, form), LOOK + MOST) if not row.fault]
    if len(head) >= HEAD and len(sample) > 2:
        sample.pop()  # the head may end inside a row
    columns = find([row.cells for row in sample])
    if columns is None:
        return None
    header = columns.header
    begin = sample[columns.first - bool(header)]
    form = Form(
        form.separator,
        quoted=not (form.separator == "\t" and is_tagged(header)),
        width=len(begin.cells),
        spaced=len(header) > 1 and all(cell[:1] in (" ", "") for cell in header[1:]),
    )
    return Layout(form, columns, begin.line - 1)


def _fitted(cells: list[str], form: Form) -> list[str]:
    """Take back a cut at a comma of prose, after which a blank follows, in a row too wide."""
    end = len(cells)
    while end > form.width and not cells[end - 1].strip():
        end -= 1
    cells, extra = cells[:end], end - form.width
    if extra <= 0 or form.spaced or form.separator not in ",;":
        return cells
    joined: list[list[str]] = []
    for cell in cells:
        if extra and joined and cell[:1] == " " and cell.strip():
            joined[-1].append(cell)
            extra -= 1
        else:
            joined.append([cell])
    return [form.separator.join(parts) for parts in joined]
