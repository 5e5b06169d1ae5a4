"""Files that are written whole or not at all, by one writer at a time."""

import fcntl
import os
import shutil
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.errors import UsageError


def replace(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Put content, whole or in pieces, in the place of a file.

    A kill, or a failure to make a piece, leaves the old file; the end leaves the new one.

    Missing folders are made. A link is followed, and an old file's rights are kept.

    Raises:
        UsageError: The file cannot be written.
    """
    with _told(path):
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            with draft.open("xb") as file:
                file.writelines([content] if isinstance(content, bytes) else content)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, draft)
            draft.replace(target)
            _sync(target.parent)
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()


@contextmanager
def alone(path: Path) -> Generator[None]:
    """Keep other writers of a file's folder waiting.

    The folder is locked, not the file, which `replace` exchanges for another.

    Raises:
        UsageError: The folder cannot be made or opened.
    """
    with _told(path):
        folder = path.resolve().parent
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _told(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror}); choose another place"
        ) from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
