"""The second encoder: multilingual-e5-small, cut to English, for reading a few papers again.

It is asked for the papers that a search has found, never for a whole library: 12 layers take twice
the time of the embedder's 6. Trained on other pairs by other people (Wang et al., 2024,
arXiv:2402.05672), it errs on other questions, which is what a second opinion is for.
"""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

from rag.embedding.onnx_runtime import OnnxRuntime, bundled
from rag.embedding.port import Vector
from rag.embedding.wordpieces import WordPieces

FOLDER = Path(__file__).parent.parent / "models" / "multilingual-e5-small-en"
FILE = "model-int8.onnx"
_QUESTION, _TEXT = "query: ", "passage: "
"""The model was trained with these before every text, and is worse without."""


class E5:
    """Word pieces of questions and texts, each read in the way in which it was taught to."""

    def __init__(self) -> None:
        """Load nothing before it is needed."""
        about = json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))
        self._about: dict[str, Any] = about["files"][FILE]
        self._limit: int = about["max_tokens"]

    def tokens(self, text: str) -> tuple[Vector, list[tuple[int, int]]]:
        """Return the vectors of a text's tokens [length, 384] and each one's characters.

        Tokens that are not the text's own have characters 0..0. The vectors are the model's last
        layer, not scaled; text beyond 320 word pieces is cut.

        Raises:
            ModelUnavailable: The encoder cannot be loaded.
        """
        return self._read(_TEXT, text)

    def asked_tokens(self, text: str) -> tuple[Vector, list[tuple[int, int]]]:
        """Return the same of a question."""
        return self._read(_QUESTION, text)

    def _read(self, before: str, text: str) -> tuple[Vector, list[tuple[int, int]]]:
        row, offsets = self._pieces.cut(before + text, self._limit)
        length = len(before)
        own = [(max(start - length, 0), max(end - length, 0)) for start, end in offsets]
        return self._runtime.outputs(row)[1], own

    @cached_property
    def _runtime(self) -> OnnxRuntime:
        return OnnxRuntime(bundled(FOLDER / FILE, self._about["bytes"]), threads=1)

    @cached_property
    def _pieces(self) -> WordPieces:
        return WordPieces(FOLDER / "tokenizer.json")
