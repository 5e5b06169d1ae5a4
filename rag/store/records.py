"""What the records of a paper said before they were merged, and merges that were taken back."""

import json
import sqlite3
from collections.abc import Iterable

from rag.identity.splits import Split
from rag.identity.works import explicit_id
from rag.schema import Paper, Record, Source
from rag.store.rows import papers_by_id
from rag.store.tables import packed

_RECORDS = """
SELECT p.id, f.path, s.position, f.format, b.id,
       CASE WHEN s.record IS NULL THEN NULL ELSE CAST(plain(s.record) AS TEXT) END
FROM sources s JOIN papers p ON p.key = s.paper JOIN files f ON f.key = s.file
     LEFT JOIN batches b ON b.key = s.batch
WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY s.paper, s.ordinal
"""


def said_by(record: Record) -> bytes:
    """Return what a record says, packed; its source is a row already."""
    return packed(record.model_dump_json(exclude={"source"}, exclude_defaults=True))


def records_of(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, tuple[Record, ...]]:
    """Return the records of papers by the papers' ids; an unknown id is left out."""
    papers = papers_by_id(connection, ids)
    found: dict[str, list[Record]] = {name: [] for name in papers}
    for name, file, position, reader, batch, said in connection.execute(
        _RECORDS, (json.dumps(list(papers)),)
    ):
        source = Source(file=file, position=position, format=reader, batch=batch)
        if said is not None:
            found[name].append(Record(source=source, **json.loads(said)))
        elif len(papers[name].sources) == 1:
            found[name].append(_only(papers[name], source))
    return {name: tuple(records) for name, records in found.items()}


def _only(paper: Paper, source: Source) -> Record:
    """Return the record of a paper that was made of no other."""
    return Record(
        source=source,
        title=paper.title,
        abstract=paper.abstract,
        key=explicit_id(paper),
        authors=paper.authors,
        year=paper.year,
        venue=paper.venue,
        url=paper.url,
        identifiers=paper.identifiers,
        retraction=paper.retraction,
    )


def splits_in(connection: sqlite3.Connection) -> tuple[Split, ...]:
    """Return all splits in the order in which they were made."""
    found: dict[int, tuple[set[str], set[str]]] = {}
    for number, first, record in connection.execute("SELECT split, first, record FROM splits"):
        found.setdefault(number, (set(), set()))[0 if first else 1].add(record)
    return tuple(
        Split(frozenset(first), frozenset(other)) for _, (first, other) in sorted(found.items())
    )


def replace_splits(connection: sqlite3.Connection, splits: Iterable[Split]) -> None:
    """Store splits instead of those that are there."""
    rows = (
        (number, int(first), key)
        for number, split in enumerate(splits, start=1)
        for first, keys in ((True, split.first), (False, split.other))
        for key in sorted(keys)
    )
    connection.execute("DELETE FROM splits")
    connection.executemany("INSERT INTO splits VALUES (?, ?, ?)", rows)
