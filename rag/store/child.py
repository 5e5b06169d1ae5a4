"""The process in which Chroma works, as its parent sees it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

from rag.errors import LibraryDamaged
from rag.store.chroma import DAMAGED, Job
from rag.store.manifest import Collection

_START = "import sys; sys.path.append(sys.argv[1]); from rag.store.chroma import main; main()"
_ROOT = Path(__file__).resolve().parents[2]


class Collector(Protocol):
    """Builds or verifies the collection of one version while others write the other files."""

    @property
    def apart(self) -> bool:
        """Whether the collection is made elsewhere than in the version's folder."""
        ...

    def __enter__(self) -> Self:
        """Return itself, getting ready."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, whatever it is doing."""
        ...

    def start(self, job: Job) -> None:
        """Hand over the job and return at once."""
        ...

    def wait(self, progress: Callable[[int], None]) -> list[int]:
        """Wait for the end; return the rows that a search in the collection misses."""
        ...

    def made(self) -> Collection | None:
        """Return where the collection is that was built, unless it is in the folder."""
        ...

    def settle(self, version: str, *, gone: bool) -> None:
        """Throw away the collections of all versions but the published one.

        Args:
            version: Name of that.
            gone: Whether they hold what must not be held any more.

        Raises:
            StoreUnavailable: What must go could not be reached.
        """
        ...


class ChromaChild:
    """A process that has loaded chromadb and waits for one job; a context manager.

    It ends when its parent does, however that ends, since the pipe between them closes.
    """

    def __init__(self) -> None:
        # -P keeps modules that lie in the working folder from being imported.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=_environment(),
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.communicate()

    def start(self, job: Job) -> None:
        """Hand over the job and return at once."""
        pipe = _open_pipe(self._process.stdin)
        try:
            pipe.write(json.dumps(job) + "\n")
            pipe.flush()
        except BrokenPipeError:
            raise self._failure() from None

    def wait(self, progress: Callable[[int], None]) -> list[int]:
        """Wait for the end of the job.

        Args:
            progress: Told how many rows are in.

        Returns:
            The rows that the graph does not lead to.

        Raises:
            LibraryDamaged: Chroma could not be filled, or does not hold what it was given.
        """
        for line in _open_pipe(self._process.stdout):
            if line.startswith("done"):
                return json.loads(line.removeprefix("done"))
            progress(int(line))
        raise self._failure()

    @property
    def apart(self) -> bool:
        """Whether the collection is made elsewhere: it is not."""
        return False

    def made(self) -> None:
        """Return None: the collection is in the folder."""

    def settle(self, version: str, *, gone: bool) -> None:
        """Do nothing: a collection goes with its folder."""

    def _failure(self) -> LibraryDamaged:
        said = _open_pipe(self._process.stderr).read().strip().splitlines()
        code = self._process.wait()
        reason = said[-1] if said else f"its process ended with code {code}"
        if code != DAMAGED:
            reason = f"Chroma could not be built: {reason}; run 'attest add' again"
        return LibraryDamaged(reason)


def _environment() -> dict[str, str]:
    """Return the environment without settings for Chroma, which would reach any server."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("CHROMA_", "OTEL_"))
    }


def _open_pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise ValueError("the child has no pipe")
    return pipe
