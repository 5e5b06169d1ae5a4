"""The bundled embedder: all-MiniLM-L6-v2 without torch.

How it runs was chosen by measurement on 600 abstracts (mean 201 word pieces) on two
shared Zen 4 cores, taking turns with sentence-transformers in float32 (1.0):

* one text per request at its exact length, OpenVINO bf16: 3.4-4.2 times as quick;
* eight texts per request, padded to a multiple of 16: 2.6-2.8 times;
* ONNX Runtime float32, one text per request: 2.0-2.1 times; with int8 weights 4.4-4.7.

All were bit-equal under shuffling; one text at a time is so by construction.

Questions go through ONNX Runtime: a fresh process has its first vector after 0.4 s
there and 0.7 s in OpenVINO (0.5 s from a cache of 90 MB), with 110 MB less memory. Its
float32 vectors and stored bf16 ones of the same text have a cosine of at least .99997.
"""

import json
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from rag.embedding.onnx_runtime import OnnxRuntime, bundled
from rag.embedding.openvino_runtime import OpenVinoRuntime
from rag.embedding.parts import Span, pooled
from rag.embedding.port import Progress, Vector, Vectors, refuse_long, unit
from rag.embedding.wordpieces import Row, WordPieces
from rag.errors import ModelUnavailable, UsageError

FOLDER = Path(__file__).parent.parent / "models" / "all-MiniLM-L6-v2"
Choice = Literal["auto", "openvino", "onnxruntime"]
Precision = Literal["fp32", "int8"]


class Runtime(Protocol):
    """A loaded model."""

    def vectors(
        self,
        rows: Sequence[Row],
        progress: Progress,
        tokens: Callable[[int, Vector], None] | None = None,
    ) -> Vector:
        """Return the sentence vectors of token rows [n, dim], and hand out token vectors."""
        ...

    def outputs(self, row: Row) -> tuple[Vector, Vector]:
        """Return sentence vector [dim] and token vectors [length, dim] of one row."""
        ...


class MiniLM:
    """all-MiniLM-L6-v2: 384 numbers for up to 256 word pieces."""

    def __init__(
        self,
        *,
        runtime: Choice = "auto",
        precision: Precision = "fp32",
        threads: int | None = None,
    ) -> None:
        """Choose how to run; nothing is loaded before it is needed.

        Args:
            runtime: ``auto`` embeds texts with OpenVINO where it loads and questions with
                ONNX Runtime; the others use one runtime for both.
            precision: ``int8`` uses the smaller, less exact weights.
            threads: Texts embedded at once; all cores if None.

        Raises:
            UsageError: for int8 in OpenVINO, which runs it slower than float.
        """
        if precision == "int8" and runtime == "openvino":
            raise UsageError("int8 weights run in onnxruntime only: leave runtime at auto")
        self._runtime = "onnxruntime" if precision == "int8" else runtime
        self._threads = threads or cores()
        self._file = "model.onnx" if precision == "fp32" else "model-int8.onnx"
        about = json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))
        self._about: dict[str, Any] = about["files"][self._file]
        label = "fp32eq" if precision == "fp32" else precision
        self.model_id = f"{about['name']}/{label}@{self._about['sha256'][:8]}"
        self.dim: int = about["dim"]
        self.max_tokens: int = about["max_tokens"]
        self.part_dim: int = about["part_dim"]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count each text's word pieces, without ``[CLS]`` and ``[SEP]``."""
        return self._pieces.counts(texts)

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one vector per text [n, 384], bit for bit the same whatever is beside it.

        Raises:
            UsageError: if a text has more than 256 word pieces.
            ModelUnavailable: if no runtime loads.
        """
        if not texts:
            return np.zeros((0, self.dim), np.float16)
        rows = self._pieces.rows(texts)
        refuse_long([len(row) - self._pieces.specials for row in rows], self.max_tokens)
        vectors = self._many.vectors(rows, progress or _ignore)
        return unit(vectors).astype(np.float16)

    def embed_parts(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        *,
        progress: Progress | None = None,
    ) -> tuple[Vectors, list[Vector]]:
        """Return the vector of each text [n, 384] and of each of its spans [m, 128].

        Raises:
            UsageError: if a text has more than 256 word pieces.
            ModelUnavailable: if no runtime loads.
        """
        placed = self._pieces.placed(texts)
        refuse_long([len(row) - self._pieces.specials for row, _ in placed], self.max_tokens)
        parts: list[Vector] = [np.zeros((len(each), self.part_dim), np.float32) for each in spans]

        def keep(number: int, tokens: Vector) -> None:
            if spans[number]:
                rows = pooled(tokens, placed[number][1], spans[number])
                parts[number] = self.project(rows)

        if not texts:
            return np.zeros((0, self.dim), np.float16), parts
        vectors = self._many.vectors([row for row, _ in placed], progress or _ignore, keep)
        return unit(vectors).astype(np.float16), parts

    def project(self, vector: Vector) -> Vector:
        """Turn vectors [..., 384] onto the directions of sentence vectors [..., 128]."""
        return vector @ self._directions.T

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question [384], cut after 256 word pieces."""
        row, _ = self._pieces.cut(text, self.max_tokens)
        return self._one.outputs(row)[0]

    def tokens(self, text: str) -> tuple[Vector, list[tuple[int, int]]]:
        """Return the vectors of a text's tokens [length, 384] and each one's characters.

        The first and last token are ``[CLS]`` and ``[SEP]``, with characters 0..0. The
        vectors are the model's last layer, not scaled; text beyond 256 pieces is cut.
        """
        row, offsets = self._pieces.cut(text, self.max_tokens)
        return self._one.outputs(row)[1], offsets

    def asked_tokens(self, text: str) -> tuple[Vector, list[tuple[int, int]]]:
        """Return the same of a question, which this model reads like any text."""
        return self.tokens(text)

    @property
    def _path(self) -> Path:
        return bundled(FOLDER / self._file, self._about["bytes"])

    @cached_property
    def _directions(self) -> Vector:
        return np.load(FOLDER / "directions.npy").astype(np.float32)

    @cached_property
    def _pieces(self) -> WordPieces:
        return WordPieces(FOLDER / "tokenizer.json")

    @cached_property
    def _many(self) -> Runtime:
        if self._runtime == "onnxruntime":
            return self._one
        try:
            return OpenVinoRuntime(self._path, threads=self._threads)
        except ModelUnavailable:
            if self._runtime == "openvino":
                raise
            return self._one

    @cached_property
    def _one(self) -> Runtime:
        if self._runtime == "openvino":
            return self._many
        try:
            return OnnxRuntime(self._path, threads=self._threads)
        except ModelUnavailable:
            if self._runtime == "onnxruntime":
                raise
            return OpenVinoRuntime(self._path, threads=self._threads)


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _ignore(_: int) -> None:
    """Report to nobody."""
