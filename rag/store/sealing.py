"""Whether the catalogue's file is byte for byte as its last writer left it.

SQLite does not notice a byte that changes on the disk. So a writer that is done, and has
nothing left in the log, puts the SHA-256 of the file beside it; the next one takes it away
before it writes. A writer that was killed leaves no seal: then SQLite's own check has to do.
"""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from rag.errors import LibraryDamaged, UsageError
from rag.replacing import replace
from rag.store.manifest import sync
from rag.store.tables import GONE

SUFFIX = ".seal"
_TRIES = 3
_HASH = """
import hashlib, sys
with open(sys.argv[1], "rb") as file:
    print(hashlib.file_digest(file, "sha256").hexdigest())
"""


def seal(path: Path) -> None:
    """Remember a file as it is; its holder must have the writer lock and an empty log."""
    # On a full disk a library without a seal is better than an ``add`` that failed.
    with suppress(UsageError, OSError):
        replace(seal_of(path), f"{_digest(path)}\n".encode())


def unseal(path: Path) -> None:
    """Forget what was remembered, before the first write."""
    try:
        seal_of(path).unlink()
    except FileNotFoundError:
        return
    sync(path.parent)


def intact(path: Path) -> bool:
    """Compare a file with its seal.

    Returns:
        Whether there is one; without it nothing is known.

    Raises:
        LibraryDamaged: The file is not what was sealed.
    """
    for _ in range(_TRIES):
        said = _said(path)
        if said is None:
            return False
        if _digest(path) == said:
            return True
        # Unless a writer began meanwhile, and took the seal away.
        if _said(path) == said:
            raise LibraryDamaged(
                f"{path} is not what was written there (or {seal_of(path).name} is not); {GONE}"
            )
    return False


def seal_of(path: Path) -> Path:
    """Return where the seal of a catalogue lies."""
    return path.with_suffix(SUFFIX)


def _digest(path: Path) -> str:
    """Return the SHA-256 of a catalogue, computed in a process of its own.

    A process that closes a file loses all its POSIX locks on it, those of SQLite too: a writer
    would then take the log away from under a reader, which finds the catalogue malformed.
    """
    command = [sys.executable, "-I", "-S", "-c", _HASH, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{path} cannot be read: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout.strip()


def _said(path: Path) -> str | None:
    try:
        return seal_of(path).read_bytes().decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return None
