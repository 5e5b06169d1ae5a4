"""Whether the catalogue's file is byte for byte as its last writer left it.

SQLite does not notice a byte that changes on the disk. So a writer that is done, and has
nothing left in the log, puts the SHA-256 of the file beside it; the next one takes it away
before it writes. A writer that was killed leaves no seal: then SQLite's own check has to do.
"""

from contextlib import suppress
from pathlib import Path

from rag.errors import LibraryDamaged, UsageError
from rag.replacing import replace
from rag.store.manifest import sha256_of, sync
from rag.store.tables import GONE

SUFFIX = ".seal"
_TRIES = 3


def seal(path: Path) -> None:
    """Remember a file as it is; its holder must have the writer lock and an empty log."""
    # On a full disk a library without a seal is better than an ``add`` that failed.
    with suppress(UsageError):
        replace(seal_of(path), f"{sha256_of(path)}\n".encode())


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
        if sha256_of(path) == said:
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


def _said(path: Path) -> str | None:
    try:
        return seal_of(path).read_bytes().decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return None
