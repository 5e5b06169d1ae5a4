"""One of several processes on a library whose collections are on a server.

``add DIR URL FILE`` · ``read DIR URL``, as `eval.bench.server` starts them. ``read`` says ``ready``
once it has loaded what it needs, asks the server's graph from the next line on stdin until stdin
closes, whatever the size of the library, and ends with a line of JSON.
"""

import json
import sys
import time
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import numpy as np

from eval.bench.contender import reading
from rag.embedding import open_embedder
from rag.library import Library
from rag.store import index
from rag.store.remote import ChromaServer

QUESTION = "rivers measured with sensors"
_K = 5


class Read(NamedTuple):
    """What one question saw."""

    seconds: float
    fingerprint: str
    mixed: bool
    """Whether catalogue, indexes and answer were not of one version."""
    recall: float
    """Share of the passages found that are as near as the nearest by an exact scan."""
    scanned: bool
    """Whether the scan stood in for the server."""


def library_at(folder: Path, url: str, *, patience: float = 10.0) -> Library:
    """Return a library whose collections are on a server."""
    server = ChromaServer(url, patience=patience)
    return Library(folder, lambda: open_embedder("hash"), server=server)


def asked(library: Library) -> Read:
    """Ask once, and compare all that the answer was made of."""
    started = time.monotonic()
    with library.open() as view:
        vector = open_embedder("hash").embed_query(QUESTION)
        near = view.vectors.search(vector, _K)
        scanned = view.vectors.notice is not None
        words = view.lexical.search(QUESTION, _K)
        seconds = time.monotonic() - started
        keys = {key for key, _ in (*near, *words)}
        passages, counts = view.snapshot.passages(keys), view.snapshot.counts()
        sizes = (len(view.vectors), view.lexical.size, len(passages))
        mixed = sizes != (counts["passages"], counts["papers"], len(keys))
        # With filters a search is exact.
        every = sorted(view.snapshot.passage_keys().values())
        exact = view.vectors.search(vector, _K, allowed=np.array(every))
        recall = sum(score >= exact[-1][1] for _, score in near) / len(exact)
        return Read(seconds, view.fingerprint, mixed, recall, scanned)


def by_graph() -> "mock._patch[int]":  # pyright: ignore[reportPrivateUsage]
    """Return a context in which a library of any size is searched by its graph."""
    return mock.patch.object(index, "EXACT_LIMIT", 0)


def main() -> None:
    """Do what the command line asks for."""
    task, folder, url, *papers = sys.argv[1:]
    if task == "add":
        library_at(Path(folder), url).add(papers)
        return
    print("ready", flush=True)
    sys.stdin.readline()
    library = library_at(Path(folder), url)
    with by_graph():
        print(json.dumps(reading(lambda: asked(library))))


if __name__ == "__main__":
    main()
