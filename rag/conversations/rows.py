"""Rows of the database as answers, and what is asked of it more than once."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from rag.conversations.nouns import Kept
from rag.schema import Answer

# With another name for the conversation where keys are wanted.
KEPT = """SELECT a.{name}, a.time, a.question, a.answer, s.seal
    FROM answers a LEFT JOIN seals s ON s.answer = a.id"""
# To follow at once on the tables; no owner (NULL) is anybody.
OWNED = """ LEFT JOIN threads t ON t.id = a.conversation
    WHERE coalesce(t.owner, '') = coalesce(?, t.owner, '')"""
THREADS = """
WITH listed AS (
    SELECT a.conversation AS id, min(a.key) AS first, max(a.key) AS last, count(*) AS answers
    FROM answers a LEFT JOIN threads t ON t.id = a.conversation
    WHERE coalesce(t.owner, '') = ? GROUP BY a.conversation
)
SELECT l.id, coalesce(t.title, f.question), l.answers, e.time
FROM listed l LEFT JOIN threads t ON t.id = l.id
     JOIN answers f ON f.key = l.first JOIN answers e ON e.key = l.last
ORDER BY l.last DESC
"""
# What a reader saw of an answer: its sentences, or why there are none.
TEXTS = """
SELECT a.conversation, a.question, CASE WHEN json_valid(a.answer) THEN
    coalesce(json_extract(a.answer, '$.refusal.reason'), (SELECT group_concat(
        json_extract(c.value, '$.text'), ' ') FROM json_each(a.answer, '$.claims') c))
    END
FROM answers a LEFT JOIN threads t ON t.id = a.conversation
WHERE coalesce(t.owner, '') = ?
"""


def owner_of(connection: sqlite3.Connection, conversation: str) -> str | None:
    """Return whose a conversation is, or None where there is none."""
    found = connection.execute(
        """SELECT coalesce((SELECT owner FROM threads WHERE id = ?1),
            (SELECT '' FROM answers WHERE conversation = ?1 LIMIT 1))""",
        (conversation,),
    ).fetchone()[0]
    return None if found is None else str(found)


def keys_of(connection: sqlite3.Connection, conversation: str) -> list[object]:
    """Return the rows of a conversation's answers."""
    rows = connection.execute("SELECT key FROM answers WHERE conversation = ?", (conversation,))
    return [key for (key,) in rows]


def key_of(connection: sqlite3.Connection, answer_id: str, owner: str) -> object:
    """Return the row of an owner's answer, or None where there is none."""
    found = connection.execute(
        f"SELECT a.key FROM answers a{OWNED} AND a.id = ?", (owner, answer_id)
    ).fetchone()
    return None if found is None else found[0]


def drop(connection: sqlite3.Connection, keys: Iterable[object]) -> None:
    """Delete answers and what was said about them."""
    rows = [(key,) for key in keys]
    connection.executemany(
        "DELETE FROM feedback WHERE answer = (SELECT id FROM answers WHERE key = ?)", rows
    )
    connection.executemany(
        "DELETE FROM seals WHERE answer = (SELECT id FROM answers WHERE key = ?)", rows
    )
    connection.executemany("DELETE FROM answers WHERE key = ?", rows)


def seal_of(time: str, question: str, answer: str) -> str:
    """Return what tells later whether a row is still what was written."""
    return hashlib.sha256("\n".join([time, question, answer]).encode()).hexdigest()


def altered(row: tuple[object, ...]) -> bool:
    """Tell whether a row of `KEPT` is not what was written."""
    _, time, question, answer, seal = row
    return seal is not None and seal != seal_of(str(time), str(question), str(answer))


def kept(rows: Iterable[tuple[object, ...]]) -> Iterator[Kept]:
    """Yield stored answers, but none that was altered, or that an older release wrote otherwise."""
    for row in rows:
        name, time, _, text, _ = row
        if altered(row):
            continue
        try:
            answer = Answer.model_validate_json(str(text))
        except ValidationError:
            continue
        yield Kept(str(name), str(time), answer)


def papers_of(answer: Answer) -> set[str]:
    """Return the ids of all papers of which an answer shows anything."""
    nearest = answer.refusal.nearest if answer.refusal else ()
    against = [each.against for each in answer.withheld if each.against]
    cited = {each.paper_id for each in (*answer.citations, *nearest, *against)}
    return cited | {each.passage.paper_id for each in answer.hits}
