"""One number for the content of a library, however it was built."""

import hashlib
from collections.abc import Iterable

import numpy as np

from rag.store.rows import Entry


def fingerprint(entries: Iterable[Entry]) -> str:
    """Return SHA-256 over the sorted lines of all passages.

    A line is passage id, hash of the embedded text, canonical metadata of the paper and
    the float32 bytes of the vector; index files are left out, since the layout of a graph
    depends on the order of insertion.
    """
    return fingerprint_of(line(entry) for entry in entries)


def line(entry: Entry) -> tuple[str, bytes]:
    """Return a passage's id and the SHA-256 of its line."""
    digest = hashlib.sha256()
    for part in (entry.id.encode(), entry.hash, entry.metadata.encode(), _float32(entry.vector)):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return entry.id, digest.digest()


def fingerprint_of(lines: Iterable[tuple[str, bytes]]) -> str:
    """Return SHA-256 over lines sorted by passage id."""
    total = hashlib.sha256()
    for _, digest in sorted(lines):
        total.update(digest)
    return total.hexdigest()


def _float32(vector: bytes) -> bytes:
    return np.frombuffer(vector, dtype="<f2").astype("<f4").tobytes()
