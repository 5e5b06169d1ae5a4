"""The database of conversations: its tables, and how it is read and written.

A file that lacks one of the tables beside the answers gets it when it is next written; to a
reader it is empty until then.
"""

import sqlite3
import time
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import LibraryError
from rag.store.tables import connect_reader

FILE = "conversations.sqlite"

_ANSWERS = """
CREATE TABLE IF NOT EXISTS answers (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    time TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_conversation ON answers (conversation);
"""
# A thread without a row belongs to nobody; without a title it goes by its first question.
# An answer without a seal was kept before there were any.
_BESIDE = {
    "threads": "(id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT)",
    "feedback": "(answer TEXT PRIMARY KEY, kind TEXT NOT NULL, note TEXT NOT NULL)",
    "seals": "(answer TEXT PRIMARY KEY, seal TEXT NOT NULL)",
}
_PATIENCE = 10.0
"""Seconds to wait for another writer."""


class Database:
    """The file of conversations in a library's folder; every call opens it anew."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE

    def exists(self) -> bool:
        """Whether anything was ever kept."""
        return self._path.exists()

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Return what a query finds; nothing where there is no file."""
        if not self.exists():
            return []
        with self._translated(), closing(connect_reader(self._path)) as connection:
            _complete(connection)
            return connection.execute(query, values).fetchall()

    @contextmanager
    def change(self) -> Generator[sqlite3.Connection]:
        """Make everything inside one commit, or nothing of it; other writers wait.

        Raises:
            LibraryError: The database cannot be written.
        """
        with self._translated(), closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection

    def flush(self) -> None:
        """Empty the log beside the database, where deleted bytes would else remain."""
        with self._translated(), closing(self._connect()) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)
        try:
            _log_ahead(connection)
            connection.execute("PRAGMA secure_delete = ON")
            if _lacking(connection, ["answers", *_BESIDE]):
                # At once: a reader that turns writer half-way is refused without a wait.
                script = _ANSWERS + _made("TABLE", _BESIDE)
                connection.executescript(f"BEGIN IMMEDIATE; {script} COMMIT;")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise LibraryError(f"conversations in {self._path} cannot be used: {error}") from error


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Let readers and a writer work at once; SQLite does not wait where two ask for it at once."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _complete(connection: sqlite3.Connection) -> None:
    """Give a reader of an older file the tables that the file lacks, empty and of its own."""
    lacking = _lacking(connection, _BESIDE)
    if lacking:
        connection.execute("PRAGMA query_only = OFF")
        connection.executescript(_made("TEMP TABLE", lacking))
        connection.execute("PRAGMA query_only = ON")


def _lacking(connection: sqlite3.Connection, names: Iterable[str]) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    there = {str(name) for (name,) in found}
    return [name for name in names if name not in there]


def _made(kind: str, names: Iterable[str]) -> str:
    return "".join(f"CREATE {kind} IF NOT EXISTS {name} {_BESIDE[name]};\n" for name in names)
