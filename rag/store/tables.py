"""The SQLite tables of a library and how a connection to them is opened.

No text is stored twice: a passage and a sentence are offsets into the abstract, a
venue and a file name are rows of their own, and a passage's id follows from its paper
and ordinal. Sentence offsets are packed into one value per field (`rag.store.spans`).
A paper made of several records keeps what each of them said beside its source, so that
a wrong merge can be taken apart; of a single one the paper itself says it.
"""

import os
import sqlite3
import zlib
from pathlib import Path

CATALOGUE = "catalogue.sqlite"
"""Name of the file in a library's folder."""

GONE = "move the folder away and put a backup in its place with 'attest restore'"
"""What to do when a catalogue is damaged: nothing else holds what was in it."""

STORE = "store"
"""Name of the value that tells where the published collection is."""
EMBEDDED = "embedded"
"""That value where it is among the files."""
LEFT = "left"
"""Name of the value that lists servers which may hold collections of versions before."""
LIBRARY = "library"
"""Name of the value that a library is called by on a server."""

FORMAT = "3"
"""Version of this layout; a library of another one is refused."""

_PAGE = 16384
"""Bytes; rows of about 1 kB leave a fifth of a 4 kB page empty, of this one a twentieth."""

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE venues (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE files (
    key INTEGER PRIMARY KEY, path TEXT NOT NULL, format TEXT NOT NULL, UNIQUE (path, format)
);
CREATE TABLE batches (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, time TEXT NOT NULL,
    paths TEXT NOT NULL, counts TEXT NOT NULL
);
CREATE TABLE papers (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    authors TEXT NOT NULL, year INTEGER, venue INTEGER REFERENCES venues, url TEXT,
    identifiers TEXT, retraction TEXT, content_hash BLOB NOT NULL
);
CREATE TABLE abstracts (
    paper INTEGER PRIMARY KEY REFERENCES papers ON DELETE CASCADE,
    text BLOB NOT NULL, title_sentences BLOB NOT NULL, sentences BLOB NOT NULL
);
CREATE TABLE identities (
    key INTEGER NOT NULL, paper INTEGER NOT NULL, PRIMARY KEY (key, paper)
) WITHOUT ROWID;
CREATE TABLE sources (
    paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    file INTEGER NOT NULL, position INTEGER NOT NULL, batch INTEGER, record BLOB,
    PRIMARY KEY (paper, ordinal)
) WITHOUT ROWID;
CREATE TABLE splits (
    split INTEGER NOT NULL, first INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (split, first, record)
) WITHOUT ROWID;
CREATE TABLE models (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE embeddings (
    key INTEGER PRIMARY KEY, hash BLOB NOT NULL, model INTEGER NOT NULL, vector BLOB NOT NULL,
    parts BLOB NOT NULL,
    UNIQUE (hash, model)
);
CREATE TABLE passages (
    key INTEGER PRIMARY KEY, paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    embedding INTEGER NOT NULL, UNIQUE (paper, ordinal)
);
"""


PLAIN = "plain"
"""SQL function that turns a packed text back into UTF-8; every connection of ours knows it.

zlib's own and nothing around it: an interrupt that meets Python code called by SQLite comes out as
an error of the database.
"""


def packed(text: str) -> bytes:
    """Return a text as it is stored: abstracts shrink by half, a fifth of a library."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 9)


def connect(path: Path) -> sqlite3.Connection:
    """Open a catalogue for writing, making its tables when the file is new."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
        connection.execute(f"PRAGMA page_size = {_PAGE}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    connection.create_function(PLAIN, 1, zlib.decompress, deterministic=True)
    if not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
        connection.executescript(f"BEGIN;{_TABLES}COMMIT;")
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open a catalogue for reading; a folder that cannot be written is read as it lies."""
    sealed = not os.access(path.parent, os.W_OK)
    mode = "mode=ro&immutable=1" if sealed else "mode=rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=10,
    )
    connection.execute("PRAGMA query_only = ON")
    connection.create_function(PLAIN, 1, zlib.decompress, deterministic=True)
    return connection


def copy_database(source: sqlite3.Connection, path: Path) -> None:
    """Write what a connection sees, which others may go on changing, into a new file."""
    target = sqlite3.connect(path)
    try:
        source.backup(target)
        # A copy of what has a log is made to have one, so that its next writer need not change it.
        target.execute("PRAGMA journal_mode = WAL")
    finally:
        target.close()
