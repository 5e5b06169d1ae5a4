"""What every embedder offers, and the arithmetic that they share."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelUnavailable, UsageError

PART = 64

Vectors = NDArray[np.float16]
"""Stored vectors [n, dim], rounded once, at birth."""
Vector = NDArray[np.float32]
"""One vector [dim], or a matrix of them before rounding."""
Progress = Callable[[int], None]
"""Called in the caller's thread with the number of texts finished so far."""


class Embedder(Protocol):
    """Turns texts into vectors of length 1, so that a dot product is a cosine."""

    @property
    def model_id(self) -> str:
        """Name of model, precision and weights; vectors of two ids are never mixed."""
        ...

    @property
    def dim(self) -> int:
        """Numbers per vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """The longest text that ``embed`` takes, as ``count_tokens`` counts."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, not counting those that the model adds."""
        ...

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one vector per text [n, dim], the same for a text whatever is beside it.

        Raises:
            UsageError: if a text is longer than ``max_tokens``; nothing is cut silently.
            ModelUnavailable: if the model cannot be loaded or reached.
        """
        ...

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question [dim]; what is beyond ``max_tokens`` is cut."""
        ...


@runtime_checkable
class SentenceEmbedder(Embedder, Protocol):
    """An embedder that gives the vectors of a text's sentences along with its own."""

    @property
    def part_dim(self) -> int:
        """Numbers per sentence vector."""
        ...

    def embed_parts(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]],
        *,
        progress: Progress | None = None,
    ) -> tuple[Vectors, list[Vector]]:
        """Return what ``embed`` does, and for each text one row per span [m, part_dim]."""
        ...

    def project(self, vector: Vector) -> Vector:
        """Turn a question's vector into the space of sentence vectors [part_dim]."""
        ...


def unit(vectors: NDArray[np.floating[Any]]) -> Vector:
    """Scale each row to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def refuse_long(counts: Sequence[int], limit: int) -> None:
    """Raise ``UsageError`` naming the first text (from 1) of more than ``limit`` tokens."""
    for number, count in enumerate(counts, start=1):
        if count > limit:
            message = f"text {number} has {count} tokens and the model reads {limit}: split it"
            raise UsageError(message)


def estimated_tokens(text: str) -> int:
    """Estimate tokens from above where no tokenizer is known: three UTF-8 bytes each."""
    return -(-len(text.encode("utf-8", "replace")) // 3)


def embed_parts(
    texts: Sequence[str],
    ask: Callable[[list[str]], Vector],
    *,
    dim: int,
    progress: Progress | None,
) -> Vectors:
    """Embed texts 64 at a time by ``ask``, and return their unit vectors [n, dim].

    Raises:
        ModelUnavailable: if ``ask`` returns something else than one vector per text.
    """
    parts: list[Vectors] = [np.zeros((0, dim), np.float16)]
    for start in range(0, len(texts), PART):
        part = list(texts[start : start + PART])
        vectors = ask(part)
        if vectors.shape != (len(part), dim):
            message = f"the model gave {vectors.shape} numbers, not {(len(part), dim)}: use another"
            raise ModelUnavailable(message)
        parts.append(unit(vectors).astype(np.float16))
        if progress:
            progress(start + len(part))
    return np.concatenate(parts)
