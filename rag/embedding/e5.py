"""The second encoder: multilingual-e5-small, cut to English, for reading a few papers again.

It is asked for the papers that a search has found, never for a whole library: 12 layers take twice
the time of the embedder's 6. Trained on other pairs by other people (Wang et al., 2024,
arXiv:2402.05672), it errs on other questions, which is what a second opinion is for.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.embedding.onnx_runtime import OnnxRuntime
from rag.embedding.port import Vector, unit
from rag.embedding.wordpieces import WordPieces
from rag.errors import ModelUnavailable

FOLDER = Path(__file__).parent.parent / "models" / "multilingual-e5-small-en"
FILE = "model-int8.onnx"
_QUESTION, _TEXT = "query: ", "passage: "
"""The model was trained with these before every text, and is worse without."""
_REMEMBERED = 128
"""Texts kept, some 20 MB: questions on one subject find the same papers."""


class Understood(NamedTuple):
    """A text as the second encoder reads it; all vectors have length 1."""

    whole: Vector
    """[384], the mean over all tokens."""
    pieces: NDArray[np.float16]
    """[n, 384], one for each word piece of the text itself."""


class E5:
    """Reads questions and texts, each in the way in which it was taught to."""

    def __init__(self, *, threads: int = 1) -> None:
        """Take how many texts are read at once; nothing is loaded before it is needed."""
        self._threads = threads
        about = json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))
        self._about: dict[str, Any] = about["files"][FILE]
        self._limit: int = about["max_tokens"]
        self.name = f"{about['name']}@{self._about['sha256'][:8]}"
        self._text = lru_cache(maxsize=_REMEMBERED)(self._read)

    def question(self, text: str) -> Understood:
        """Return a question as read, cut after 320 word pieces.

        Raises:
            ModelUnavailable: The encoder cannot be loaded.
        """
        return self._read(_QUESTION, text)

    def texts(self, texts: Sequence[str]) -> list[Understood]:
        """Return each text as read, cut after 320 word pieces.

        Raises:
            ModelUnavailable: The encoder cannot be loaded.
        """
        if len(texts) < 2 or self._threads < 2:
            return [self._text(_TEXT, text) for text in texts]
        _ = self._runtime, self._pieces
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(partial(self._text, _TEXT), texts))

    def _read(self, before: str, text: str) -> Understood:
        row, offsets = self._pieces.cut(before + text, self._limit)
        vectors = self._runtime.outputs(row)[1]
        own = np.array([end > len(before) for _, end in offsets], np.bool_)
        whole: Vector = unit(vectors.mean(axis=0, keepdims=True))[0]
        return Understood(whole, unit(vectors[own]).astype(np.float16))

    @cached_property
    def _runtime(self) -> OnnxRuntime:
        path = FOLDER / FILE
        if not path.is_file() or path.stat().st_size != self._about["bytes"]:
            raise ModelUnavailable(f"{path} is missing or cut short: pip install attest-rag again")
        return OnnxRuntime(path, threads=self._threads)

    @cached_property
    def _pieces(self) -> WordPieces:
        return WordPieces(FOLDER / "tokenizer.json")
