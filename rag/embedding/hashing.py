"""A test double: hashed words instead of a model. For tests and demos only."""

import re
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from rag.embedding.port import Progress, Vector, Vectors, refuse_long, unit

WORD = re.compile(r"\w+")


class HashEmbedder:
    """Adds a fixed pseudo-random sign at a fixed place for every word of a text.

    Texts that share words are near each other; meaning is not seen at all. Needs no
    files, gives the same vectors on every machine, and is quick.
    """

    model_id = "hash/words@1"
    dim = 384
    max_tokens = 256

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count each text's words."""
        return [len(WORD.findall(text)) for text in texts]

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one vector per text [n, 384].

        Raises:
            UsageError: if a text has more than 256 words.
        """
        refuse_long(self.count_tokens(texts), self.max_tokens)
        rows = [self.embed_query(text) for text in texts]
        if progress and rows:
            progress(len(rows))
        return np.array(rows, np.float16).reshape(len(rows), self.dim)

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question [384], cut after 256 words."""
        vector = np.zeros(self.dim, np.float32)
        # A text without words still needs a direction, or its cosine is undefined.
        for word in WORD.findall(text.casefold())[: self.max_tokens] or [""]:
            number = int.from_bytes(
                blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
            )
            vector[number // 2 % self.dim] += 1 if number % 2 else -1
        # Two words may cancel out exactly.
        return unit(vector if vector.any() else np.eye(1, self.dim, dtype=np.float32)[0])
