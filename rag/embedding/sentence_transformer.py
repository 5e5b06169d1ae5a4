"""Any sentence-transformers model, from a folder or the hub. Needs the extra ``local``."""

import os
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from rag.embedding.port import Progress, Vector, Vectors, embed_parts, refuse_long, unit
from rag.embedding.wordpieces import whole
from rag.errors import ModelUnavailable

INSTALL = "pip install 'attest-rag[local]'"


class SentenceTransformerEmbedder:
    """A model run by sentence-transformers and torch.

    On a processor texts run one by one, so that neighbours cannot change a vector's last
    digits; on a GPU in batches, where they can. The hub is not contacted unless the user
    sets ``HF_HUB_OFFLINE=0``.
    """

    def __init__(self, name: str, *, spec: str) -> None:
        """Name the model (a folder or ``ORG/NAME``); it is loaded on first use.

        Raises:
            ModelUnavailable: if sentence-transformers is not installed.
        """
        if find_spec("sentence_transformers") is None:
            raise ModelUnavailable(f"{spec} needs sentence-transformers: {INSTALL}")
        self._name = name
        self.model_id = spec

    @property
    def max_tokens(self) -> int:
        """The longest text, without special tokens and the model's own prompt."""
        specials = len(self._model.tokenizer("")["input_ids"])
        longest = max((self._count(prompt) for prompt in self._model.prompts.values()), default=0)
        return int(self._model.max_seq_length) - specials - longest

    @property
    def dim(self) -> int:
        """Numbers per vector."""
        return int(self._model.get_embedding_dimension())

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count each text's tokens, without special tokens."""
        return [self._count(text) for text in texts]

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one vector per text [n, dim].

        Raises:
            UsageError: if a text is longer than the model reads.
            ModelUnavailable: if the model cannot be loaded.
        """
        refuse_long(self.count_tokens(texts), self.max_tokens)
        return embed_parts(texts, self._documents, dim=self.dim, progress=progress)

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question [dim]; the model cuts what it does not read."""
        return unit(self._model.encode_query(whole(text), show_progress_bar=False))

    def _documents(self, texts: list[str]) -> Vector:
        size = 1 if self._model.device.type == "cpu" else len(texts)
        cleaned = [whole(text) for text in texts]
        return self._model.encode_document(cleaned, batch_size=size, show_progress_bar=False)

    def _count(self, text: str) -> int:
        return len(self._model.tokenizer(whole(text), add_special_tokens=False)["input_ids"])

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401
        # Both are read when huggingface_hub is imported.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        vendor: Any = import_module("sentence_transformers")
        offline = os.environ["HF_HUB_OFFLINE"].lower() not in ("0", "", "false", "no", "off")
        try:
            return vendor.SentenceTransformer(self._name, local_files_only=offline)
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            advice = "set HF_HUB_OFFLINE=0 to fetch it" if offline else "check the name"
            raise ModelUnavailable(f"{self.model_id} does not load ({reason}): {advice}") from error
