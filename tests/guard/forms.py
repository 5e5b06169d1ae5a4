"""Libraries whose collections are among their files, or on a server."""

from pathlib import Path

from rag.embedding import open_embedder
from rag.library import Library
from rag.store.remote import ChromaServer

EMBEDDED = "embedded"


def library_in(folder: Path | str, store: str = EMBEDDED, *, patience: float = 10.0) -> Library:
    """Return a library of a form: ``embedded``, or the address of a server."""
    server = None if store == EMBEDDED else ChromaServer(store, patience=patience)
    return Library(folder, lambda: open_embedder("hash"), server=server)


def held(store: str) -> dict[str, str]:
    """Return the collections of a server: id by name."""
    return {each.name: each.id for each in ChromaServer(store).collections()}


def held_of(library: Library, store: str) -> list[str]:
    """Return the names of the collections that a server holds of one library."""
    import sqlite3

    connection = sqlite3.connect(library.directory / "catalogue.sqlite")
    try:
        query = "SELECT value FROM meta WHERE name = 'library'"
        ((name,),) = connection.execute(query).fetchall()
    finally:
        connection.close()
    return sorted(each for each in held(store) if each.startswith(f"attest-{name}-"))
