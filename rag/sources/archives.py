"""Zip archives, read where they lie: nothing is extracted, and every size is counted.

Sizes that an archive declares may lie, so bytes are counted as they come out; all members
together may inflate no further than one gzipped file may (see ``inflation``).
"""

import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO

from rag.errors import SourceError
from rag.sources.cleaning import clean
from rag.sources.files import File
from rag.sources.inflation import BOMB, Budget, Stored

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")

MEMBERS = 2**16
"""Files in one archive that are read."""

BOOK = "xl/workbook.xml"
"""What every workbook has, and no other archive."""

DIRECTORY = 2**23
"""Bytes that the list of members may have; it is held as a whole."""

_FAULTS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError),
    *(NotImplementedError, RuntimeError, OverflowError, IndexError),
)
"""What the standard library raises over archives that are damaged or made to hurt."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others inflate without a bound on what comes out at once, and no export uses them."""


class Archive:
    """An open zip archive.

    Attributes:
        name: What it is called where it is told.
        budget: What its members may come to together.
    """

    def __init__(self, file: BinaryIO, name: str, budget: Budget | None = None) -> None:
        """Read the list of members.

        Args:
            file: The archive, which stays open while members are read.
            name: What it is called where it is told.
            budget: What its members may come to, where it is itself a member.

        Raises:
            SourceError: The list is damaged or longer than any honest one.
        """
        self.name = name
        try:
            size = file.seek(0, 2)
            self.budget = budget or Budget(size)
            self._zip = zipfile.ZipFile(_Careful(file))
            if sum(info.compress_size for info in self._zip.infolist()) > size:
                raise zipfile.BadZipFile("members overlap")
        except _FAULTS as error:
            raise SourceError(f"damaged zip ({_why(error)}): {name}; download it again") from None

    @property
    def names(self) -> set[str]:
        """The names of all members."""
        return set(self._zip.namelist())

    @property
    def is_workbook(self) -> bool:
        """Whether this is a spreadsheet of Excel.

        Raises:
            SourceError: It is a document of another office program.
        """
        names = self.names
        if "[Content_Types].xml" not in names and "mimetype" not in names:
            return False
        if BOOK in names:
            return True
        raise SourceError(f"office document: {self.name}; save the table as XLSX or CSV")

    def files(self) -> Iterator[File]:
        """Yield the members that are files and not hidden."""
        for info in self._zip.infolist():
            if not info.filename.endswith("/") and not _is_hidden(info.filename):
                yield Packed(self, info)

    def member(self, info: zipfile.ZipInfo | str) -> Stored:
        """Open a member.

        Raises:
            SourceError: There is none of this name, or it cannot be read.
        """
        try:
            found = self._zip.getinfo(info) if isinstance(info, str) else info
        except KeyError:
            raise SourceError(f"damaged zip (no {info}): {self.name}; export it again") from None
        told = f"{self.name}!{clean(found.filename)}"
        if found.flag_bits & 1:
            raise SourceError(f"encrypted: {told}; take it out with its password first")
        if found.compress_type not in _METHODS:
            raise SourceError(f"unknown compression: {told}; take it out first")
        try:
            return _Member(self._zip.open(found), self.budget)
        except _FAULTS as error:
            raise SourceError(f"damaged zip ({_why(error)}): {told}; download it again") from None


class Packed(File):
    """A member of an archive as a file of its own."""

    def __init__(self, archive: Archive, info: zipfile.ZipInfo) -> None:
        """Name a member; it is opened only when it is read."""
        super().__init__(f"{archive.name}!{clean(info.filename)}", archive.budget)
        self._archive = archive
        self._info = info

    @contextmanager
    def open(self) -> Generator[Stored]:
        """Open the member; see ``Archive.member``."""
        yield self._archive.member(self._info)


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "__MACOSX" in parts or any(part[:1] == "." and part != ".." for part in parts)


def _why(error: BaseException) -> str:
    return clean(str(error))[:100] or type(error).__name__


class _Member:
    """Bytes of a member; whatever goes wrong is an ``OSError``, as with any file."""

    def __init__(self, stream: Stored, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, none at the end.

        Raises:
            OSError: The archive is damaged or a bomb.
        """
        try:
            data = self._stream.read(size)
        except _FAULTS as error:
            raise OSError(f"damaged zip: {_why(error)}") from None
        if not self._budget.spend(len(data)):
            raise OSError(BOMB)
        return data


class _Careful:
    """A file of which no more than a list of members is read at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Raises:
            BadZipFile: More of them are wanted than any honest archive needs.
        """
        if size > DIRECTORY:
            raise zipfile.BadZipFile(f"list of members over {DIRECTORY // 2**20} MiB")
        return self._file.read(size)

    def seekable(self) -> bool:
        """Say that the file can be read in any order."""
        return True

    def close(self) -> None:
        """Leave the file to who opened it."""
