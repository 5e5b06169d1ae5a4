"""A real Chroma server on loopback, started, killed and started again on the same data."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from eval.bench.process import QUIET
from rag.store.remote import ChromaServer

_PATIENCE = 60.0
"""Seconds for a start on a busy machine."""


class RunningChroma:
    """The program ``chroma run`` of this environment; a context manager.

    Args:
        folder: Holds its data and its log.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            RuntimeError: It ended, or does not answer.
        """
        program = Path(sys.executable).parent / "chroma"
        where = ("--host", "127.0.0.1", "--port", str(self._port))
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [program, "run", "--path", self._folder / "data", *where],
                cwd=self._folder,
                env={**os.environ, **QUIET},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _PATIENCE
        while not ChromaServer(self.url).answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"no Chroma server started; see {self._folder / 'server.log'}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
