"""A language model that runs in this process, by transformers and torch."""

import threading
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Any

from rag.adapters.hf import chat, generation, guidance, hub
from rag.adapters.hf.generation import MOMENT, Halt, Order, Writing, Written
from rag.adapters.hf.parts import Parts
from rag.adapters.hf.placement import Dtype, Placement, parse
from rag.adapters.hf.stops import Stops
from rag.answering.brake import Brake
from rag.answering.model import Json, Message, Piece, Usage
from rag.errors import FAULTS, ModelFault, ModelUnavailable

INSTALL = "pip install 'attest-rag[local]'"


class LocalModel:
    """The port ``LanguageModel`` over a model of transformers, one reply at a time.

    The model is looked at and loaded on first use, once. Nothing of its folder is run: weights
    are read from safetensors alone, and a folder that names code is refused. The likeliest token
    is always taken, so that a prompt has one reply on one machine. Texts never leave it; a model
    that is not in the hub's cache is fetched only where the user sets ``HF_HUB_OFFLINE=0``.

    Args:
        rest: A folder or the hub's ``ORG/NAME``, then perhaps ``@DEVICE,DTYPE``.
        device: Goes before the one in ``rest``: ``cpu``, ``mps``, ``cuda`` or ``cuda:N``.
        dtype: Goes before the one in ``rest``: ``fp32``, ``fp16`` or ``bf16``.
        threads: Processor threads of torch, for the whole process; all cores if None.

    Raises:
        UsageError: ``rest`` names nothing.
        ModelUnavailable: transformers or torch is not installed. The properties that look into
            the model raise it too where the model is missing, refused or damaged.
    """

    def __init__(
        self,
        rest: str,
        *,
        device: str | None = None,
        dtype: Dtype | None = None,
        threads: int | None = None,
    ) -> None:
        self.name = f"hf:{rest}"
        for package in ("torch", "transformers"):
            if find_spec(package) is None:
                raise ModelUnavailable(f"{self.name} needs {package}: {INSTALL}")
        self._source, wanted = parse(rest)
        placement = Placement(device or wanted.device, dtype or wanted.dtype)
        self._parts = Parts(self._source, placement, threads)
        self._turn = threading.Lock()

    @property
    def host(self) -> str | None:
        """The host that weights may be fetched from; None where nothing is fetched."""
        return None if hub.local_folder(self._source) else hub.host()

    @property
    def window(self) -> int:
        """Tokens that prompt and reply may have together."""
        return self._parts.window

    @property
    def structured(self) -> bool:
        """Whether a reply can be held to a JSON schema."""
        return guidance.installed() and bool(self._parts.tokenizer.is_fast)

    def count_tokens(self, text: str) -> int:
        """Count the tokens of a text, without special ones."""
        return len(self._parts.encode(text))

    def write(
        self,
        messages: Sequence[Message],
        *,
        brake: Brake,
        max_tokens: int,
        schema: Json | None = None,
    ) -> Iterator[Piece]:
        """Yield a reply as it is written; closing the iterator ends it at the next token.

        While another reply is being written, this one waits for its turn.

        Raises:
            ModelFault: There is no reply, or only a part of one.
            ModelUnavailable: The model is missing, refused or damaged.
        """
        prompt = self._prompt(messages)
        tokens = self._parts.encode(prompt.text)
        room = min(max_tokens, self.window - len(tokens))
        if room < 1:
            raise self._fault("too long", f"{len(tokens)} tokens in a window of {self.window}")
        grammar = self._grammar(schema) if schema and self.structured else None
        self._wait_for_turn(brake)
        work = partial(self._work, tokens, room, grammar)
        try:
            writing = Writing(self._parts.tokenizer, brake, work, self._turn.release)
        except BaseException:  # no thread was to be had
            self._turn.release()
            raise
        try:
            yield from self._read(writing, brake, Stops(prompt.stops), len(tokens))
        finally:
            writing.halt.set()

    def _read(
        self, writing: Writing, brake: Brake, stops: Stops, prompt_tokens: int
    ) -> Iterator[Piece]:
        said = False
        for text in writing.texts():
            shown = stops.feed(text)
            said = said or bool(shown.strip())
            if shown:
                yield Piece(shown)
            if stops.met:
                writing.halt.set()
        if brake.over:
            raise self._fault("cancelled" if brake.pressed else "timeout")
        written = self._result(writing)
        rest = stops.rest()
        done = written.ended or stops.met
        if done and not said and not rest.strip():
            raise self._fault("empty")
        usage = Usage(prompt_tokens, written.tokens)
        yield Piece(rest, "stop" if done else "length", usage)

    def _result(self, writing: Writing) -> Written:
        try:
            return writing.result()
        # What torch and llguidance raise when a reply is too much for them or the memory.
        except (RuntimeError, ValueError, IndexError, MemoryError) as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise self._fault("failed", reason) from error

    def _work(
        self,
        tokens: list[int],
        room: int,
        grammar: str | None,
        streamer: Any,  # noqa: ANN401
        halt: Halt,
    ) -> Written:
        guides = [] if grammar is None else [self._parts.guide(grammar)]
        order = Order(tokens, room, self._parts.eos, guides)
        return generation.write(self._parts.model, order, streamer, halt)

    def _prompt(self, messages: Sequence[Message]) -> chat.Prompt:
        try:
            return chat.prompt(self._parts.tokenizer, messages)
        except chat.Unspeakable as error:
            raise self._fault("rejected", str(error)) from error

    def _grammar(self, schema: Json) -> str:
        try:
            return guidance.grammar(schema)
        except ValueError as error:
            raise self._fault("rejected", f"as a schema: {error}") from error

    def _wait_for_turn(self, brake: Brake) -> None:
        while not self._turn.acquire(timeout=MOMENT):
            if brake.over:
                raise self._fault("cancelled" if brake.pressed else "timeout")

    def _fault(self, kind: str, detail: str = "") -> ModelFault:
        reason = f" ({detail})" if detail else ""
        return ModelFault(kind, f"{self.name} {FAULTS[kind]}{reason}: {_ADVICE[kind]}")


_ADVICE = {
    "cancelled": "ask again",
    "empty": "ask again, or use another model",
    "failed": "try a smaller model or fewer papers",
    "rejected": "use another model, or ask without a schema",
    "timeout": "allow more time, or use a smaller model",
    "too long": "ask with fewer papers",
}
