"""One file that holds others: a zip that ends in the SHA-256 of every byte before it.

Any zip program can open it. What is stored is not compressed: vectors hardly shrink, and
abstracts are packed already.
"""

import hashlib
import os
import shutil
import zipfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rag.errors import UsageError
from rag.store.manifest import File, sha256_of, sync

_SEAL = 64
"""Characters of a SHA-256 in hexadecimal: the comment at the end of the zip."""
_CHUNK = 1 << 20


class Packing:
    """Puts files into an archive; made by `packed`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.files: dict[str, File] = {}
        """Size and hash of what is in, by name."""

    def put(self, name: str, source: IO[bytes]) -> File:
        """Add what is left of an open file under a name."""
        digest, size = hashlib.sha256(), 0
        with self._archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        self.files[name] = File(size=size, sha256=digest.hexdigest())
        return self.files[name]

    def write(self, name: str, content: bytes) -> None:
        """Add a file of this content; it is not listed among `files`."""
        self._archive.writestr(zipfile.ZipInfo(name), content)


@contextmanager
def packed(path: Path) -> Generator[Packing]:
    """Write an archive: whole and on the disk at the end, or gone after an error."""
    try:
        with zipfile.ZipFile(path, "x", zipfile.ZIP_STORED) as archive:
            yield Packing(archive)
            archive.comment = b"0" * _SEAL
        with path.open("r+b") as file:
            seal = _digest(file, path.stat().st_size - _SEAL)
            file.write(seal.encode())
        sync(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextmanager
def unpacking(path: Path) -> Generator[zipfile.ZipFile]:
    """Open an archive whose every byte is as it was written.

    Raises:
        UsageError: It is missing, none of ours, cut short or altered.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            intact = size > _SEAL and _digest(file, size - _SEAL).encode() == file.read(_SEAL)
            if not zipfile.is_zipfile(file):
                raise UsageError(f"{path} is no backup of a library; choose another file")
            if not intact:
                raise UsageError(
                    f"{path} is damaged or no backup of a library; choose another file"
                )
            with zipfile.ZipFile(file) as archive:
                yield archive
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror or error})") from error


def unpack(archive: zipfile.ZipFile, files: Mapping[str, File], folder: Path) -> None:
    """Write files of an archive into a folder and compare what the disk then holds.

    Args:
        archive: Opened by `unpacking`.
        files: What is wanted, by name; names are trusted.
        folder: It exists.

    Raises:
        UsageError: A file is missing in the archive or not as it is listed.
    """
    for name, file in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with archive.open(name) as source, path.open("xb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
        except (KeyError, zipfile.BadZipFile) as error:
            raise UsageError(f"{archive.filename} lacks {name}; choose another backup") from error
        if path.stat().st_size != file.size or sha256_of(path) != file.sha256:
            raise UsageError(
                f"{archive.filename} holds another {name} than it lists; choose another backup"
            )


def _digest(file: IO[bytes], size: int) -> str:
    """Return the SHA-256 of the first bytes of a file, which is then read up to there."""
    digest, left = hashlib.sha256(), size
    file.seek(0)
    while left and (chunk := file.read(min(left, _CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()
