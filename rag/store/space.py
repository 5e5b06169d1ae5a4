"""Whether the disk has room for a version before any of it is written."""

import shutil
from pathlib import Path

from rag.errors import LibraryError

# Measured at 384 numbers a vector, and on the safe side: Chroma holds each vector as float32
# in a graph of 24 links, with a row of its own.
_IN_CHROMA = 2.6
"""Bytes of a collection per byte of its vectors as float32."""
_BESIDE_VECTOR = 1_500
"""Bytes of words, keys, rows and metadata per passage."""
_SPARE = 16 << 20
"""For the log, locks and whatever else runs."""


def needed(passages: int, dim: int, catalogue: int, *, apart: bool = False) -> int:
    """Return about how many bytes a new version takes before the last one is removed.

    Args:
        passages: In the new version.
        dim: Length of a vector.
        catalogue: Bytes of the catalogue, which is written to the log and may be rewritten.
        apart: Whether the collection is on a server, which looks after its own disk.
    """
    vectors = passages * dim
    collected = 0 if apart else round(vectors * 4 * _IN_CHROMA)
    return vectors * 2 + collected + passages * _BESIDE_VECTOR + 2 * catalogue + _SPARE


def require_room(directory: Path, wanted: int) -> None:
    """Refuse work that the disk has no room for.

    Raises:
        LibraryError: There is less room than is needed; names both.
    """
    free = shutil.disk_usage(directory).free
    if free < wanted:
        raise LibraryError(
            f"{directory} needs about {wanted:,} bytes for a new version and {free:,} are free; "
            "make room or move the library; nothing was changed"
        )


def size_of(directory: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
