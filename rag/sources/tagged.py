"""Tagged text in general: lines into tags and values, and these into entries.

RIS, MEDLINE, Ovid and Web of Science all open a field with a tag at the start of
a line and let its value run on over the next ones. They differ in how a tag
looks and in what begins and ends an entry; that is what their readers say.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from rag.schema import Record, Rejection, Source
from rag.sources.draft import Draft, year
from rag.sources.reader import WHOLE, Place

MARKS = "\ufeff\u200b\u200e\u200f"
"""Invisible characters that hide a tag where files were joined or pasted."""

OVERHEAD = 64
"""Characters that a line counts beside its own, so that many short ones cannot fill the memory."""


class Line(NamedTuple):
    """A line that is not blank.

    Attributes:
        number: Its place in the file, from 1.
        tag: What field it opens; empty where it goes on with the one before.
        text: The rest of the line.
        apart: Whether a blank line stands before it.
    """

    number: int
    tag: str
    text: str
    apart: bool


class Entry:
    """The fields of one record.

    Attributes:
        line: Where it begins.
        opening: The tag it begins with.
        tags: The tags it has.
        gaps: Lines inside it that stand apart.
        oversize: Whether it outgrew ``WHOLE`` characters and was let go.
    """

    def __init__(self, opening: Line) -> None:
        """Begin with a tagged line."""
        self.line = opening.number
        self.opening = opening.tag
        self.tags: set[str] = set()
        self.gaps = -int(opening.apart)
        self.oversize = False
        self._size = 0
        self._count = 0
        self._values: dict[str, list[tuple[int, list[str]]]] = {}
        self._open: list[str] = []
        self.add(opening)

    def add(self, line: Line) -> None:
        """Take in the next line."""
        self.gaps += line.apart
        self._size += len(line.text) + OVERHEAD
        if self._size > WHOLE:
            self.oversize = True
            self._values.clear()
        elif line.tag:
            self._open = [line.text]
            self._count += 1
            self.tags.add(line.tag)
            self._values.setdefault(line.tag, []).append((self._count, self._open))
        else:
            self._open.append(line.text)

    def pairs(self, *tags: str) -> list[tuple[str, str]]:
        """Return tag and value of each such field that is not empty, in file order."""
        found = [(at, tag, lines) for tag in tags for at, lines in self._values.get(tag, ())]
        joined = [(tag, " ".join(filter(None, lines))) for _, tag, lines in sorted(found)]
        return [(tag, value) for tag, value in joined if value]

    def all(self, *tags: str) -> list[str]:
        """Return the values of these fields in file order."""
        return [value for _, value in self.pairs(*tags)]

    def lines(self, *tags: str) -> list[str]:
        """Return the same with each line by itself."""
        found = [(at, lines) for tag in tags for at, lines in self._values.get(tag, ())]
        return [text for _, lines in sorted(found) for text in lines if text]

    def first(self, *tags: str) -> str:
        """Return the first value of the first of these tags that has one."""
        return next((value for tag in tags for value in self.all(tag)), "")

    def joined(self, *tags: str) -> str:
        """Return all values of the first of these tags that has one, each told once."""
        return next((" ".join(dict.fromkeys(values)) for values in map(self.all, tags) if values), "")

    def dated(self, *tags: str) -> str:
        """Return the first value, by order of these tags, that names a year."""
        told = (value for tag in tags for value in self.all(tag))
        return next((value for value in told if year(value) is not None), "")


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


def _settled(
    entry: Entry, draft: Callable[[Entry], Draft], source: Source
) -> Record | Rejection:
    where = f"line {entry.line}"
    if entry.oversize:
        return Rejection(source=source, reason=f"{where}: entry over {WHOLE // 2**20} MiB")
    settled = draft(entry).settle(source)
    if isinstance(settled, Rejection):
        return settled.model_copy(update={"reason": f"{where}: {settled.reason}"})
    return settled
