"""Putting a paper into the tables and taking it out again."""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rag.identity.keys import identity_keys
from rag.identity.splits import place
from rag.schema import Paper, Passage, Record
from rag.store.records import said_by
from rag.store.rows import paper_keys, papers_by_key, short
from rag.store.spans import Span, pack
from rag.store.tables import packed


class Text(NamedTuple):
    """A paper split for the index."""

    paper: Paper
    title_sentences: tuple[Span, ...]
    sentences: tuple[Span, ...]
    passages: tuple[Passage, ...]
    keys: tuple[str, ...] = ()
    """Identity keys of the records that it was made of, besides its own."""
    records: tuple[Record, ...] = ()
    """The records that it was made of, needed where there are several."""


class Stored(NamedTuple):
    """What is kept of an embedded text."""

    vector: bytes
    """float16, little-endian."""
    parts: bytes = b""
    """Vectors of its sentences (`rag.embedding.parts`), where the embedder gives them."""


def embedded_hash(passage: Passage) -> bytes:
    """Return the 32 bytes under which a passage's vector is stored."""
    return hashlib.sha256(passage.embedded_text.encode("utf-8", "surrogatepass")).digest()


def shelve(connection: sqlite3.Connection, text: Text, model: int | None) -> bool:
    """Store a paper, its sentences, passages, sources and identities.

    Returns:
        Whether what an index holds of the paper was there before and is no longer right.
    """
    paper = text.paper
    key = paper_keys(connection, [paper.id]).get(paper.id)
    rows = _embeddings(connection, text, model)
    old = papers_by_key(connection, [key])[key] if key is not None else None
    before = _passages(connection, key) if key is not None else {}
    if key is None:
        key = _insert(connection, paper)
    else:
        _update(connection, key, paper)
    _store_sources(connection, key, paper, text.records)
    # Its own id is among its keys, so that no other paper is ever given it.
    _store_identities(connection, key, {*text.keys, *identity_keys(paper)})
    _store_passages(connection, key, text=text, embeddings=rows, before=before)
    if old is None:
        return False
    after = _passages(connection, key)
    same = all(after.get(passage) == row for passage, row in before.items())
    texts = (old.title, old.abstract, old.year) != (paper.title, paper.abstract, paper.year)
    return texts or not same


def unshelve(connection: sqlite3.Connection, ids: Iterable[str]) -> int:
    """Delete papers and everything of theirs; return how many there were."""
    keys = json_of(list(paper_keys(connection, ids).values()))
    chosen = "(SELECT value FROM json_each(?))"
    connection.execute(f"DELETE FROM identities WHERE paper IN {chosen}", (keys,))
    return connection.execute(f"DELETE FROM papers WHERE key IN {chosen}", (keys,)).rowcount


def forget_identities(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Delete the identity keys of papers."""
    keys = json_of(list(paper_keys(connection, ids).values()))
    connection.execute(
        "DELETE FROM identities WHERE paper IN (SELECT value FROM json_each(?))", (keys,)
    )


def absorb(connection: sqlite3.Connection, retired: Mapping[str, str]) -> int:
    """Delete papers that turned out to be others, which take over their identity keys."""
    keys = paper_keys(connection, {*retired, *retired.values()})
    for old, survivor in retired.items():
        if old in keys:
            connection.execute(
                "UPDATE OR IGNORE identities SET paper = ? WHERE paper = ?",
                (keys[survivor], keys[old]),
            )
    return unshelve(connection, retired)


def value(connection: sqlite3.Connection, query: str, *values: object) -> int | None:
    """Return the first number of the first row, or None where there is no row."""
    row = connection.execute(query, values).fetchone()
    return None if row is None else row[0]


def intern(connection: sqlite3.Connection, table: str, **columns: str) -> int:
    """Return the key of a row with these values, making it where it is missing."""
    names, marks = ", ".join(columns), ", ".join("?" for _ in columns)
    test = " AND ".join(f"{name} = ?" for name in columns)
    values = tuple(columns.values())
    found = value(connection, f"SELECT key FROM {table} WHERE {test}", *values)
    if found is not None:
        return found
    made = connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values).lastrowid
    return made or 0


def embedding_key(connection: sqlite3.Connection, digest: bytes, model: int | None) -> int | None:
    """Return the row of the vector of a text, or None where it is not stored."""
    query = "SELECT key FROM embeddings WHERE hash = ? AND model = ?"
    return value(connection, query, digest, model)


def json_of(content: object) -> str:
    """Return compact JSON."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _insert(connection: sqlite3.Connection, paper: Paper) -> int:
    marks = ", ".join("?" for _ in range(10))
    row = (None, paper.id, *_columns(connection, paper))
    return connection.execute(f"INSERT INTO papers VALUES ({marks})", row).lastrowid or 0


def _update(connection: sqlite3.Connection, key: int, paper: Paper) -> None:
    connection.execute(
        """UPDATE papers SET title = ?, authors = ?, year = ?, venue = ?, url = ?,
        identifiers = ?, retraction = ?, content_hash = ? WHERE key = ?""",
        (*_columns(connection, paper), key),
    )
    for table in ("abstracts", "sources", "passages"):
        connection.execute(f"DELETE FROM {table} WHERE paper = ?", (key,))


def _columns(connection: sqlite3.Connection, paper: Paper) -> tuple[object, ...]:
    venue = None if paper.venue is None else intern(connection, "venues", name=paper.venue)
    names = dict(paper.identifiers.pairs())
    return (
        paper.title,
        json_of(paper.authors),
        paper.year,
        venue,
        paper.url,
        json_of(names) if names else None,
        paper.retraction,
        bytes.fromhex(paper.content_hash),
    )


def _store_sources(
    connection: sqlite3.Connection, key: int, paper: Paper, records: Iterable[Record]
) -> None:
    several = len(paper.sources) > 1
    said = {place(each.source): said_by(each) for each in records} if several else {}
    for ordinal, source in enumerate(paper.sources):
        file = intern(connection, "files", path=source.file, format=source.format)
        batch = value(connection, "SELECT key FROM batches WHERE id = ?", source.batch)
        connection.execute(
            "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?)",
            (key, ordinal, file, source.position, batch, said.get(place(source))),
        )


def _store_identities(connection: sqlite3.Connection, key: int, names: Iterable[str]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO identities VALUES (?, ?)", ((short(each), key) for each in names)
    )


def _embeddings(connection: sqlite3.Connection, text: Text, model: int | None) -> list[int]:
    """Return the row of each passage's vector, in passage order."""
    rows: list[int] = []
    for passage in text.passages:
        row = embedding_key(connection, embedded_hash(passage), model)
        if row is None:
            raise ValueError(f"passage {passage.id} has no vector")
        rows.append(row)
    return rows


def _store_passages(
    connection: sqlite3.Connection,
    key: int,
    *,
    text: Text,
    embeddings: list[int],
    before: dict[int, tuple[int, int]],
) -> None:
    free: defaultdict[int, list[int]] = defaultdict(list)
    for passage, (_, embedding) in before.items():
        free[embedding].append(passage)
    connection.execute(
        "INSERT INTO abstracts VALUES (?, ?, ?, ?)",
        (key, packed(text.paper.abstract), pack(text.title_sentences), pack(text.sentences)),
    )
    for each, embedding in zip(text.passages, embeddings, strict=True):
        kept = free[embedding].pop(0) if free[embedding] else None
        connection.execute(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
            (kept, key, each.ordinal, each.start, each.end, embedding),
        )


def _passages(connection: sqlite3.Connection, key: int) -> dict[int, tuple[int, int]]:
    """Return ordinal and vector row of a paper's passages by key."""
    query = "SELECT key, ordinal, embedding FROM passages WHERE paper = ? ORDER BY ordinal"
    return {row: (ordinal, vector) for row, ordinal, vector in connection.execute(query, (key,))}
