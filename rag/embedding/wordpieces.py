"""Texts to token numbers, by a ``tokenizer.json``."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Encoding

Row = NDArray[np.int64]
"""Token numbers of one text [length], with the special tokens at both ends."""

# Encodings are heavy (about 100 bytes a token), so a long list goes through in parts.
PART = 256
SURROGATES = re.compile("[\ud800-\udfff]")


class WordPieces:
    """A tokenizer that neither cuts nor pads."""

    def __init__(self, path: Path) -> None:
        """Read a ``tokenizer.json``."""
        from tokenizers import Tokenizer

        self._tokenizer: Tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.specials = self._tokenizer.num_special_tokens_to_add(is_pair=False)

    def rows(self, texts: Sequence[str]) -> list[Row]:
        """Return each text's token numbers."""
        return [np.array(encoding.ids, np.int64) for encoding in self._encodings(texts)]

    def placed(self, texts: Sequence[str]) -> list[tuple[Row, list[tuple[int, int]]]]:
        """Return each text's token numbers and the characters that each stands for."""
        found: list[tuple[Row, list[tuple[int, int]]]] = []
        for start in range(0, len(texts), PART):
            part = [whole(text) for text in texts[start : start + PART]]
            found += [
                (np.array(encoding.ids, np.int64), list(encoding.offsets))
                for encoding in self._tokenizer.encode_batch(part)
            ]
        return found

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Return each text's number of tokens without the special ones."""
        return [len(encoding.ids) - self.specials for encoding in self._encodings(texts)]

    def cut(self, text: str, limit: int) -> tuple[Row, list[tuple[int, int]]]:
        """Return a text's first ``limit`` tokens and the characters that each stands for.

        Special tokens come on top of the limit and stand for characters 0..0.
        """
        encoding = self._tokenizer.encode(whole(text), add_special_tokens=False)
        encoding.truncate(limit)
        encoding = self._tokenizer.post_process(encoding)
        return np.array(encoding.ids, np.int64), list(encoding.offsets)

    def _encodings(self, texts: Sequence[str]) -> "Iterator[Encoding]":
        for start in range(0, len(texts), PART):
            part = [whole(text) for text in texts[start : start + PART]]
            yield from self._tokenizer.encode_batch_fast(part)


def whole(text: str) -> str:
    """Replace lone surrogates, which no tokenizer takes, by U+FFFD, one for one."""
    return SURROGATES.sub("\ufffd", text)
