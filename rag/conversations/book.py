"""Keeping, listing and forgetting the conversations about one library."""

import json
import uuid
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from rag.conversations.database import Database
from rag.conversations.nouns import Feedback, Kept, Thread, title_of
from rag.conversations.rows import (
    KEPT,
    OWNED,
    TEXTS,
    THREADS,
    altered,
    drop,
    kept,
    key_of,
    keys_of,
    owner_of,
    papers_of,
    seal_of,
)
from rag.conversations.searching import folded
from rag.errors import UsageError
from rag.schema import Answer, Turn

_KEPT = KEPT.format(name="conversation")


class Conversations:
    """The conversations about one library.

    An owner is the name of a signed-in user, "" where nobody signs in. What an owner asks for
    is found among the owner's own conversations only.

    Args:
        directory: The library's folder. Nothing is written to it before `keep`.
    """

    def __init__(self, directory: Path) -> None:
        self._database = Database(directory)

    def keep(self, answer: Answer, *, conversation: str | None = None, owner: str = "") -> str:
        """Store an answer and return its conversation's id, a new one where none is given.

        Raises:
            UsageError: The conversation belongs to another owner.
            LibraryError: The database cannot be written.
        """
        name = conversation or uuid.uuid4().hex[:12]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row = (answer.id, name, now, answer.question, answer.model_dump_json())
        with self._database.change() as connection:
            if owner_of(connection, name) not in (None, owner):
                raise UsageError(f"conversation {name} is somebody else's; begin one of your own")
            connection.execute(
                "INSERT OR IGNORE INTO threads (id, owner) VALUES (?, ?)", (name, owner)
            )
            connection.execute(
                """INSERT INTO answers (id, conversation, time, question, answer)
                VALUES (?, ?, ?, ?, ?)""",
                row,
            )
            connection.execute(
                "INSERT OR REPLACE INTO seals (answer, seal) VALUES (?, ?)",
                (answer.id, seal_of(*row[2:])),
            )
        return name

    def last(self, *, owner: str = "") -> str | None:
        """Return the id of the owner's conversation that was carried on last, if there is any."""
        rows = self._database.rows(
            f"SELECT a.conversation FROM answers a{OWNED} ORDER BY a.key DESC LIMIT 1", owner
        )
        return str(rows[0][0]) if rows else None

    def turns(self, conversation: str, *, owner: str | None = None) -> tuple[Turn, ...]:
        """Return the questions and answers of a conversation, oldest first."""
        return tuple(_turn(each.answer) for each in self.conversation(conversation, owner=owner))

    def recent(self, count: int) -> tuple[Kept, ...]:
        """Return the last answers, anybody's, newest first."""
        return tuple(kept(self._database.rows(f"{_KEPT} ORDER BY a.key DESC LIMIT ?", count)))

    def conversation(self, name: str, *, owner: str | None = None) -> tuple[Kept, ...]:
        """Return the answers of a conversation, oldest first; none where it is unknown.

        Args:
            name: The conversation's id.
            owner: Whose it must be; None is anybody's.
        """
        rows = self._database.rows(
            f"{_KEPT}{OWNED} AND a.conversation = ? ORDER BY a.key", owner, name
        )
        return tuple(kept(rows))

    def answer(self, name: str) -> Kept | None:
        """Return an answer by its id, anybody's, or None where it is unknown."""
        return next(kept(self._database.rows(f"{_KEPT} WHERE a.id = ?", name)), None)

    def mine(self, answer_id: str, *, owner: str = "") -> Kept | None:
        """Return an answer of this owner by its id, or None where there is none."""
        rows = self._database.rows(f"{_KEPT}{OWNED} AND a.id = ?", owner, answer_id)
        return next(kept(rows), None)

    def threads(
        self, *, owner: str = "", containing: str = "", count: int = 100
    ) -> tuple[Thread, ...]:
        """Return the owner's conversations, the one carried on last first.

        Args:
            owner: Whose.
            containing: Part of a title, a question or an answer, in any case and whatever the
                accents; blank lists all.
            count: The most to return.
        """
        found = (
            Thread(str(name), str(title), int(str(answers)), str(time))
            for name, title, answers, time in self._database.rows(THREADS, owner)
        )
        wanted = folded(containing)
        if wanted:
            holding = self._holding(wanted, owner)
            found = (each for each in found if each.id in holding or wanted in folded(each.title))
        return tuple(each for each, _ in zip(found, range(count), strict=False))

    def rename(self, conversation: str, title: str, *, owner: str = "") -> None:
        """Give a conversation a title.

        Raises:
            UsageError: There is no such conversation of this owner, or the title is blank,
                longer than 200 characters or not one line.
        """
        named = title_of(title)
        with self._database.change() as connection:
            if owner_of(connection, conversation) != owner:
                raise UsageError(
                    f"no conversation {conversation} of yours; it may have been deleted"
                )
            connection.execute(
                """INSERT INTO threads (id, owner, title) VALUES (?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET title = excluded.title""",
                (conversation, owner, named),
            )

    def delete(self, conversation: str, *, owner: str = "") -> int:
        """Delete a conversation to its last byte; return how many answers are gone.

        A conversation that is unknown or another owner's is left as it is.
        """
        if not self._database.exists():
            return 0
        with self._database.change() as connection:
            if (owner_of(connection, conversation) or "") != owner:
                return 0
            keys = keys_of(connection, conversation)
            drop(connection, keys)
            connection.execute("DELETE FROM threads WHERE id = ?", (conversation,))
        self._database.flush()
        return len(keys)

    def drop(self, answer_id: str, *, owner: str = "") -> bool:
        """Delete one answer to its last byte; return whether it was there and this owner's.

        Its conversation keeps its title and its owner, so that another answer can take its place.
        """
        if not self._database.exists():
            return False
        with self._database.change() as connection:
            key = key_of(connection, answer_id, owner)
            if key is None:
                return False
            drop(connection, [key])
        self._database.flush()
        return True

    def judge(self, answer_id: str, feedback: Feedback, *, owner: str = "") -> None:
        """Store what a reader says about an answer, in place of what was said before.

        Raises:
            UsageError: There is no such answer of this owner.
        """
        with self._database.change() as connection:
            if key_of(connection, answer_id, owner) is None:
                raise UsageError(f"no answer {answer_id} of yours; it may have been deleted")
            connection.execute(
                "INSERT OR REPLACE INTO feedback (answer, kind, note) VALUES (?, ?, ?)",
                (answer_id, feedback.kind, feedback.note),
            )

    def feedback(self, answer_ids: Iterable[str]) -> dict[str, Feedback]:
        """Return what was said about some answers by their ids; of others there is no entry."""
        rows = self._database.rows(
            """SELECT answer, kind, note FROM feedback
            WHERE answer IN (SELECT value FROM json_each(?))""",
            json.dumps(list(answer_ids)),
        )
        found: dict[str, Feedback] = {}
        for answer, kind, note in rows:
            # A kind that a newer release knows is passed over.
            with suppress(ValidationError, UsageError):
                found[str(answer)] = Feedback.model_validate({"kind": kind, "note": note})
        return found

    def forget(self, known: Callable[[Collection[str]], Collection[str]]) -> int:
        """Delete the answers that show a paper which the library no longer holds.

        Args:
            known: Returns which of some paper ids are still there.

        Returns:
            How many answers are gone.
        """
        rows = self._database.rows(KEPT.format(name="key"))
        shown = {each.conversation: papers_of(each.answer) for each in kept(rows)}
        left = set(known({paper for papers in shown.values() for paper in papers}))
        # An answer that cannot be read goes too: nobody can tell what it shows.
        gone = [key for (key, *_) in rows if shown.get(str(key), {""}) - left]
        if gone:
            with self._database.change() as connection:
                drop(connection, gone)
                connection.execute(
                    "DELETE FROM threads WHERE id NOT IN (SELECT conversation FROM answers)"
                )
            self._database.flush()
        return len(gone)

    def altered(self) -> tuple[str, ...]:
        """Return the conversations that hold an answer which is not what was written.

        Such an answer is shown to nobody; deleting its conversation takes it away.
        """
        rows = self._database.rows(f"{_KEPT} ORDER BY a.key")
        return tuple(dict.fromkeys(str(row[0]) for row in rows if altered(row)))

    def _holding(self, wanted: str, owner: str) -> set[str]:
        """Return the ids of the conversations in whose questions or answers a folded text is."""
        return {
            str(name)
            for name, question, said in self._database.rows(TEXTS, owner)
            if wanted in folded(str(question)) or wanted in folded(str(said or ""))
        }


def _turn(answer: Answer) -> Turn:
    cited = dict.fromkeys(each.paper_id for each in answer.citations)
    return Turn(question=answer.question, answer=answer.text, papers=tuple(cited))
