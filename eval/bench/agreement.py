"""Whether two systems have the same vector for the same text."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rag.build import open_library
from rag.embedding import open_embedder
from rag.embedding.port import Vector, unit
from rag.settings import Settings

PEER_LIMIT = 254
"""Word pieces that a peer reads of a text, beside the two special tokens."""


def single_passages(library: Path, embedder: str) -> tuple[dict[str, Vector], int]:
    """Return the vector of each embedded text that a peer reads to its end, and all papers.

    Args:
        library: Folder of a library of Attest.
        embedder: What it was made with.

    Returns:
        Vector [dim] by text, of papers with one passage; the number of all papers.
    """
    papers: dict[str, list[tuple[str, Vector]]] = defaultdict(list)
    with open_library(Settings(library=library, embedder=embedder)).snapshot() as snapshot:
        for each in snapshot.entries():
            vector = np.frombuffer(each.vector, "<f2").astype(np.float32)
            papers[each.paper_id].append((f"{each.title}\n{each.text}", vector))
    single = dict(passages[0] for passages in papers.values() if len(passages) == 1)
    counts = open_embedder(embedder).count_tokens(list(single))
    short = {
        text: vector
        for (text, vector), count in zip(single.items(), counts, strict=True)
        if count <= PEER_LIMIT
    }
    return short, len(papers)


def compare(texts: Mapping[str, Vector], file: Path) -> tuple[int, float, float]:
    """Return how many texts both have, and the mean and least cosine of their two vectors.

    Args:
        texts: Vector by text.
        file: JSONL of ``{"text", "vector"}``, as a peer stored them.
    """
    with file.open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["text"] in texts]
    if not rows:
        return 0, float("nan"), float("nan")
    theirs = unit(np.array([row["vector"] for row in rows], np.float32))
    ours = unit(np.array([texts[row["text"]] for row in rows], np.float32))
    cosines = (ours * theirs).sum(axis=1)
    return len(rows), float(cosines.mean()), float(cosines.min())
