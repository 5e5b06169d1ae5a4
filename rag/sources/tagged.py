"""Tagged text in general: lines into tags and values, and these into entries.

RIS, MEDLINE, Ovid and Web of Science all open a field with a tag at the start of
a line and let its value run on over the next ones. They differ in how a tag
looks and in what begins and ends an entry; that is what their readers say.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from rag.schema import Record, Rejection, Source
from rag.sources.draft import Draft
from rag.sources.entry import Entry, Line
from rag.sources.reader import WHOLE, Place

MARKS = "\ufeff\u200b\u200e\u200f"
"""Invisible characters that hide a tag where files were joined or pasted."""

Split = Callable[[str], tuple[str, str]]
"""Cuts a line into tag and text; the tag is empty where it has none."""


def by(pattern: re.Pattern[str]) -> Split:
    """Return the split whose groups 1 and 2 are tag and text."""

    def split(line: str) -> tuple[str, str]:
        found = pattern.match(line)
        return (found[1].strip(), found[2].strip()) if found else ("", line.strip())

    return split


def tagged(lines: Iterable[str], split: Split) -> Iterator[Line]:
    """Yield the lines that are not blank, cut into tag and text."""
    apart = False
    for number, raw in enumerate(lines, start=1):
        line = raw.lstrip(MARKS).rstrip()
        if line:
            yield Line(number, *split(line), apart)
        apart = not line


def entries(
    lines: Iterable[Line],
    begins: Callable[[Line, Entry], bool],
    ends: frozenset[str] = frozenset(),
) -> Iterator[Entry]:
    """Gather lines into entries.

    Args:
        lines: Those of the file; what stands before a tag outside any entry is passed over.
        begins: Whether a tagged line begins a new entry while another is open.
        ends: Tags that close an entry and belong to none.
    """
    entry: Entry | None = None
    for line in lines:
        if line.tag in ends:
            if entry is not None:
                yield entry
            entry = None
        elif line.tag and (entry is None or begins(line, entry)):
            if entry is not None:
                yield entry
            entry = Entry(line)
        elif entry is not None:
            entry.add(line)
    if entry is not None:
        yield entry


def records(
    found: Iterable[Entry], draft: Callable[[Entry], Draft], place: Place
) -> Iterator[Record | Rejection]:
    """Yield a record per entry, or a rejection with the line where it begins."""
    for position, entry in enumerate(found, start=1):
        yield _settled(entry, draft, place(position))


def _settled(entry: Entry, draft: Callable[[Entry], Draft], source: Source) -> Record | Rejection:
    where = f"line {entry.line}"
    if entry.oversize:
        return Rejection(source=source, reason=f"{where}: entry over {WHOLE // 2**20} MiB")
    settled = draft(entry).settle(source)
    if isinstance(settled, Rejection):
        return settled.model_copy(update={"reason": f"{where}: {settled.reason}"})
    return settled
