"""Bytes of a file, inflated where they are gzip, with damage told instead of raised."""

import stat
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from rag.errors import SourceError

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAGIC = b"\x1f\x8b"

CHUNK = 2**16

MOST = 200
"""Inflated bytes per stored byte; papers as text reach 5 to 20, repeated JSON perhaps 100."""

FREE = 2**26
"""Inflated bytes up to which a high ratio is no offence."""

_GZIP = zlib.MAX_WBITS | 16


class Bytes(RawIOBase):
    """A readable stream over an open file, plain or gzipped.

    Attributes:
        damage: What ended reading early, once it has; else ``None``.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read the file from its start."""
        super().__init__()
        self.damage: str | None = None
        self._file = file
        gzipped = file.read(len(MAGIC)) == MAGIC
        file.seek(0)
        self._chunks = self._inflated() if gzipped else self._stored()
        self._rest = memoryview(b"")

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

    def _stored(self) -> Iterator[bytes]:
        try:
            while data := self._file.read(CHUNK):
                yield data
        except OSError as error:
            self.damage = f"read error ({error.strerror})"

    def _inflated(self) -> Iterator[bytes]:
        inflater = zlib.decompressobj(_GZIP)
        stored = inflated = 0
        for data in self._stored():
            stored += len(data)
            while data:
                if inflater.eof:
                    inflater = zlib.decompressobj(_GZIP)
                try:
                    piece = inflater.decompress(data, CHUNK)
                except zlib.error as error:
                    self.damage = f"damaged gzip ({error})"
                    return
                inflated += len(piece)
                if inflated > max(FREE, MOST * stored):
                    self.damage = f"inflates more than {MOST}-fold, stopped as a bomb"
                    return
                if piece:
                    yield piece
                # Members may follow each other, and zeros may pad the last.
                data = (
                    inflater.unused_data.lstrip(b"\0") if inflater.eof else inflater.unconsumed_tail
                )
        if not inflater.eof and self.damage is None:
            self.damage = "truncated gzip"


@contextmanager
def opened(path: Path) -> Generator[Bytes]:
    """Open a regular file for reading.

    Raises:
        SourceError: The file does not exist, is no regular file, or may not be read.
    """
    try:
        # Opening a pipe or a device could block for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceError(f"not a regular file: {path}; save its content to a file first")
        file = path.open("rb")
    except FileNotFoundError:
        raise SourceError(f"no such file or folder: {path}; check the path") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"cannot read {path}: {error}; check the path and its rights") from None
    with file:
        yield Bytes(file)
