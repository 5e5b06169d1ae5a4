"""How a command fails: one line on stderr and an exit code, never a traceback by surprise."""

import os
import signal
import sqlite3
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType, TracebackType

import typer

from rag.errors import AttestError, UsageError
from rag.terminal.plain import plain

FAILED = 1
USAGE = 2
REFUSED = 3
INTERRUPTED = 130


@contextmanager
def reported() -> Generator[None]:
    """Turn what a user can meet into one line and an exit code; defects pass through."""
    with _interrupts() as interrupted:
        try:
            yield
            sys.stdout.flush()
        except BrokenPipeError as error:
            _close_stdout()
            raise typer.Exit(FAILED) from error
        except (AttestError, KeyboardInterrupt, sqlite3.DatabaseError, OSError) as error:
            raise _told(KeyboardInterrupt() if interrupted else error) from error
        except Exception as error:
            if interrupted:
                raise _told(KeyboardInterrupt()) from error
            raise


@contextmanager
def _interrupts() -> Generator[list[int]]:
    """Note every interrupt: one that meets a database or a model comes out as their error."""
    noted: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        noted.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def _told(error: BaseException) -> typer.Exit:
    """Say what happened and return how the program ends."""
    code, line = explained(error)
    say(line)
    return typer.Exit(code)


def explained(error: BaseException) -> tuple[int, str]:
    """Return the exit code and the one line for what a user can meet."""
    match error:
        case UsageError():
            return USAGE, str(error)
        case KeyboardInterrupt():
            return INTERRUPTED, "interrupted; what was finished is kept"
        case sqlite3.DatabaseError():
            return FAILED, f"the library cannot be read ({error}); see 'attest doctor'"
        case OSError():
            return FAILED, f"{error.filename or 'the system'}: {error.strerror or error}"
        case _:
            return FAILED, str(error)


def say(text: str) -> None:
    """Write one line to stderr under the name of the program."""
    sys.stderr.write(f"attest: {plain(text)}\n")


def defect(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    """Say in one line that Attest itself failed; set as ``sys.excepthook``."""
    say(f"{kind.__name__}: {error}; this is a defect of Attest: run again with -v to see where")


def _close_stdout() -> None:
    """Let nothing be written to a reader that is gone, at exit either."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
