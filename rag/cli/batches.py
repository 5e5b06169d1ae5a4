"""Running a batch of questions from the command line."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from rag.batch import Item, Kept, appending, read_items, resume, run
from rag.cli.narration import lasting
from rag.cli.session import Session
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.contract import Json
    from rag.schema import Filters


def run_batch(
    here: Session,
    batch: Path,
    out: Path | None,
    *,
    filters: "Filters",
    work: "Callable[[Item], Json]",
) -> int:
    """Answer what is left of a batch; return how many of all its questions were refused.

    Args:
        here: The session.
        batch: Questions; ``-`` is stdin.
        out: Where the lines go; to stdout, and without resuming, if None.
        filters: Used where a question sets none of its own.
        work: Makes the object of one question.

    Raises:
        UsageError: A line of either file is wrong; nothing was asked then.
    """
    items = _read(batch, filters)
    kept = resume(out, items) if out else Kept(0, 0, frozenset())
    _tell(here, kept, out)
    with ExitStack() as stack:
        narration = stack.enter_context(here.narration())
        stdout = sys.stdout.buffer
        file = stack.enter_context(out.open("ab")) if out else stdout
        outcome = run(items, work, appending(file), kept=kept, progress=narration)
    if out:
        spent = lasting(narration.seconds)
        here.aside(f"{outcome.written:,} asked in {spent}, {outcome.refused:,} refused: {out}")
    return outcome.refused


def _read(batch: Path, filters: "Filters") -> list[Item]:
    if str(batch) == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
        return read_items(text.split("\n"), "stdin", filters)
    try:
        with batch.open(encoding="utf-8") as lines:
            return read_items(lines, str(batch), filters)
    except UnicodeDecodeError as error:
        raise UsageError(f"{batch} is not UTF-8 ({error}); save it as UTF-8") from error
    except OSError as error:
        raise UsageError(f"{batch} cannot be read: {error.strerror}") from error


def _tell(here: Session, kept: Kept, out: Path | None) -> None:
    if not kept.lines:
        return
    here.aside(f"{kept.lines:,} answers kept from an earlier run: {out}")
    if not kept.libraries:
        return
    with here.library().snapshot() as snapshot:
        present = snapshot.fingerprint
    if kept.libraries != frozenset({present}):
        here.aside("They come from another state of the library; remove the file to ask all anew.")
