"""Pairs of texts as tokens, cut alike in training and in use."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.embedding.wordpieces import whole

if TYPE_CHECKING:
    from tokenizers import Encoding

LONGEST = 176
"""Tokens of a pair with its three special ones; of the second text the rest is cut."""
FIRST = 80
"""Tokens of the first text that are read."""


class Pair(NamedTuple):
    """Two texts as the model takes them, each array [length]."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    """0 for the first text, 1 for the second and the mark behind it."""
    offsets: list[tuple[int, int]]
    """Characters of its own text that each token stands for; special ones stand for 0..0."""


class Pairs:
    """A tokenizer of pairs."""

    def __init__(self, path: Path) -> None:
        """Read a ``tokenizer.json``."""
        from tokenizers import Tokenizer

        self._tokenizer: Tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        # It can cut the second of two texts or none: the first is cut by one that cuts nothing.
        self._whole: Tokenizer = Tokenizer.from_str(self._tokenizer.to_str())
        self._whole.no_truncation()
        self._tokenizer.enable_truncation(LONGEST, strategy="only_second")  # pyright: ignore

    def encoded(self, pairs: Sequence[tuple[str, str]]) -> Iterator[Pair]:
        """Yield each pair as tokens."""
        firsts = {first: self._cut(whole(first)) for first in {first for first, _ in pairs}}
        whole_pairs = [(firsts[first], whole(second)) for first, second in pairs]
        for encoding in self._tokenizer.encode_batch(whole_pairs):
            yield _pair(encoding)

    def _cut(self, text: str) -> str:
        # A text has no more tokens than characters.
        if len(text) <= FIRST:
            return text
        encoding = self._whole.encode(text[: FIRST * 40], add_special_tokens=False)
        if len(encoding.offsets) <= FIRST:
            return text[: FIRST * 40]
        return text[: encoding.offsets[FIRST - 1][1]]


def _pair(encoding: "Encoding") -> Pair:
    return Pair(
        np.array(encoding.ids, np.int64),
        np.array(encoding.type_ids, np.int64),
        list(encoding.offsets),
    )
