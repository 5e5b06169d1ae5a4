"""Answers kept beside the library, so that a question can follow on the last one.

They lie in a database of their own: asking never waits for a writer of the
library, and removing the file forgets every conversation.
"""

import sqlite3
import uuid
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from rag.errors import LibraryError
from rag.schema import Answer, Turn
from rag.store.tables import connect_reader

FILE = "conversations.sqlite"

_TABLES = """
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


class Kept(NamedTuple):
    """An answer as it was kept."""

    conversation: str
    time: str
    """UTC, ISO 8601."""
    answer: Answer


class Conversations:
    """The conversations about one library.

    Args:
        directory: The library's folder. Nothing is written to it before `keep`.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE

    def keep(self, answer: Answer, *, conversation: str | None = None) -> str:
        """Store an answer and return its conversation's id, a new one where none is given.

        Raises:
            LibraryError: The database cannot be written.
        """
        name = conversation or uuid.uuid4().hex[:12]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row = (answer.id, name, now, answer.question, answer.model_dump_json())
        with self._open() as connection:
            connection.execute(
                """INSERT INTO answers (id, conversation, time, question, answer)
                VALUES (?, ?, ?, ?, ?)""",
                row,
            )
        return name

    def last(self) -> str | None:
        """Return the id of the conversation that was carried on last, if there is any."""
        rows = self._rows("SELECT conversation FROM answers ORDER BY key DESC LIMIT 1")
        return str(rows[0][0]) if rows else None

    def turns(self, conversation: str) -> tuple[Turn, ...]:
        """Return the questions and answers of a conversation, oldest first."""
        return tuple(_turn(each.answer) for each in self.conversation(conversation))

    def recent(self, count: int) -> tuple[Kept, ...]:
        """Return the last answers, newest first."""
        rows = self._rows(
            "SELECT conversation, time, answer FROM answers ORDER BY key DESC LIMIT ?", count
        )
        return tuple(_kept(rows))

    def conversation(self, name: str) -> tuple[Kept, ...]:
        """Return the answers of a conversation, oldest first; none where it is unknown."""
        rows = self._rows(
            "SELECT conversation, time, answer FROM answers WHERE conversation = ? ORDER BY key",
            name,
        )
        return tuple(_kept(rows))

    def answer(self, name: str) -> Kept | None:
        """Return an answer by its id, or None where it is unknown."""
        rows = self._rows("SELECT conversation, time, answer FROM answers WHERE id = ?", name)
        return next(_kept(rows), None)

    def forget(self, known: Callable[[Collection[str]], Collection[str]]) -> int:
        """Delete the answers that show a paper which the library no longer holds.

        Args:
            known: Returns which of some paper ids are still there.

        Returns:
            How many answers are gone.
        """
        rows = self._rows("SELECT key, time, answer FROM answers")
        shown = {each.conversation: _papers(each.answer) for each in _kept(rows)}
        left = set(known({paper for papers in shown.values() for paper in papers}))
        # An answer that cannot be read goes too: nobody can tell what it shows.
        gone = [key for (key, *_) in rows if shown.get(str(key), {""}) - left]
        if gone:
            with self._open() as connection:
                connection.executemany("DELETE FROM answers WHERE key = ?", [(k,) for k in gone])
            with self._open() as connection:
                # The deleted bytes would else remain in the log beside the database.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(gone)

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        if not self._path.exists():
            return []
        with self._translated(), closing(connect_reader(self._path)) as connection:
            return connection.execute(query, values).fetchall()

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        with self._translated(), closing(sqlite3.connect(self._path, timeout=10)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.executescript(_TABLES)
            with connection:
                yield connection

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise LibraryError(f"conversations in {self._path} cannot be used: {error}") from error


def _kept(rows: list[tuple[object, ...]]) -> Iterator[Kept]:
    """Yield stored answers; one that an older release wrote otherwise is passed over."""
    for conversation, time, text in rows:
        try:
            answer = Answer.model_validate_json(str(text))
        except ValidationError:
            continue
        yield Kept(str(conversation), str(time), answer)


def _turn(answer: Answer) -> Turn:
    cited = dict.fromkeys(each.paper_id for each in answer.citations)
    return Turn(question=answer.question, answer=answer.text, papers=tuple(cited))


def _papers(answer: Answer) -> set[str]:
    nearest = answer.refusal.nearest if answer.refusal else ()
    against = [each.against for each in answer.withheld if each.against]
    cited = {each.paper_id for each in (*answer.citations, *nearest, *against)}
    return cited | {each.passage.paper_id for each in answer.hits}
