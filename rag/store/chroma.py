"""The Chroma collection of a version: every passage, readable by any Chroma client.

It is built, and verified on a copy, in a process of its own: the ingest never imports
chromadb, whose files are complete only once its client is closed, and a crash inside it
ends a child, not the ingest. Sealed folders are never opened, since opening writes.

The collection holds id, float32 vector, paper id, title and year (0 for none) of every
passage but not its text, which would cost five times the disk and three times the time;
a client reads texts from the catalogue.
"""

import importlib
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamaged
from rag.store.holding import GRAPH, Row, fill, prove, read_rows
from rag.store.index import Keys, Vector, read_vectors
from rag.store.stored_code import refuse_code

Client = Any
"""A ``chromadb`` client; its types say less than it does, ``close`` for one."""
Collection = Any

FOLDER = "chroma"
COLLECTION = "passages"
DAMAGED = 3
"""Exit code of a child whose collection is not what it was given."""


class Job(TypedDict):
    """What a child is asked to do."""

    task: Literal["build", "verify"]
    folder: str
    """Version folder with vectors and keys; to be built in only while it is in staging."""
    rows: str
    """File of JSON lines, a `Row` each, in key order."""
    dim: int
    first: int
    """Rows that the collection, copied from the last version, holds already."""
    metadata: dict[str, str | int]
    """Of the collection: model, dimension, attest version."""
    version: NotRequired[str]
    """Name of the version; a collection on a server is called after it."""
    fingerprint: NotRequired[str]
    """Of the version."""


class ChromaGraph:
    """Approximate search in a private copy of a sealed collection.

    Args:
        folder: The version's folder.
        keys: Passage key by passage id.
        missed: Keys of passages that the graph does not lead to.
    """

    def __init__(self, folder: Path, keys: Mapping[str, int], *, missed: Keys) -> None:
        self._keys = keys
        self._missed = missed
        private = Path(tempfile.mkdtemp(prefix="attest-chroma-"))
        weakref.finalize(self, shutil.rmtree, private, ignore_errors=True)
        refuse_code(folder / FOLDER)
        shutil.copytree(folder / FOLDER, private, dirs_exist_ok=True)
        self._client = _open(private)
        self._collection = _collection(self._client)

    def nearest(self, vector: Vector, k: int) -> Keys:
        """Return the keys of about the k nearest passages and of all that the graph misses."""
        found = self._collection.query(query_embeddings=[vector.tolist()], n_results=k, include=[])
        near = [self._keys[name] for name in found["ids"][0]]
        return np.union1d(np.array(near, dtype=np.int64), self._missed)

    def close(self) -> None:
        """Close the client; the copy goes when this object does."""
        self._client.close()


def build(job: Job, progress: Callable[[int], None]) -> list[int]:
    """Fill a collection and verify it on a copy.

    Args:
        job: What to build.
        progress: Told how many rows are in.

    Returns:
        What `verify` returns of the new rows.

    Raises:
        LibraryDamaged: What Chroma holds is not what it was given.
    """
    version = Path(job["folder"])
    _, vectors = read_vectors(version, job["dim"])
    rows, first = read_rows(Path(job["rows"])), job["first"]
    if first:
        refuse_code(version / FOLDER)
    client = _open(version / FOLDER)
    collection = _collection(client) if first else _create(client, job["metadata"])
    fill(collection, rows, vectors, progress, first=first)
    client.close()
    _compact(version / FOLDER)
    return verify(job, rows, vectors, first=first)


def verify(job: Job, rows: list[Row], vectors: NDArray[np.float16], *, first: int = 0) -> list[int]:
    """Check a collection against the vectors, on a copy beside the rows' file.

    Returns:
        What `rag.store.holding.prove` returns.

    Raises:
        LibraryDamaged: Something is missing or altered.
    """
    folder = Path(job["folder"]) / FOLDER
    refuse_code(folder)
    with tempfile.TemporaryDirectory(prefix="verify-", dir=Path(job["rows"]).parent) as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        client = _open(Path(copy))
        lost = prove(_collection(client), rows, vectors, first=first)
        client.close()
        return lost


def main() -> None:
    """Do the one job that comes as a line on stdin; end when the parent does.

    Every line on stdout is how many rows are in; the last is ``done`` and the
    rows that the graph does not lead to. An error that the
    user must see is the only line on stderr, under exit code 3.
    """
    # Loading chromadb takes longest: the parent starts this process before it has the job.
    importlib.import_module("chromadb")

    job: Job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        if job["task"] == "build":
            lost = build(job, lambda done: print(done, flush=True))  # noqa: T201
        else:
            _, vectors = read_vectors(Path(job["folder"]), job["dim"])
            lost = verify(job, read_rows(Path(job["rows"])), vectors)
    except LibraryDamaged as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(DAMAGED)
    print("done", json.dumps(lost), flush=True)  # noqa: T201


def _end_with_parent() -> None:
    """End hard when the pipe from the parent closes, be it killed or done with us."""
    sys.stdin.read()
    os._exit(1)


def _compact(folder: Path) -> None:
    """Rewrite Chroma's tables without the room that its log left, a third of the folder."""
    connection = sqlite3.connect(folder / "chroma.sqlite3", isolation_level=None)
    try:
        connection.execute("VACUUM")
    finally:
        connection.close()


def _open(folder: Path) -> Client:
    import chromadb
    from chromadb.config import Settings

    # Settings reads keyword arguments that its signature does not name.
    make: Any = Settings

    # Without _env_file=None a file .env of the working folder could turn on what we turn off.
    settings = make(
        _env_file=None,
        anonymized_telemetry=False,
        chroma_otel_collection_endpoint="",
    )
    return chromadb.PersistentClient(str(folder), settings)


def _collection(client: Client) -> Collection:
    return client.get_collection(COLLECTION, embedding_function=None)


def _create(client: Client, metadata: dict[str, str | int]) -> Collection:
    return client.create_collection(
        COLLECTION, embedding_function=None, configuration={"hnsw": GRAPH}, metadata=metadata
    )


if __name__ == "__main__":
    main()
