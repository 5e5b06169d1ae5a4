"""The parts of one model, each loaded once, on first use, and safe to share among threads."""

import threading
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, cast

from rag.adapters.hf import guidance, hub, loading
from rag.adapters.hf.checkpoint import inspect
from rag.adapters.hf.placement import Placement
from rag.embedding.minilm import cores
from rag.embedding.wordpieces import whole


class Reader(NamedTuple):
    """What is known of a model without its weights."""

    folder: Path
    config: Any
    tokenizer: Any


class Parts:
    """A model's tokenizer, settings and weights.

    Args:
        name: A folder or the hub's ``ORG/NAME``.
        placement: Where the weights go.
        threads: Processor threads of torch, for the whole process; all cores if None.

    Raises:
        ModelUnavailable: By everything but the constructor, where the model is missing,
            refused or damaged.
    """

    def __init__(self, name: str, placement: Placement, threads: int | None) -> None:
        self._name = name
        self._placement = placement
        self._threads = threads
        # From Python 3.12 on, two threads may compute one cached property. Two locks, because
        # nobody who counts tokens should wait for weights.
        self._reading = threading.Lock()
        self._loading = threading.RLock()

    @property
    def tokenizer(self) -> Any:  # noqa: ANN401
        """The tokenizer."""
        return self._reader.tokenizer

    @property
    def window(self) -> int:
        """Tokens that the model can tell apart by their place."""
        return loading.window(self._reader.config, self.tokenizer)

    @property
    def model(self) -> Any:  # noqa: ANN401
        """The model; loading its weights takes a while."""
        with self._loading:
            return self._model

    @property
    def eos(self) -> list[int]:
        """The tokens that end a reply, as model and tokenizer tell."""
        told: Any = self.model.generation_config.eos_token_id
        own: int | None = self.tokenizer.eos_token_id
        listed = cast("list[int | None]", told if isinstance(told, list) else [told])
        return sorted({token for token in (*listed, own) if token is not None})

    def encode(self, text: str) -> list[int]:
        """Return the token numbers of a text, without special tokens around it."""
        return self.tokenizer(whole(text), add_special_tokens=False)["input_ids"]

    def guide(self, grammar: str) -> guidance.Guide:
        """Return what holds a reply to a grammar."""
        with self._loading:
            return guidance.Guide(self._words, grammar)

    @property
    def _reader(self) -> Reader:
        with self._reading:
            return self._opened

    @cached_property
    def _opened(self) -> Reader:
        folder = hub.local_folder(self._name) or hub.snapshot(self._name)
        inspect(folder)
        return Reader(folder, loading.load_config(folder), loading.load_tokenizer(folder))

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401
        torch: Any = import_module("torch")
        torch.set_num_threads(self._threads or cores())
        reader = self._reader
        return loading.load_model(reader.folder, reader.config, self._placement)

    @cached_property
    def _words(self) -> Any:  # noqa: ANN401
        size: int = self._model.get_input_embeddings().weight.shape[0]
        return guidance.vocabulary(self.tokenizer, self.eos, max(size, len(self.tokenizer)))
