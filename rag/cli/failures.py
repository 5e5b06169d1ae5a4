"""How a command fails: one line on stderr and an exit code, never a traceback by surprise."""

import os
import sqlite3
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType

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
    try:
        yield
        sys.stdout.flush()
    except AttestError as error:
        say(str(error))
        raise typer.Exit(USAGE if isinstance(error, UsageError) else FAILED) from error
    except KeyboardInterrupt as error:
        say("interrupted; what was finished is kept")
        raise typer.Exit(INTERRUPTED) from error
    except BrokenPipeError as error:
        _close_stdout()
        raise typer.Exit(FAILED) from error
    except sqlite3.DatabaseError as error:
        say(f"the library cannot be read ({error}); see 'attest doctor'")
        raise typer.Exit(FAILED) from error
    except OSError as error:
        say(f"{error.filename or 'the system'}: {error.strerror or error}")
        raise typer.Exit(FAILED) from error


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
