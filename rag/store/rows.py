"""Catalogue rows as nouns: the one place that knows how a paper lies in the tables."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from rag.schema import Field, Identifiers, Paper, Passage, Sentence, Source
from rag.store.spans import unpack

_PAPERS = """
SELECT p.key, p.id, p.title, CAST(plain(a.text) AS TEXT), p.authors, p.year, v.name, p.url,
       p.identifiers, p.retraction
FROM papers p JOIN abstracts a ON a.paper = p.key LEFT JOIN venues v ON v.key = p.venue
"""
_SOURCES = """
SELECT s.paper, f.path, s.position, f.format, b.id
FROM sources s JOIN files f ON f.key = s.file LEFT JOIN batches b ON b.key = s.batch
WHERE s.paper IN (SELECT value FROM json_each(?)) ORDER BY s.paper, s.ordinal
"""
_PASSAGES = """
SELECT k.key, p.id, k.ordinal, k.start, k."end", p.title, CAST(plain(a.text) AS TEXT)
FROM passages k JOIN papers p ON p.key = k.paper JOIN abstracts a ON a.paper = p.key
"""
_ENTRIES = """
SELECT k.key, p.id, k.ordinal, p.title, CAST(plain(a.text) AS TEXT), k.start, k."end",
       p.authors, p.year, v.name, p.url, p.identifiers, p.retraction, e.hash, e.vector
FROM passages k JOIN papers p ON p.key = k.paper JOIN abstracts a ON a.paper = p.key
     LEFT JOIN venues v ON v.key = p.venue JOIN embeddings e ON e.key = k.embedding
ORDER BY k.key
"""


class Entry(NamedTuple):
    """A passage with everything that an index or the fingerprint needs of it."""

    key: int
    id: str
    paper_id: str
    title: str
    text: str
    year: int | None
    metadata: str
    """Equal to ``Paper.metadata`` of its paper."""
    hash: bytes
    """SHA-256 of the embedded text."""
    vector: bytes
    """float16, little-endian."""


def papers_by_key(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, Paper]:
    """Return the papers with these row keys."""
    wanted = json.dumps(list(keys))
    sources = _sources(connection, wanted)
    rows = connection.execute(
        f"{_PAPERS} WHERE p.key IN (SELECT value FROM json_each(?))", (wanted,)
    )
    return {row[0]: _paper(row, sources.get(row[0], ())) for row in rows}


def paper_given(connection: sqlite3.Connection, name: str) -> Paper | None:
    """Return the paper that holds a record to which a file gave this id, the oldest of several."""
    query = "SELECT min(paper) FROM identities WHERE key = ?"
    (key,) = connection.execute(query, (short(f"key:{name}"),)).fetchone()
    return None if key is None else papers_by_key(connection, [key]).get(key)


def short(key: str) -> int:
    """Return 64 bits of an identity key's hash: one in 10^9 libraries has two that agree."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def papers_by_id(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Paper]:
    """Return the papers with these ids; an unknown id is left out."""
    keys = paper_keys(connection, ids)
    found = papers_by_key(connection, keys.values())
    return {paper_id: found[key] for paper_id, key in keys.items()}


def paper_keys(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """Return the row keys of these papers, in the order of ``ids``."""
    wanted = list(dict.fromkeys(ids))
    rows: dict[str, int] = dict(
        connection.execute(
            "SELECT id, key FROM papers WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(wanted),),
        )
    )
    return {paper_id: rows[paper_id] for paper_id in wanted if paper_id in rows}


def sentences_of(
    connection: sqlite3.Connection, ids: Iterable[str]
) -> dict[str, tuple[Sentence, ...]]:
    """Return each paper's sentences: those of the title, then those of the abstract."""
    rows = connection.execute(
        """SELECT p.id, p.title, CAST(plain(a.text) AS TEXT), a.title_sentences, a.sentences
        FROM papers p JOIN abstracts a ON a.paper = p.key
        WHERE p.id IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(ids)),),
    )
    return {
        paper_id: (
            *_sentences(paper_id, "title", title, in_title),
            *_sentences(paper_id, "abstract", text, in_text),
        )
        for paper_id, title, text, in_title, in_text in rows
    }


def passages_by_key(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, Passage]:
    """Return the passages with these keys; an unknown key is left out."""
    rows = connection.execute(
        f"{_PASSAGES} WHERE k.key IN (SELECT value FROM json_each(?))", (json.dumps(list(keys)),)
    )
    return {row[0]: _passage(row) for row in rows}


def passages_by_paper(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[int, Passage]:
    """Return every passage of these papers by key, in reading order within a paper."""
    rows = connection.execute(
        f"""{_PASSAGES} WHERE p.id IN (SELECT value FROM json_each(?))
        ORDER BY p.key, k.ordinal""",
        (json.dumps(list(ids)),),
    )
    return {row[0]: _passage(row) for row in rows}


def abstracts_by_passage(
    connection: sqlite3.Connection, keys: Iterable[int]
) -> Iterator[tuple[int, str, str]]:
    """Yield passage key, paper id and abstract of these passages' papers, in key order."""
    yield from connection.execute(
        """SELECT k.key, p.id, CAST(plain(a.text) AS TEXT)
        FROM passages k JOIN papers p ON p.key = k.paper JOIN abstracts a ON a.paper = p.key
        WHERE k.key IN (SELECT value FROM json_each(?)) ORDER BY k.key""",
        (json.dumps(list(keys)),),
    )


def documents(connection: sqlite3.Connection, after: int) -> Iterator[tuple[int, str, str]]:
    """Yield first passage's key, title and abstract of papers beyond a key, in key order."""
    yield from connection.execute(
        """SELECT k.key, p.title, CAST(plain(a.text) AS TEXT)
        FROM passages k JOIN papers p ON p.key = k.paper
        JOIN abstracts a ON a.paper = p.key WHERE k.ordinal = 0 AND k.key > ? ORDER BY k.key""",
        (after,),
    )


def entries(connection: sqlite3.Connection) -> Iterator[Entry]:
    """Yield every passage of the catalogue with its vector, in key order."""
    for key, paper_id, ordinal, *text, digest, vector in connection.execute(_ENTRIES):
        title, abstract, start, end, authors, year, venue, url, names, retraction = text
        fields: dict[str, Any] = {
            "id": paper_id,
            "title": title,
            "authors": json.loads(authors),
            "year": year,
            "venue": venue,
            "url": url,
            "identifiers": {**_NO_IDENTIFIERS, **(json.loads(names) if names else {})},
        }
        if retraction:
            fields["retraction"] = retraction
        yield Entry(
            key=key,
            id=f"{paper_id}#{ordinal}",
            paper_id=paper_id,
            title=title,
            text=abstract[start:end],
            year=year,
            metadata=json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":")),
            hash=digest,
            vector=vector,
        )


_NO_IDENTIFIERS: dict[str, str | None] = Identifiers().model_dump()


def _paper(row: tuple[Any, ...], sources: tuple[Source, ...]) -> Paper:
    _, paper_id, title, abstract, authors, year, venue, url, names, retraction = row
    return Paper(
        id=paper_id,
        title=title,
        abstract=abstract,
        authors=tuple(json.loads(authors)),
        year=year,
        venue=venue,
        url=url,
        identifiers=Identifiers(**json.loads(names)) if names else Identifiers(),
        retraction=retraction,
        sources=sources,
    )


def _sources(connection: sqlite3.Connection, keys: str) -> dict[int, tuple[Source, ...]]:
    sources: dict[int, tuple[Source, ...]] = {}
    for paper, file, position, reader, batch in connection.execute(_SOURCES, (keys,)):
        source = Source(file=file, position=position, format=reader, batch=batch)
        sources[paper] = (*sources.get(paper, ()), source)
    return sources


def _passage(row: tuple[Any, ...]) -> Passage:
    _, paper_id, ordinal, start, end, title, abstract = row
    return Passage(
        id=f"{paper_id}#{ordinal}",
        paper_id=paper_id,
        ordinal=ordinal,
        start=start,
        end=end,
        title=title,
        text=abstract[start:end],
    )


def _sentences(paper_id: str, field: Field, text: str, packed: bytes) -> Iterator[Sentence]:
    for ordinal, (start, end) in enumerate(unpack(packed)):
        yield Sentence(
            paper_id=paper_id,
            field=field,
            ordinal=ordinal,
            start=start,
            end=end,
            text=text[start:end],
        )
