"""One of several processes on one library, as `eval.bench.contention` starts them.

``add DIR FILE`` · ``hold DIR`` · ``read DIR``. Each says ``ready`` once it has loaded what it
needs, begins at the next line on stdin, and ends with a line of JSON. ``read`` asks until
stdin closes.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from rag.embedding import open_embedder
from rag.errors import AttestError
from rag.library import LOCK, Library
from rag.store.chroma import Job
from rag.store.lock import Lock

THREADS = 4
_QUESTION = "rivers measured with sensors"


class Uncollected:
    """Builds no collection: what is looked at is who writes, and which version is read."""

    apart = False

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Do nothing."""

    def start(self, job: Job) -> None:
        """Do nothing."""

    def wait(self, progress: Callable[[int], None]) -> list[int]:
        """Return no row."""
        return []

    def made(self) -> None:
        """Return None."""

    def settle(self, version: str, *, gone: bool) -> None:
        """Do nothing."""


class Read(NamedTuple):
    """What one question saw."""

    seconds: float
    fingerprint: str
    mixed: bool
    """Whether catalogue and indexes were not of one version."""


def library_at(folder: Path) -> Library:
    """Return a library without collections."""
    return Library(folder, lambda: open_embedder("hash"), collector=Uncollected)


def added(folder: Path, papers: Path) -> dict[str, object]:
    """Add a file; tell how that ended."""
    started = time.monotonic()
    told: dict[str, object] = {}
    try:
        told["fingerprint"] = library_at(folder).add([papers]).fingerprint
    except AttestError as error:
        told["error"] = str(error)
    return {**told, "seconds": time.monotonic() - started}


def asked(library: Library) -> Read:
    """Ask once, and compare all that the answer was made of."""
    started = time.monotonic()
    with library.open() as view:
        near = view.vectors.search(open_embedder("hash").embed_query(_QUESTION), 5)
        words = view.lexical.search(_QUESTION, 5)
        keys = {key for key, _ in (*near, *words)}
        passages = view.snapshot.passages(keys)
        seconds = time.monotonic() - started
        counts = view.snapshot.counts()
        sizes = (len(view.vectors), view.lexical.size, len(passages))
        whole = sizes == (counts["passages"], counts["papers"], len(keys))
        return Read(seconds, view.fingerprint, not whole)


def reading(answer: Callable[[], tuple[object, ...]]) -> dict[str, object]:
    """Ask in several threads until stdin is closed; tell of every answer and error."""
    reads, errors = list[tuple[object, ...]](), list[str]()
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()

    def ask() -> None:
        while not over.is_set():
            try:
                reads.append(answer())
            except AttestError as error:
                errors.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"reads": reads, "errors": errors}


def main() -> None:
    """Do what the command line asks for."""
    task, folder, *papers = sys.argv[1:]
    print("ready", flush=True)
    sys.stdin.readline()
    if task == "add":
        print(json.dumps(added(Path(folder), Path(papers[0]))))
    elif task == "hold":
        with Lock(Path(folder) / LOCK):
            print("held", flush=True)
            sys.stdin.read()
    else:
        library = library_at(Path(folder))
        print(json.dumps(reading(lambda: asked(library))))


if __name__ == "__main__":
    main()
