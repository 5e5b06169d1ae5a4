"""Bytes of a file, inflated where they are gzip, with damage told instead of raised."""

import stat
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from rag.errors import SourceError

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAGIC = b"\x1f\x8b"

CHUNK = 2**16

MOST = 200
"""Inflated bytes per stored byte; papers as text reach 5 to 20, repeated JSON perhaps 100."""

FREE = 2**26
"""Inflated bytes up to which a high ratio is no offence."""

BOMB = f"inflates more than {MOST}-fold, stopped as a bomb"

_GZIP = zlib.MAX_WBITS | 16


class Stored(Protocol):
    """What bytes come from: a file, or a member of an archive."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, none at the end."""
        ...


class Budget:
    """How much stored bytes may become when they are inflated.

    Attributes:
        stored: Stored bytes so far.
        inflated: What came of them.
    """

    def __init__(self, stored: int = 0) -> None:
        self.stored = stored
        self.inflated = 0

    @property
    def spent(self) -> bool:
        """Whether more has come out than any honest file holds."""
        return self.inflated > max(FREE, MOST * self.stored)

    def spend(self, size: int) -> bool:
        """Count inflated bytes and say whether these were still allowed."""
        self.inflated += size
        return not self.spent


class Bytes(RawIOBase):
    """A readable stream over an open file, plain or gzipped.

    Attributes:
        damage: What ended reading early, once it has; else ``None``.
    """

    def __init__(self, file: Stored, budget: Budget | None = None) -> None:
        """Read the file from where it stands.

        Args:
            file: Where the bytes come from.
            budget: What gzipped bytes may become, where the file is part of another one.
        """
        super().__init__()
        self.damage: str | None = None
        self._file = file
        self._budget = budget
        self._rest = memoryview(b"")
        self._chunks = self._begun()

    def readable(self) -> bool:
        """Say that the stream can be read."""
        return True

    def readinto(self, buffer: "Buffer", /) -> int:
        """Fill a buffer and return how much of it; 0 means the end or damage."""
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        target = memoryview(buffer)
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _begun(self) -> Iterator[bytes]:
        stored = self._stored()
        first = next(stored, b"")
        if first.startswith(MAGIC):
            yield from self._inflated(first, stored)
        else:
            yield first
            yield from stored

    def _stored(self) -> Iterator[bytes]:
        try:
            while data := self._file.read(CHUNK):
                yield data
        except OSError as error:
            self.damage = f"read error ({error.strerror or error})"

    def _inflated(self, first: bytes, stored: Iterator[bytes]) -> Iterator[bytes]:
        inflater = zlib.decompressobj(_GZIP)
        budget = self._budget or Budget()
        data = first
        while data:
            if self._budget is None:
                budget.stored += len(data)
            while data:
                # Members may follow each other, and zeros may pad the last.
                if inflater.eof:
                    inflater, data = zlib.decompressobj(_GZIP), data.lstrip(b"\0")
                try:
                    piece = inflater.decompress(data, CHUNK)
                except zlib.error as error:
                    self.damage = f"damaged gzip ({error})"
                    return
                if not budget.spend(len(piece)):
                    self.damage = BOMB
                    return
                if piece:
                    yield piece
                data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            data = next(stored, b"")
        if not inflater.eof and self.damage is None:
            self.damage = "truncated gzip"


@contextmanager
def held(path: Path, name: str | None = None) -> Generator[BinaryIO]:
    """Open a regular file for reading, as it is; ``name`` is what it is called in errors.

    Raises:
        SourceError: The file does not exist, is no regular file, or may not be read.
    """
    name = name or str(path)
    try:
        # Opening a pipe or a device could block for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceError(f"not a regular file: {name}; save its content to a file first")
        file = path.open("rb")
    except FileNotFoundError:
        raise SourceError(f"no such file or folder: {name}; check the path") from None
    except (OSError, ValueError) as error:
        # What the system says of an error ends in the path, which may not be its name.
        why = getattr(error, "strerror", None) or error
        raise SourceError(f"cannot read {name}: {why}; check the path and its rights") from None
    with file:
        yield file


@contextmanager
def opened(path: Path) -> Generator[Bytes]:
    """Open a regular file for reading, inflated where it is gzip.

    Raises:
        SourceError: The file does not exist, is no regular file, or may not be read.
    """
    with held(path) as file:
        yield Bytes(file)
