"""One record of tagged text while it is read, and the lines that it is made of."""

from typing import NamedTuple

from rag.sources.draft import year
from rag.sources.reader import WHOLE

OVERHEAD = 200
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
        return next(
            (" ".join(dict.fromkeys(values)) for values in map(self.all, tags) if values), ""
        )

    def dated(self, *tags: str) -> str:
        """Return the first value, by order of these tags, that names a year."""
        told = (value for tag in tags for value in self.all(tag))
        return next((value for value in told if year(value) is not None), "")
