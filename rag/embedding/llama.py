"""A llama-index embedding model behind the port."""

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np

from rag.embedding.port import (
    Progress,
    Vector,
    Vectors,
    embed_parts,
    estimated_tokens,
    refuse_long,
    unit,
)


class LlamaIndexModel(Protocol):
    """What is used of ``llama_index.core.base.embeddings.base.BaseEmbedding``."""

    model_name: str

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        """Return the vectors of texts."""
        ...

    def get_query_embedding(self, query: str) -> list[float]:
        """Return the vector of a question."""
        ...


class LlamaIndexEmbedder:
    """Wraps an embedding model made with llama-index; given from Python only.

    Its tokenizer is not known: tokens are estimated from above. Its own ``embed_batch_size``
    holds, and neighbours may change a vector's last digits if its batches pad.
    """

    max_tokens = 512

    def __init__(self, model: LlamaIndexModel) -> None:
        """Wrap the model."""
        self._model = model
        self.model_id = f"llama-index:{type(model).__name__}/{model.model_name}"

    @property
    def dim(self) -> int:
        """Numbers per vector, found by embedding one word."""
        return self._dim

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Estimate each text's tokens: one for every three bytes of UTF-8."""
        return [estimated_tokens(text) for text in texts]

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one vector per text [n, dim].

        Raises:
            UsageError: if a text is estimated at more than ``max_tokens``.
        """
        refuse_long(self.count_tokens(texts), self.max_tokens)
        return embed_parts(texts, self._documents, dim=self.dim, progress=progress)

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question [dim]; the model cuts what it does not read."""
        return unit(np.array(self._model.get_query_embedding(text), np.float32))

    @cached_property
    def _dim(self) -> int:
        return len(self.embed_query("dimension"))

    def _documents(self, texts: list[str]) -> Vector:
        return np.array(self._model.get_text_embedding_batch(texts), np.float32)
