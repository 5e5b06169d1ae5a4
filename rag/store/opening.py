"""A library opened for writing: the lock, the proof of what is there, and the seal at the end."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import LibraryMissing, StoreUnavailable
from rag.store.catalogue import Catalogue
from rag.store.child import Collector
from rag.store.ingest import Progress
from rag.store.lock import Lock
from rag.store.publishing import clear
from rag.store.tables import CATALOGUE, LIBRARY
from rag.store.translating import translated
from rag.store.verifying import catalogue_of, prove
from rag.store.writer import Writer

if TYPE_CHECKING:
    from rag.store.remote import ChromaServer

LOCK = "lock"
"""Name of the file whose holder may write."""
_WITHIN = 2.0
"""Seconds for each call of tidying up; an ``add`` that changes nothing needs no server."""


@contextmanager
def writing(
    directory: Path,
    collector: Callable[[], Collector],
    server: "ChromaServer | None",
    progress: Progress,
) -> Generator[Writer]:
    """Open a library for writing, and make its folder where there is none.

    Args:
        directory: Of the library.
        collector: Makes what builds a collection among the files.
        server: Gets the collection instead, where one is given.
        progress: Told stage, done and total.

    Raises:
        LibraryLocked: Another process is writing.
        LibraryDamaged: The catalogue is not what was written.
        LibraryError: The folder cannot be written.
    """
    with translated(directory):
        directory.mkdir(parents=True, exist_ok=True)
        with Lock(directory / LOCK), _catalogue(directory) as catalogue:
            clear(directory, keep=catalogue.meta().get("version"))
            chosen = _serving(server, catalogue) if server else collector
            try:
                yield Writer(directory, catalogue, collector=chosen, progress=progress)
            finally:
                # Also after an add that failed, or that followed one which was killed.
                with suppress(sqlite3.DatabaseError):
                    catalogue.tidy()


def _serving(server: "ChromaServer", catalogue: Catalogue) -> Callable[[], Collector]:
    """Delete what a writer before left on a server, if it answers, and return what builds there."""
    from rag.store.served import ServedCollector, sweep

    meta = catalogue.meta()
    if LIBRARY in meta:
        with suppress(StoreUnavailable):
            sweep(server, catalogue.library_id(), meta.get("version"), within=_WITHIN)
    return lambda: ServedCollector(server, catalogue.library_id)


def _catalogue(directory: Path) -> Catalogue:
    """Open the catalogue for writing, unless it is damaged; a new seal would hide that."""
    path = directory / CATALOGUE
    with suppress(LibraryMissing), catalogue_of(directory) as snapshot:
        prove(path, snapshot, writing=lambda: False)
    return Catalogue(path)
