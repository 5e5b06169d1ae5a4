"""What a published version consists of, and whether its files are still those."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.errors import LibraryDamaged

NAME = "manifest.json"
_CHUNK = 1 << 20
_REMEDY = "run 'attest rebuild'"


class File(BaseModel):
    """Size and hash of one file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int
    sha256: str


class Collection(BaseModel):
    """A collection that is on a server instead of among the files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    """Of the server, as it was when the version was made."""
    name: str = Field(pattern=r"^attest-[0-9a-f]{16}-[0-9]{6,}-[0-9a-f]{12}$")
    id: str = Field(pattern=r"^[0-9a-fA-F-]{36}$")
    passages: int
    digest: str
    """SHA-256 of all that it was given."""


class Manifest(BaseModel):
    """The list of a version's files and what they were made with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    papers: int
    passages: int
    unreached: tuple[int, ...] = ()
    """Rows of passages that the Chroma graph does not lead to; a search adds them itself."""
    fingerprint: str
    settings: Mapping[str, str]
    """Model, dimension, splitter, window and layout of the library."""
    versions: Mapping[str, str]
    """Releases of chromadb, tantivy and attest that wrote the files."""
    files: Mapping[str, File]
    """By path relative to the version's folder, ``/`` between parts."""
    collection: Collection | None = None
    """Where it is on a server; None where it is among the files."""

    def write(self, folder: Path) -> str:
        """Write it into a version's folder and return the SHA-256 of the file."""
        # What is not there is left out, as it was before there were servers.
        content = self.model_dump_json(indent=1, exclude_none=True).encode()
        (folder / NAME).write_bytes(content)
        return hashlib.sha256(content).hexdigest()

    @classmethod
    def read(cls, folder: Path, sha256: str) -> Self:
        """Read the manifest of a version.

        Args:
            folder: The version's folder.
            sha256: Hash of the file as the catalogue remembers it.

        Raises:
            LibraryDamaged: It is missing or not what was published.
        """
        try:
            content = (folder / NAME).read_bytes()
        except FileNotFoundError as missing:
            raise LibraryDamaged(f"{folder / NAME} is missing; {_REMEDY}") from missing
        if hashlib.sha256(content).hexdigest() != sha256:
            raise LibraryDamaged(f"{folder / NAME} is not what was published; {_REMEDY}")
        try:
            return cls.model_validate_json(content)
        except ValidationError as error:
            raise LibraryDamaged(f"{folder / NAME} cannot be read; {_REMEDY}") from error

    def check(self, folder: Path, *, parts: Iterable[str]) -> None:
        """Compare all sizes, and the hashes of the named parts (files or subfolders).

        Raises:
            LibraryDamaged: A file is missing, too short, too long or altered.
        """
        chosen = tuple(parts)
        for name, file in self.files.items():
            path = folder / name
            if not path.is_file():
                raise LibraryDamaged(f"{path} is missing; {_REMEDY}")
            if path.stat().st_size != file.size:
                raise LibraryDamaged(f"{path} has another size than was published; {_REMEDY}")
            if name.split("/")[0] in chosen and sha256_of(path) != file.sha256:
                raise LibraryDamaged(f"{path} is not what was published; {_REMEDY}")

    @property
    def parts(self) -> set[str]:
        """Names of the top-level files and folders."""
        return {name.split("/")[0] for name in self.files}


def files_in(folder: Path) -> dict[str, File]:
    """Return size and hash of every file below a folder, by relative path."""
    return {
        path.relative_to(folder).as_posix(): File(size=path.stat().st_size, sha256=sha256_of(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sync_tree(folder: Path) -> None:
    """Bring every file below a folder, then the folders themselves, onto the disk."""
    for directory, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync(Path(directory) / name)
        sync(Path(directory))


def sync(path: Path) -> None:
    """Bring one file or folder onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
