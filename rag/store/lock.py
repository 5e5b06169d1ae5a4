"""One writer at a time: an advisory lock that the kernel frees when its holder dies."""

import fcntl
import json
import os
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from rag.errors import LibraryLocked

PATIENCE = 0.5
"""Seconds to wait for a lock that may be held for a moment only."""

_PAUSE = 0.02


class Holder(BaseModel):
    """Who holds the lock."""

    model_config = ConfigDict(frozen=True)

    pid: int
    host: str
    started: str
    """UTC, ISO 8601."""
    command: str

    @classmethod
    def here(cls) -> Self:
        """Return the present process."""
        return cls(
            pid=os.getpid(),
            host=socket.gethostname(),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            command=" ".join(sys.argv)[:200],
        )


class Lock:
    """The writer lock of one library; a context manager.

    The file is never deleted: a lock on a file that another process unlinks would
    lock nothing.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self._path = path
        self._patience = patience
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            LibraryLocked: Another process holds it; names pid, start time and command.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if not _taken(descriptor, self._patience):
            os.close(descriptor)
            raise LibraryLocked(self._refusal())
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, Holder.here().model_dump_json().encode(), 0)
        except OSError:
            # On a full disk; a descriptor left open would lock out this process too.
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the lock."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> Holder | None:
        """Return who holds the lock now, or None when it is free."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._read()
        else:
            return None
        finally:
            os.close(descriptor)

    def _read(self) -> Holder | None:
        try:
            return Holder.model_validate(json.loads(self._path.read_text("utf-8")))
        except (ValueError, ValidationError):
            return None

    def _refusal(self) -> str:
        # A holder takes the lock first and writes its name then.
        deadline = time.monotonic() + self._patience
        while (holder := self._read()) is None and time.monotonic() < deadline:
            time.sleep(_PAUSE)
        who = (
            f"process {holder.pid} on {holder.host} (started {holder.started}: {holder.command})"
            if holder
            else "another process"
        )
        return f"{self._path.parent} is being written by {who}; wait for it or end it"


def _taken(descriptor: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
        else:
            return True
