"""A model of the user's own: a folder with an ONNX file and its tokenizer."""

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedding.onnx_runtime import open_session
from rag.embedding.port import Progress, Vector, Vectors, refuse_long, unit
from rag.embedding.wordpieces import Row, WordPieces
from rag.errors import ModelUnavailable

ONNX_FILES = ("model.onnx", "onnx/model.onnx")
DEFAULT_TOKENS = 256


class OnnxFolder:
    """An exported encoder, run by ONNX Runtime one text at a time.

    Reads what a sentence-transformers export says about itself: ``1_Pooling/config.json``
    (mean or first token; mean if absent), ``sentence_bert_config.json`` (the longest text)
    and ``config_sentence_transformers.json`` (words put before questions and documents).
    Vectors are always scaled to length 1.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        """Read the folder's settings; the model itself is loaded on first use.

        Raises:
            ModelUnavailable: if there is no ONNX file or no ``tokenizer.json``.
        """
        self._folder = folder
        self._threads = threads
        self._model = onnx_file(folder)
        if self._model is None or not (folder / "tokenizer.json").is_file():
            needed = "model.onnx (or onnx/model.onnx) and tokenizer.json"
            raise ModelUnavailable(f"{folder} needs {needed}: export the model there")
        self._first_token = bool(self._read("1_Pooling/config.json").get("pooling_mode_cls_token"))
        pooling = "cls" if self._first_token else "mean"
        self.model_id = f"folder:{folder.name}/{pooling}@{digest(self._model)}"
        settings = self._read("config_sentence_transformers.json")
        prompts: dict[str, Any] = settings.get("prompts") or {}
        self._query_prompt = str(prompts.get("query", ""))
        self._text_prompt = str(prompts.get("document", prompts.get("passage", "")))

    @property
    def max_tokens(self) -> int:
        """The longest text, without special tokens and the model's own prompt."""
        longest = self._read("sentence_bert_config.json").get("max_seq_length") or DEFAULT_TOKENS
        prompt = max(self._pieces.counts([self._text_prompt, self._query_prompt]))
        return int(longest) - self._pieces.specials - prompt

    @property
    def dim(self) -> int:
        """Numbers per vector, found by running the model once."""
        return self._dim

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count each text's tokens, without special tokens."""
        return self._pieces.counts(texts)

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one vector per text [n, dim].

        Raises:
            UsageError: if a text is longer than the model reads.
            ModelUnavailable: if the model does not load or gives no token vectors.
        """
        if not texts:
            return np.zeros((0, self.dim), np.float16)
        refuse_long(self.count_tokens(texts), self.max_tokens)
        rows = self._pieces.rows([self._text_prompt + text for text in texts])
        found: list[Vector] = []
        with ThreadPoolExecutor(self._threads) as pool:
            for vector in pool.map(self._vector, rows):
                found.append(vector)
                if progress:
                    progress(len(found))
        return np.array(found).astype(np.float16)

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question [dim], cut at the model's longest text."""
        limit = self.max_tokens + max(self._pieces.counts([self._query_prompt]))
        return self._vector(self._pieces.cut(self._query_prompt + text, limit)[0])

    @cached_property
    def _dim(self) -> int:
        return len(self.embed_query("dimension"))

    def _vector(self, row: Row) -> Vector:
        feed = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": row * 0}
        names = {each.name for each in self._session.get_inputs()}
        outputs = self._session.run(None, {k: v[None] for k, v in feed.items() if k in names})
        tokens = next((output[0] for output in outputs if output.ndim == 3), None)
        if tokens is None or len(tokens) != len(row):
            message = f"{self._model} has no output [batch, length, dim]: export the encoder"
            raise ModelUnavailable(message)
        return unit(tokens[0] if self._first_token else tokens.mean(axis=0))

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401
        assert self._model is not None
        return open_session(self._model)

    @cached_property
    def _pieces(self) -> WordPieces:
        return WordPieces(self._folder / "tokenizer.json")

    def _read(self, name: str) -> dict[str, Any]:
        path = self._folder / name
        try:
            return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except ValueError as error:
            raise ModelUnavailable(
                f"{path} is not JSON ({error}): export the model again"
            ) from error


def onnx_file(folder: Path) -> Path | None:
    """Return the folder's ONNX file, if it has one."""
    return next((folder / name for name in ONNX_FILES if (folder / name).is_file()), None)


def digest(*files: Path) -> str:
    """Return the first 8 digits of the SHA-256 of files, one after the other."""
    found = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                found.update(part)
    return found.hexdigest()[:8]
