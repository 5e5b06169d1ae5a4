"""Papers from the page into a library, with the progress told as it goes."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from rag.library import Library
from rag.store.report import AddReport

STAGES = {
    "embed": "Reading and embedding",
    "words": "Indexing words",
    "index": "Building the index",
}


def add(library: Library, names: Mapping[Path, str]) -> Iterator[str | AddReport]:
    """Yield what goes on in words, then the report.

    Args:
        library: Where the papers go.
        names: Files by path, each with the name that its owner knows.

    Raises:
        AttestError: What `Library.add` raises.
    """
    told: SimpleQueue[str | None] = SimpleQueue()

    def progress(stage: str, done: int, total: int) -> None:
        of = f" of {total:,}" if total else ""
        told.put(f"{STAGES.get(stage, stage)}: {done:,}{of}")

    with ThreadPoolExecutor(1, thread_name_prefix="attest-add") as pool:
        adding = pool.submit(library.add, list(names), names=names, progress=progress)
        adding.add_done_callback(lambda _: told.put(None))
        while (found := _newest(told)) is not None:
            yield found
        yield adding.result()


def _newest(told: "SimpleQueue[str | None]") -> str | None:
    """Wait for what is told next, and pass over what is older than the newest."""
    found = told.get()
    while found is not None and not told.empty():
        found = told.get()
    return found
