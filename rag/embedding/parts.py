"""Sentence vectors for the price of none.

While a passage is embedded, the model's last layer already holds a vector for
each of its tokens. The mean over a sentence's tokens is that sentence's vector,
read with the rest of the passage in view ("late chunking", Günther et al.
2024, arXiv 2409.04701). They are kept small: turned onto the 128 directions
that hold most of what such vectors say, and stored as one byte a number with a
scale for each, 130 bytes a sentence.

On the development questions a blend with them finds the right paper within
five in .895, without them in .88; the turned and rounded ones do as well as the
full ones.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.embedding.port import Vector, unit

Span = tuple[int, int]
"""Characters of a text, start and end."""

_SCALE = 2
"""Bytes of the scale before each row."""


def pooled(tokens: Vector, offsets: Sequence[Span], spans: Sequence[Span]) -> Vector:
    """Return the unit vector of each span [len(spans), dim], the mean of its tokens.

    Args:
        tokens: The model's last layer [length, dim].
        offsets: Characters that each token stands for; empty for special tokens.
        spans: Characters of each sentence; one that holds no token gets zeros.
    """
    places = np.array(offsets).reshape(-1, 2)
    real = places[:, 1] > places[:, 0]
    starts, ends = np.array(spans).reshape(-1, 2).T
    inside = (places[:, 0] >= starts[:, None]) & (places[:, 1] <= ends[:, None]) & real
    counts = np.maximum(inside.sum(axis=1, keepdims=True), 1)
    return unit((inside.astype(np.float32) @ tokens) / counts)


def pack(vectors: Vector) -> bytes:
    """Return rows as bytes: the dimension, then for each a scale and one byte a number."""
    if not len(vectors):
        return b""
    scales = np.abs(vectors).max(axis=1, initial=0, keepdims=True).astype("<f2")
    steps = np.where(scales == 0, 1, scales).astype(np.float32) / 127
    rows = np.clip(np.rint(vectors / steps), -127, 127).astype(np.int8)
    table = np.hstack([scales.view(np.int8).reshape(-1, _SCALE), rows])
    return np.uint16(vectors.shape[1]).astype("<u2").tobytes() + table.tobytes()


def unpack(content: bytes) -> Vector:
    """Return the rows [n, dim] that `pack` wrote."""
    if not content:
        return np.zeros((0, 0), np.float32)
    dim = int(np.frombuffer(content, "<u2", 1)[0])
    table: NDArray[np.int8] = np.frombuffer(content, np.int8, offset=2).reshape(-1, dim + _SCALE)
    scales = np.ascontiguousarray(table[:, :_SCALE]).view("<f2").astype(np.float32)
    return (table[:, _SCALE:] * (scales / np.float32(127))).astype(np.float32)
