"""What tokenizers and onnxruntime raise, turned into errors of Attest."""

from collections.abc import Callable
from types import TracebackType

from rag.errors import AttestError

_MODULES = ("onnxruntime", "pyo3_runtime")
_KINDS = (ArithmeticError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)


class Translated:
    """Translate the errors of a block that does nothing but call a vendor.

    The vendors' own exceptions have no base in common: tokenizers raises
    ``Exception`` itself, onnxruntime twenty classes right below it. They are told
    by where they come from; anything else passes as it is.

    Args:
        make: Returns the error to raise, from one line that says what went wrong.
    """

    def __init__(self, make: Callable[[str], AttestError]) -> None:
        self._make = make

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Raise the translation, where a vendor has raised."""
        if kind is not None and error is not None and _foreign(kind):
            raise self._make(_line(error)) from error


def _foreign(kind: type[BaseException]) -> bool:
    if kind is Exception or kind.__module__.partition(".")[0] in _MODULES:
        return True
    return issubclass(kind, _KINDS)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
