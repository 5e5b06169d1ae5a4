"""One call of a model: what may stop it, and what went wrong on the way."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from rag.answering.brake import Brake
from rag.errors import FAULTS, ModelFault

Step = TypeVar("Step")
_UNREAD = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What vendors raise over replies of another shape; the last over JSON that nests too deep."""


class SchemaRefused(ModelFault):
    """A server does not know how to hold a reply to a schema; the same may be asked without."""


class Call:
    """The state that a vendor's code cannot carry from our side of it to our transport.

    Args:
        model: Name of the model, for messages.
        brake: Deadline and cancel.
    """

    def __init__(self, model: str, brake: Brake) -> None:
        self.model = model
        self.brake = brake
        self.sent = 0
        """Requests that went out, retries included."""
        self.met: ModelFault | None = None
        """The fault that the transport met; vendors wrap or drop what is raised there."""
        self._open: list[Callable[[], None]] = []

    def fault(self, kind: str, detail: str = "") -> ModelFault:
        """Return a fault of a kind, and remember it.

        Args:
            kind: One of ``FAULTS``.
            detail: More, in a few words; never anything that a server said.
        """
        self.met = told(self.model, kind, detail)
        return self.met

    def opened(self, close: Callable[[], None]) -> None:
        """Remember how to close a response, whoever holds on to it."""
        self._open.append(close)

    def close(self) -> None:
        """Close every response of the call; vendors leave theirs to the collector."""
        while self._open:
            self._open.pop()()

    def check(self) -> None:
        """Raise where the brake was pressed or the deadline has passed.

        Raises:
            ModelFault: ``cancelled`` or ``timeout``.
        """
        if self.brake.pressed:
            raise self.fault("cancelled")
        if self.brake.left <= 0:
            raise self.fault("timeout")


def told(model: str, kind: str, detail: str = "") -> ModelFault:
    """Return a fault with its message: the model, what happened, and in brackets the detail."""
    return ModelFault(kind, f"{model} {FAULTS[kind]}" + (f" ({detail})" if detail else ""))


_NOW: ContextVar[Call | None] = ContextVar("call", default=None)


def current() -> Call:
    """Return the call that this thread is making.

    Raises:
        LookupError: It makes none: a vendor talks to the network on its own account.
    """
    call = _NOW.get()
    if call is None:
        raise LookupError("a model's client went to the network outside of a call")
    return call


@contextmanager
def making(call: Call) -> Generator[None]:
    """Make a call the one that `current` returns, while a vendor's code runs."""
    before = _NOW.set(call)
    try:
        yield
    finally:
        _NOW.reset(before)


def steps(stream: Iterator[Step], call: Call) -> Iterator[Step]:
    """Yield what a vendor's stream yields, each step made under the call."""
    while True:
        with making(call):
            try:
                step = next(stream)
            except StopIteration:
                return
        yield step


class Translated:
    """Turn whatever a vendor raises in a block into a `ModelFault`, and never repeat its words.

    Vendors' exceptions have no base in common, and their texts quote requests and keys.
    A fault that the transport met wins: vendors wrap it.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raise the translation, where a vendor has raised."""
        if not isinstance(error, Exception):
            return
        met = self._call.met
        if met is not None:
            # A new one, since the vendor's has the first among its causes: no circles.
            raise type(met)(met.kind, str(met)) from error
        if not isinstance(error, ModelFault):
            kind = "garbled" if isinstance(error, _UNREAD) else "failed"
            raise self._call.fault(kind, type(error).__name__) from error
