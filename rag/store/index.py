"""Passages by meaning: an exact scan over the vectors, with Chroma beside it.

Up to `EXACT_LIMIT` passages every question is answered by the scan, which misses
nothing, and no server is contacted; above it, questions without filters use Chroma's graph,
from a private copy or from a server. Where a server does not answer the scan does.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamaged, StoreUnavailable

VECTORS = "vectors.f16"
KEYS = "keys.i64"
EXACT_LIMIT = 150_000
"""Rows; there the scan takes as long as embedding the question and the graph overtakes it."""

_SLACK = 1e-5
"""More than float32 rounding can move a cosine; candidates this close are scored again."""
_BLOCK = 8192
_SCANNED = "; all vectors were scanned here instead: slower, nothing is missed"

Keys = NDArray[np.int64]
Vector = NDArray[np.float32]
Found = list[tuple[int, float]]
"""Passage key and cosine, best first, equal ones by key."""


class VectorStore(Protocol):
    """Whatever finds passages by their vectors."""

    def search(self, vector: Vector, k: int, *, allowed: Keys | None = None) -> Found:
        """Return the k nearest passages, of the allowed keys only where these are given."""
        ...

    def vectors(self, keys: Keys) -> NDArray[np.float32]:
        """Return the stored vectors of these passages, one row per key."""
        ...


class VectorIndex:
    """The vectors of one version.

    Args:
        folder: The version's folder, already checked against its manifest.
        dim: Length of a vector.
        graph: Opens the approximate search for indexes above the limit; None where there is
            none, and the scan takes longer.
        limit: Rows up to which every search is exact; `EXACT_LIMIT` unless given.
    """

    def __init__(
        self,
        folder: Path,
        dim: int,
        *,
        graph: Callable[[], "Graph | None"] | None = None,
        limit: int | None = None,
    ) -> None:
        self._keys, self._stored = read_vectors(folder, dim)
        limit = EXACT_LIMIT if limit is None else limit
        large = graph is not None and len(self._keys) > limit
        self._graph = graph() if graph and large else None
        self._rows = None if large else _normal(self._stored)
        self.notice: str | None = None
        """Why the last search took longer than it should, if it did."""
        if large and self._graph is None:
            self.notice = (
                "the server of this version's collection is not in the settings" + _SCANNED
            )

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self._keys)

    def vectors(self, keys: Keys) -> NDArray[np.float32]:
        """Return the stored vectors of these passages as float32 ``[len(keys), dim]``.

        Raises:
            KeyError: A key is not in the index.
        """
        return self._stored[self._positions(keys)].astype(np.float32)

    def search(self, vector: Vector, k: int, *, allowed: Keys | None = None) -> Found:
        """Return the k nearest passages by cosine.

        Args:
            vector: The question's vector; its length does not matter.
            k: How many.
            allowed: Sorted keys to search among; keys not in the index are ignored.
        """
        exact = np.asarray(vector, dtype=np.float64)
        exact = exact / (np.linalg.norm(exact) or 1)
        question = exact.astype(np.float32)
        if self._graph is not None and allowed is None:
            positions = self._near(self._graph, question, k)
        else:
            positions = self._candidates(question, k, self._chosen(allowed))
        return self._ranked(exact, positions, k)

    def _near(self, graph: "Graph", question: Vector, k: int) -> NDArray[np.intp]:
        """Return what the graph finds, or what the scan does where there is no answer."""
        try:
            found = graph.nearest(question, k)
        except StoreUnavailable as error:
            # What would help a writer helps no reader.
            self.notice = str(error).partition(";")[0] + _SCANNED
            return self._candidates(question, k, None)
        self.notice = None
        return self._positions(found)

    def _chosen(self, allowed: Keys | None) -> NDArray[np.intp] | None:
        if allowed is None:
            return None
        positions = np.searchsorted(self._keys, allowed)
        inside = positions < len(self._keys)
        positions, wanted = positions[inside], np.asarray(allowed)[inside]
        return positions[self._keys[positions] == wanted]

    def _candidates(
        self, question: Vector, k: int, chosen: NDArray[np.intp] | None
    ) -> NDArray[np.intp]:
        """Return the positions of all rows that could be among the k best."""
        scores = self._scores(question, chosen)
        if 0 < k < len(scores):
            kth = np.partition(scores, len(scores) - k)[len(scores) - k]
            near = np.flatnonzero(scores >= kth - _SLACK)
        else:
            near = np.arange(len(scores) if k > 0 else 0)
        return near if chosen is None else chosen[near]

    def _scores(self, question: Vector, chosen: NDArray[np.intp] | None) -> Vector:
        if self._rows is None:
            return self._scan(question, np.arange(len(self)) if chosen is None else chosen)
        if chosen is None:
            return self._rows @ question
        if len(chosen) > len(self) // 4:
            return (self._rows @ question)[chosen]
        return self._rows[chosen] @ question

    def _scan(self, question: Vector, chosen: NDArray[np.intp]) -> Vector:
        """Score rows straight from the file, for an index too large to be widened in memory."""
        scores = np.empty(len(chosen), dtype=np.float32)
        for start in range(0, len(chosen), _BLOCK):
            block = chosen[start : start + _BLOCK]
            scores[start : start + _BLOCK] = _normal(self._stored[block]) @ question
        return scores

    def _ranked(self, question: NDArray[np.float64], positions: NDArray[np.intp], k: int) -> Found:
        """Score candidates again, each by the same additions, so that equal vectors tie."""
        rows = self._stored[positions].astype(np.float64)
        lengths = np.sqrt((rows * rows).sum(axis=1))
        scores = (rows * question).sum(axis=1) / np.where(lengths, lengths, 1)
        # Ten digits: parallel vectors of different length are equal too.
        scores = scores.round(10) + 0.0
        keys = self._keys[positions]
        order = np.lexsort((keys, -scores))[:k]
        return [(int(keys[place]), float(scores[place])) for place in order]

    def _positions(self, keys: Keys) -> NDArray[np.intp]:
        wanted = np.asarray(keys, dtype=np.int64)
        positions = np.minimum(np.searchsorted(self._keys, wanted), max(len(self._keys) - 1, 0))
        if len(wanted) and (not len(self._keys) or (self._keys[positions] != wanted).any()):
            raise KeyError("a passage key that is not in the index")
        return positions


class Graph(Protocol):
    """An approximate nearest-neighbour search over the same passages."""

    def nearest(self, vector: Vector, k: int) -> Keys:
        """Return keys among which the k nearest passages nearly always are.

        Raises:
            StoreUnavailable: It is on a server that does not answer.
        """
        ...


def read_vectors(folder: Path, dim: int) -> tuple[Keys, NDArray[np.float16]]:
    """Return a version's passage keys and its vectors ``[n, dim]``, mapped, not read.

    Raises:
        LibraryDamaged: The two files do not fit each other.
    """
    keys = np.fromfile(folder / KEYS, dtype="<i8").astype(np.int64, copy=False)
    size = (folder / VECTORS).stat().st_size
    if size != len(keys) * dim * 2:
        raise LibraryDamaged(f"{folder / VECTORS} does not fit {KEYS}; run 'attest rebuild'")
    if not len(keys):
        return keys, np.empty((0, dim), dtype=np.float16)
    rows = np.memmap(folder / VECTORS, dtype="<f2", mode="r", shape=(len(keys), dim))
    return keys, rows


def _normal(rows: NDArray[np.float16]) -> NDArray[np.float32]:
    wide = rows.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    wide /= np.where(lengths, lengths, 1)[:, None]
    return wide
