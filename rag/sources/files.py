"""What the door reads as one file: one on disk, a member of an archive, standard input."""

import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

from rag.errors import SourceError
from rag.sources.inflation import CHUNK, Budget, Stored, held


class File(ABC):
    """Bytes with a name, which can be read any number of times.

    Attributes:
        name: What the file is called where it is told.
        budget: What it may inflate to, where it is part of an archive.
    """

    def __init__(self, name: str, budget: Budget | None = None) -> None:
        self.name = name
        self.budget = budget

    @abstractmethod
    def open(self) -> AbstractContextManager[Stored]:
        """Give the bytes from their start.

        Raises:
            SourceError: There are none to be had.
        """


class Solid(File):
    """A file that can be read in any order, as an archive must be."""

    @abstractmethod
    def open(self) -> AbstractContextManager[BinaryIO]:
        """Give the bytes from their start."""


class OnDisk(Solid):
    """A regular file at a path, called by it or by another name."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        """Name a path; the file is opened only when it is read."""
        super().__init__(name or str(path))
        self._path = path

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Open the file; see ``inflation.held``."""
        return held(self._path, self.name)


class Kept(Solid):
    """A copy of bytes that come only once, in a temporary file that no other process sees."""

    def __init__(self, name: str, stored: Stored, budget: Budget | None = None) -> None:
        """Copy the bytes to their end.

        Raises:
            SourceError: They cannot be read, or not be kept.
        """
        super().__init__(name, budget)
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this
        try:
            while data := stored.read(CHUNK):
                self._file.write(data)
        except (OSError, ValueError) as error:
            raise SourceError(f"cannot read {name}: {error}; save it to a file first") from None

    @contextmanager
    def open(self) -> Generator[BinaryIO]:
        """Go back to the start; one reader at a time."""
        self._file.seek(0)
        yield self._file

    def __del__(self) -> None:
        self._file.close()


def stdin() -> Kept:
    """Return what standard input holds.

    Raises:
        SourceError: It is closed.
    """
    stream: BinaryIO | None = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise SourceError("nothing on stdin; give a path instead of -")
    return Kept("stdin", stream)
