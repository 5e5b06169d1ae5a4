"""What a library has learned of itself: a matrix by which question vectors are turned.

One file beside the catalogue, replaced whole, behind a hash of all its bytes; the one
before it is kept, so that a tuning can be taken back. Passages, indexes and fingerprint
know nothing of it.
"""

import hashlib
import io
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.embedding.port import Vector, unit
from rag.errors import LibraryDamaged, UsageError
from rag.replacing import alone, replace
from rag.schema import Noun

FILE, BEFORE = "tuning.bin", "tuning-before.bin"
_SEAL = 32
"""Bytes of the SHA-256 in front of the arrays."""
MOST = 64 << 20
"""Bytes of such a file; a matrix of 4,096 numbers a side has 32 MB."""


class Ranked(Noun):
    """How well questions find their papers, by the vectors of passages alone."""

    first: float
    """Share whose paper comes first."""
    five: float
    """Share whose paper is among the first five."""
    reciprocal: float
    """Mean of one divided by the rank of their paper."""


class About(Noun):
    """What is known of a tuning."""

    model: str
    """Id of the embedder whose vectors it turns."""
    made: str
    """UTC, ISO 8601."""
    seed: int
    papers: int
    """Papers of the library then."""
    learned: int
    """Questions that it was learned from."""
    aside: int
    """Questions, of other papers, that judge it."""
    before: Ranked
    """How they find their papers without it."""
    after: Ranked
    """And with it."""

    @property
    def helps(self) -> bool:
        """Whether papers come nearer to the first place, and no fewer are among the first five."""
        better = self.after.reciprocal > self.before.reciprocal
        return better and self.after.five >= self.before.five


class Tuning(NamedTuple):
    """A learned matrix."""

    about: About
    matrix: NDArray[np.float16]
    """[dim, dim]"""

    def turn(self, vector: Vector) -> Vector:
        """Return question vectors [..., dim] as they are searched."""
        return unit(vector + vector @ self.matrix.astype(np.float32))


class Kept:
    """The tuning of a library, read again when its file has changed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._seen: tuple[int, int, int] | None = None
        self._tuning: Tuning | None = None

    def fitting(self, model: str) -> Tuning | None:
        """Return the tuning in force for the vectors of a model, or None.

        Raises:
            LibraryDamaged: It is not what was written.
        """
        try:
            found = (self._directory / FILE).stat()
        except OSError:
            return None
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp != self._seen:
            self._tuning = read(self._directory)
            self._seen = stamp
        return self._tuning if self._tuning and self._tuning.about.model == model else None


def read(directory: Path) -> Tuning | None:
    """Return the tuning of a library, or None where it has none.

    Raises:
        LibraryDamaged: It is not what was written.
    """
    try:
        with (directory / FILE).open("rb") as file:
            content = file.read(MOST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LibraryDamaged(f"{directory / FILE} cannot be read ({error.strerror})") from error
    # Nothing is parsed before every byte is known to be as it was written.
    seal, body = content[:_SEAL], content[_SEAL:]
    tuning = _parsed(body) if seal == hashlib.sha256(body).digest() else None
    if tuning is None:
        raise LibraryDamaged(
            f"{directory / FILE} is not what was written; run 'attest tune --undo'"
        )
    return tuning


def _parsed(body: bytes) -> Tuning | None:
    try:
        held: Any = np.load(io.BytesIO(body), allow_pickle=False)
        about, matrix = About.model_validate_json(held["about"].tobytes()), held["matrix"]
    except (ValueError, KeyError, EOFError):
        return None
    side = len(matrix)
    return Tuning(about, matrix) if (matrix.shape, matrix.dtype) == ((side, side), "f2") else None


def write(directory: Path, tuning: Tuning) -> None:
    """Put a tuning in force; the one in force before can be had back by `undo`.

    Raises:
        UsageError: The folder cannot be written.
    """
    into = io.BytesIO()
    about = np.frombuffer(tuning.about.model_dump_json().encode(), np.uint8)
    np.savez(into, matrix=tuning.matrix, about=about)
    body = into.getvalue()
    path = directory / FILE
    with alone(path):
        if path.exists():
            replace(directory / BEFORE, path.read_bytes())
        replace(path, hashlib.sha256(body).digest() + body)


def undo(directory: Path) -> bool:
    """Take the tuning in force back; return whether an earlier one is in force now.

    Raises:
        UsageError: There is none, or the folder cannot be written.
    """
    path, before = directory / FILE, directory / BEFORE
    with alone(path):
        if not path.exists():
            raise UsageError(f"{directory} is not tuned; nothing was taken back")
        try:
            with suppress(FileNotFoundError):
                before.replace(path)
                return True
            path.unlink()
        except OSError as error:
            raise UsageError(f"{path} cannot be replaced ({error.strerror})") from error
    return False
