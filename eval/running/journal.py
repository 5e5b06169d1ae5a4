"""The journal of a run: a folder in which a kill loses nothing and doubles nothing.

``run.json`` holds the manifest, written once and atomically before the first
case is asked; ``trials.jsonl`` holds a line per case, each handed to the system
in one write and flushed, in the order in which cases were finished. A last line
that a kill has cut is taken off when the run goes on. One process at a time holds
the folder (``flock``), which ends with the process however it dies.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self, cast

from pydantic import ValidationError

from eval.running.responses import read_response
from eval.schema import Response, Run, Trial, digest
from rag.errors import UsageError
from rag.replacing import replace

MANIFEST = "run.json"
TRIALS = "trials.jsonl"
_LOCK = ".lock"

Json = dict[str, object]


class Journal:
    """The trials of a run on disk; a context manager while it is written."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read or made before it is entered or asked."""
        self.folder = folder
        self._lock: int | None = None

    def __enter__(self) -> Self:
        """Take the folder.

        Raises:
            UsageError: Another process is writing to it, or it cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise UsageError(
                f"{self.folder} cannot hold a run ({error.strerror}); choose another --out"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.__exit__()
            raise UsageError(
                f"{self.folder}: another process is writing this run; wait for it or choose "
                "another --out"
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def begin(self, run: Run) -> frozenset[str]:
        """Start a run or go on with it; return the ids of the cases that are done.

        A run of which no case was finished may be started as another one.

        Raises:
            UsageError: The folder holds another run; names the first thing that differs.
        """
        path = self.folder / MANIFEST
        self._mend()
        done = frozenset(trial.case for trial in self.trials())
        if done:
            _same(self.manifest(), run, path)
        else:
            write_atomically(path, run.model_dump_json(indent=2) + "\n")
        return done

    def append(self, row: Json) -> None:
        """Write a finished case and hand it to the system.

        Args:
            row: ``case``, ``asked``, ``seconds`` and either ``error`` or ``answer`` (the
                contract, hits beyond the first ten without their texts) with ``verbatim``,
                one truth value or null per citation.
        """
        line = json.dumps(row, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        with (self.folder / TRIALS).open("ab") as file:
            file.write(line + b"\n")

    def manifest(self) -> Run:
        """Return the manifest.

        Raises:
            UsageError: There is no run in the folder, or one that cannot be read.
        """
        path = self.folder / MANIFEST
        try:
            return Run.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise UsageError(
                f"{self.folder} holds no run; make one with 'attest eval run'"
            ) from None
        except ValidationError as error:
            raise UsageError(
                f"{path} is not the manifest of a run ({error.errors()[0]['msg']})"
            ) from error

    def trials(self) -> tuple[Trial, ...]:
        """Return the trials in the order in which they were written.

        Raises:
            UsageError: A line cannot be read; names it.
        """
        return tuple(trial_of(row, place) for row, place in self.rows())

    def rows(self) -> Iterator[tuple[Json, str]]:
        """Yield each line as written, with its place for messages; a torn last line is left out."""
        path = self.folder / TRIALS
        content = path.read_bytes() if path.exists() else b""
        for number, line in enumerate(content.split(b"\n")[:-1], start=1):
            place = f"{path}:{number}"
            try:
                row = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{place} is damaged ({error}); run the cases anew") from error
            yield cast(Json, row), place

    def _mend(self) -> None:
        """Take off what a kill has cut."""
        path = self.folder / TRIALS
        if not path.exists():
            return
        content = path.read_bytes()
        end = content.rfind(b"\n") + 1
        if end < len(content):
            with path.open("r+b") as file:
                file.truncate(end)


def trials_digest(trials: Sequence[Trial]) -> str:
    """Return a digest of what was answered; times, which never repeat, do not count."""
    rows = sorted((trial.case, _lasting(trial)) for trial in trials)
    return digest([row for _, row in rows])


def run_digest(run: Run, trials: Sequence[Trial]) -> str:
    """Return a digest of a manifest and its trials; when and where it ran does not count."""
    manifest = run.model_dump(mode="json", exclude={"started", "machine", "versions"})
    return digest([manifest, trials_digest(trials)])


def write_atomically(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        UsageError: It cannot be written.
    """
    replace(path, text.encode("utf-8"))


def trial_of(row: Json, place: str) -> Trial:
    """Return the trial of a row as `Journal.append` takes it.

    Raises:
        UsageError: It is none; names the place.
    """
    answer = row.get("answer")
    try:
        known = {name: row[name] for name in ("case", "asked", "seconds", "error") if name in row}
        if answer is None:
            return Trial.model_validate(known)
        response = read_response(cast(Json, answer))
        return Trial.model_validate({**known, "response": _looked_up(response, row)})
    except (ValidationError, ValueError) as error:
        raise UsageError(f"{place} is no trial ({str(error).splitlines()[0]})") from error


def _looked_up(response: Response, row: Json) -> Response:
    """Return a response with what was found of its quotes when it was made."""
    found = cast(list[bool | None], row.get("verbatim") or [None] * len(response.citations))
    quotes = [
        quote.model_copy(update={"verbatim": there})
        for quote, there in zip(response.citations, found, strict=True)
    ]
    return response.model_copy(update={"citations": tuple(quotes)})


def _lasting(trial: Trial) -> object:
    timeless = trial.model_dump(mode="json", exclude={"seconds"})
    if timeless["response"]:
        del timeless["response"]["timings_ms"]
    return timeless


def _same(before: Run, now: Run, path: Path) -> None:
    ignored = {"started", "machine"}
    for name in Run.model_fields:
        if name not in ignored and getattr(before, name) != getattr(now, name):
            raise UsageError(
                f"{path} is of a run with another {name.replace('_', ' ')}; choose another --out, "
                "or remove the folder to run anew"
            )
