"""What a format is to the one door: a name, a nose and a way to read."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from rag.schema import Record, Rejection, Source

Place = Callable[[int], Source]
"""Turns the number of a record in its file, from 1, into its source."""

WHOLE = 64 * 2**20
"""Characters that a reader may hold at once where its format cannot be read in pieces."""


class Reader(Protocol):
    """One export format; a module with these three names is one."""

    name: str

    def sniff(self, head: str) -> float:
        """Return how surely a file that begins so has this format, 0 (not) to 1 (certain)."""
        ...

    def read(self, lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
        r"""Yield one record or rejection per entry; lines end in ``\n``, the last may not."""
        ...


def whole(lines: Iterable[str]) -> str | None:
    """Return all lines as one text, or ``None`` once they exceed ``WHOLE`` characters."""
    parts: list[str] = []
    size = 0
    for line in lines:
        size += len(line)
        if size > WHOLE:
            return None
        parts.append(line)
    return "".join(parts)
