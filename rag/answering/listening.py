"""Listening to a model without waiting for it for ever."""

import threading
from collections.abc import Generator, Sequence
from queue import Empty, Queue

from rag.answering.brake import Brake
from rag.answering.model import Json, LanguageModel, Message, Piece
from rag.errors import FAULTS, AttestError, ModelFault

_MOMENT = 0.1
"""Seconds after which the brake is looked at again."""

_Heard = Piece | AttestError | None


def listen(
    model: LanguageModel,
    messages: Sequence[Message],
    *,
    brake: Brake,
    max_tokens: int,
    schema: Json | None = None,
) -> Generator[Piece]:
    """Yield the pieces of a whole reply, and end within a moment of the brake.

    The model writes in a thread of its own, so that one that hangs holds nobody. When the
    generator is closed the model is stopped.

    Raises:
        ModelFault: There is no reply, or it is not whole: cut off, empty, out of tokens, held back
            or too late. What was yielded before is then no answer.
        AttestError: The model cannot be used at all.
    """
    own = _Linked(brake)
    heard: Queue[_Heard] = Queue()

    def write() -> None:
        try:
            for piece in model.write(messages, brake=own, max_tokens=max_tokens, schema=schema):
                heard.put(piece)
                if own.over:
                    break
        except AttestError as error:
            heard.put(error)
        finally:
            # After a defect of ours too, whose traceback the thread prints: nobody waits for more.
            heard.put(None)

    threading.Thread(target=write, name=f"{model.name} writes", daemon=True).start()
    said = False
    finish: str | None = None
    try:
        while (piece := _next(heard, brake, model.name)) is not None:
            said = said or bool(piece.text.strip())
            finish = piece.finish or finish
            yield piece
    finally:
        own.press()
    if finish is None:
        raise _fault(model.name, "cut")
    if finish != "stop":
        raise _fault(model.name, finish)
    if not said:
        raise _fault(model.name, "empty")


class _Linked(Brake):
    """A brake of one call: pressed by itself or with the question's own."""

    def __init__(self, question: Brake) -> None:
        super().__init__()
        self._question = question

    @property
    def pressed(self) -> bool:
        return super().pressed or self._question.pressed

    @property
    def left(self) -> float:
        return self._question.left

    def wait(self, seconds: float) -> bool:
        slept = 0.0
        while slept < seconds and not self.over:
            step = min(_MOMENT, seconds - slept)
            self._pressed.wait(step)
            slept += step
        return not self.over and slept >= seconds


def _next(heard: "Queue[_Heard]", brake: Brake, name: str) -> Piece | None:
    while True:
        if brake.pressed:
            raise _fault(name, "cancelled")
        if brake.left <= 0:
            raise _fault(name, "timeout")
        try:
            found = heard.get(timeout=min(_MOMENT, max(0.001, brake.left)))
        except Empty:
            continue
        if isinstance(found, AttestError):
            raise found
        return found


def _fault(name: str, kind: str) -> ModelFault:
    return ModelFault(kind, f"{name} {FAULTS[kind]}")
