"""Filling a Chroma collection, wherever it is, and proving that it holds what it was given."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamaged

Collection = Any
"""Has ``count``, ``get``, ``query`` and ``upsert`` as chromadb's own."""

BATCH = 1_000
_QUESTIONS = 250

_TOLERANCE = 1e-6
"""Chroma normalises under cosine and scales back, which costs the last bits."""

GRAPH: dict[str, str | int] = {
    "space": "cosine",
    "ef_search": 200,
    # With Chroma's own 16 neighbours per point more points fell off the graph.
    "max_neighbors": 24,
    "ef_construction": 200,
}
"""How every collection of ours is built."""


class Row(TypedDict):
    """A passage as Chroma holds it, beside its vector."""

    id: str
    paper_id: str
    title: str
    year: int


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a file, one JSON object per line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def fill(
    collection: Collection,
    rows: Sequence[Row],
    vectors: NDArray[np.float16],
    progress: Callable[[int], None],
    *,
    first: int = 0,
    batch: int = BATCH,
) -> None:
    """Put rows into a collection.

    A graph of small worlds may hold points that no path leads to, above all where a narrow
    cluster goes in at once: so passages go in shuffled, always the same way.

    Args:
        collection: Holds the rows before ``first``.
        rows: All of them, in key order.
        vectors: Theirs, ``[n, dim]``.
        progress: Told how many rows are in.
        first: Where to begin.
        batch: Rows per call.
    """
    order = first + np.random.default_rng(0).permutation(len(rows) - first)
    for start in range(0, len(order), batch):
        part = order[start : start + batch]
        chosen = [rows[int(place)] for place in part]
        collection.upsert(
            ids=[row["id"] for row in chosen],
            embeddings=vectors[part].astype(np.float32),
            metadatas=[_metadata(row) for row in chosen],
        )
        progress(first + start + len(part))


def prove(
    collection: Collection, rows: Sequence[Row], vectors: NDArray[np.float16], *, first: int = 0
) -> list[int]:
    """Compare a collection to rows and vectors.

    Count; then for every row from ``first`` on: its metadata and its vector.

    Returns:
        The rows whose own vector does not find them, or one equal to it, at rank 1. Chroma
        holds them, but its graph does not lead to them.

    Raises:
        LibraryDamaged: Something is missing or altered.
    """
    if (count := collection.count()) != len(rows):
        raise LibraryDamaged(f"Chroma holds {count} of {len(rows)} passages")
    places = {row["id"]: place for place, row in enumerate(rows)}
    lost: list[int] = []
    for start in range(first, len(rows), BATCH):
        part = slice(start, start + BATCH)
        wanted = _unit(vectors[part])
        _check_held(collection, rows[part], wanted)
        nearest = _nearest(collection, wanted)
        # A name that is none of ours stands for a row that was not found.
        known = np.array([places.get(name, -1) for name in nearest], dtype=np.int64)
        found = _unit(vectors[known])
        missed = np.flatnonzero((known < 0) | ((found * wanted).sum(axis=1) < 1 - _TOLERANCE))
        lost += (start + missed).tolist()
    return lost


def _metadata(row: Row) -> dict[str, str | int]:
    return {"paper_id": row["paper_id"], "title": row["title"], "year": row["year"]}


def _check_held(collection: Collection, rows: Sequence[Row], wanted: NDArray[np.float32]) -> None:
    found = collection.get(ids=[row["id"] for row in rows], include=["embeddings", "metadatas"])
    places = {name: place for place, name in enumerate(found["ids"])}
    vectors, metadatas = found["embeddings"], found["metadatas"]
    if vectors is None or metadatas is None or places.keys() != {row["id"] for row in rows}:
        raise LibraryDamaged("Chroma does not hold all passages that it was given")
    held = _unit(np.asarray(vectors)[[places[row["id"]] for row in rows]])
    if np.abs(held - wanted).max(initial=0) > _TOLERANCE:
        raise LibraryDamaged("Chroma holds other vectors than it was given")
    if any(dict(metadatas[places[row["id"]]]) != _metadata(row) for row in rows):
        raise LibraryDamaged("Chroma holds other metadata than it was given")


def _nearest(collection: Collection, wanted: NDArray[np.float32]) -> list[str]:
    names: list[str] = []
    for start in range(0, len(wanted), _QUESTIONS):
        part = wanted[start : start + _QUESTIONS]
        found = collection.query(query_embeddings=part, n_results=1, include=[])["ids"]
        names += [each[0] if each else "" for each in found]
    return names


def _unit(rows: NDArray[Any]) -> NDArray[np.float32]:
    wide = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return (wide / np.where(lengths, lengths, 1)).astype(np.float32)
