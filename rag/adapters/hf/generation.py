"""One reply, written in a thread and read in another."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from queue import Empty
from typing import Any, NamedTuple

from rag.answering.brake import Brake

MOMENT = 0.05
"""Seconds after which a reader that waits looks at its brake again."""


class Order(NamedTuple):
    """What is to be written."""

    prompt: list[int]
    """Token numbers that the reply follows."""
    max_tokens: int
    eos: list[int]
    """Tokens, each of which ends the reply."""
    guides: list[Any]
    """Logits processors that the reply is held to."""


class Written(NamedTuple):
    """How a reply came out."""

    tokens: int
    ended: bool
    """Whether the model ended it itself."""


class Halt:
    """A stopping criterion of transformers: ends a reply at its next token."""

    def __init__(self, brake: Brake) -> None:
        self._brake = brake
        self._set = threading.Event()

    def set(self) -> None:
        """End the reply, whatever the brake says."""
        self._set.set()

    def __call__(self, ids: Any, scores: Any, **_: Any) -> Any:  # noqa: ANN401
        """Return whether to end, once per sequence [1]."""
        torch: Any = import_module("torch")
        over = self._set.is_set() or self._brake.over
        return torch.full((ids.shape[0],), over, dtype=torch.bool, device=ids.device)


class Writing:
    """A reply that a thread writes; ``halt`` ends it.

    Args:
        tokenizer: Turns tokens into text.
        brake: Ends it too.
        work: Writes the reply to a streamer of transformers, in a thread of its own.
        done: Called in that thread when it has ended, well or not.
    """

    def __init__(
        self,
        tokenizer: Any,  # noqa: ANN401
        brake: Brake,
        work: Callable[[Any, Halt], Written],
        done: Callable[[], None],
    ) -> None:
        vendor: Any = import_module("transformers")
        self._brake = brake
        self._streamer = vendor.TextIteratorStreamer(
            tokenizer, skip_prompt=True, timeout=MOMENT, skip_special_tokens=True
        )
        self.halt = Halt(brake)
        pool = ThreadPoolExecutor(1, "attest-hf")
        self._written: Future[Written] = pool.submit(self._run, work, done)
        pool.shutdown(wait=False)

    def texts(self) -> Iterator[str]:
        """Yield the reply as it is written, until it ends or the brake is over."""
        while not self._brake.over:
            try:
                yield next(self._streamer)
            except Empty:
                continue
            except StopIteration:
                return

    def result(self) -> Written:
        """Wait for the end and return it.

        Raises:
            AttestError: The model did not load.
            Exception: Whatever ended the thread.
        """
        return self._written.result()

    def _run(self, work: Callable[[Any, Halt], Written], done: Callable[[], None]) -> Written:
        try:
            return work(self._streamer, self.halt)
        finally:
            try:
                # A reader waits for the end of the stream, which an error would leave out.
                self._streamer.end()
            finally:
                done()


def write(model: Any, order: Order, streamer: Any, halt: Halt) -> Written:  # noqa: ANN401
    """Write a reply to a streamer, always the likeliest token next."""
    vendor: Any = import_module("transformers")
    torch: Any = import_module("torch")
    prompt = torch.tensor([order.prompt], device=model.device)
    # The settings that come with a model would draw lots and need not know all of its ends.
    model.generation_config = vendor.GenerationConfig(
        do_sample=False, eos_token_id=order.eos or None, pad_token_id=next(iter(order.eos), 0)
    )
    with torch.inference_mode():
        reply = model.generate(
            input_ids=prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=order.max_tokens,
            streamer=streamer,
            stopping_criteria=[halt],
            logits_processor=order.guides,
        )
    tokens = reply[0, len(order.prompt) :].tolist()
    return Written(len(tokens), bool(tokens) and tokens[-1] in order.eos)
