"""The source of truth: papers, sentences, passages and embeddings in SQLite.

Every index can be rebuilt from it without a model or a network. This file writes;
`rag.store.snapshot` reads.
"""

import re
import secrets
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from rag.identity.splits import Split
from rag.schema import Paper, Record
from rag.store.records import records_of, replace_splits, splits_in
from rag.store.rows import Entry, documents, entries, papers_by_id, papers_by_key
from rag.store.sealing import seal, seal_of, unseal
from rag.store.snapshot import Snapshot
from rag.store.storing import (
    Stored,
    Text,
    absorb,
    embedding_key,
    forget_identities,
    intern,
    json_of,
    shelve,
    short,
    unshelve,
    value,
)
from rag.store.tables import LIBRARY, connect, connect_reader

_CHOSEN = """(file IN (SELECT key FROM files WHERE path = ?)
    OR batch IN (SELECT key FROM batches WHERE id = ?))"""


class Batch(NamedTuple):
    """One ``add`` as it is remembered."""

    id: str
    time: str
    """UTC, ISO 8601."""
    paths: tuple[str, ...]
    """As on the command line."""
    counts: Mapping[str, int]


class Catalogue:
    """The writing side; one connection, for the holder of the writer lock only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = connect(path)

    @classmethod
    def unwritten(cls, path: Path) -> Self:
        """Open a catalogue to look things up; one that is not there is empty and stays so."""
        if not path.exists():
            return cls(Path(":memory:"))
        made = cls.__new__(cls)
        made._path, made._connection = path, connect_reader(path)
        return made

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self._path.stat().st_size

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def snapshot(self) -> Snapshot:
        """Open a reader of what is committed now (its own connection)."""
        return Snapshot(self._path)

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Make everything inside one commit, or nothing of it."""
        unseal(self._path)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def meta(self) -> dict[str, str]:
        """Return the settings, the pointer and the fingerprint by name."""
        return dict(self._connection.execute("SELECT name, value FROM meta"))

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Store settings, replacing those of the same name."""
        self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def library_id(self) -> str:
        """Return what the library is called on a server, made up at the first time and kept."""
        found = self.meta().get(LIBRARY, "")
        if not re.fullmatch(r"[0-9a-f]{16}", found):
            found = secrets.token_hex(8)
            with self.transaction():
                self.set_meta({LIBRARY: found})
        return found

    def forget_library_id(self) -> None:
        """Let the library be another from now on; a copy must not share the first one's name."""
        if LIBRARY not in self.meta():
            return
        with self.transaction():
            self._connection.execute("DELETE FROM meta WHERE name = ?", (LIBRARY,))

    def by_identity(self, keys: Iterable[str]) -> dict[str, Paper]:
        """Return, for each identity key that is known, its paper (the oldest of several)."""
        asked = {key: short(key) for key in keys}
        query = "SELECT min(paper) FROM identities WHERE key = ?"
        rows = {key: value(self._connection, query, number) for key, number in asked.items()}
        found = {key: row for key, row in rows.items() if row is not None}
        papers = papers_by_key(self._connection, set(found.values()))
        return {key: papers[row] for key, row in found.items() if row in papers}

    def records(self, ids: Iterable[str]) -> dict[str, tuple[Record, ...]]:
        """Return the records that papers were made of; an unknown id is left out."""
        return records_of(self._connection, ids)

    def splits(self) -> tuple[Split, ...]:
        """Return the merges that are not to be made."""
        return splits_in(self._connection)

    def replace_splits(self, splits: Iterable[Split]) -> None:
        """Remember which merges are not to be made, instead of those before."""
        replace_splits(self._connection, splits)

    def papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        """Return the papers with these ids; an unknown id is left out."""
        return papers_by_id(self._connection, ids)

    def sources_of(self, *, file: str | None, batch: str | None) -> int:
        """Return how many records came from a file or a batch."""
        query = f"SELECT count(*) FROM sources WHERE {_CHOSEN}"
        return value(self._connection, query, file, batch) or 0

    def remove_sources(self, *, file: str | None, batch: str | None) -> int:
        """Forget that records came from a file or a batch; return how many papers go with that.

        A paper goes when no source is left.
        """
        self._connection.execute(f"DELETE FROM sources WHERE {_CHOSEN}", (file, batch))
        left = "SELECT id FROM papers WHERE key NOT IN (SELECT paper FROM sources)"
        return self.remove([name for (name,) in self._connection.execute(left)])

    def entries(self) -> Iterator[Entry]:
        """Yield every passage with its vector, in key order."""
        return entries(self._connection)

    def documents(self, after: int = 0) -> Iterator[tuple[int, str, str]]:
        """Yield first passage's key, title and abstract of papers beyond a key, in key order."""
        return documents(self._connection, after)

    def counts(self) -> dict[str, int]:
        """Return how many papers and passages there are."""
        return {
            name: int(value(self._connection, f"SELECT count(*) FROM {name}") or 0)
            for name in ("papers", "passages")
        }

    def embedded(self, model: str, hashes: Iterable[bytes]) -> set[bytes]:
        """Return those of the hashes whose vectors are stored for this model."""
        number = value(self._connection, "SELECT key FROM models WHERE id = ?", model)
        return {each for each in hashes if embedding_key(self._connection, each, number)}

    def store_embeddings(self, model: str, vectors: Mapping[bytes, Stored]) -> None:
        """Store vectors, and those of their sentences, by the hash of their texts."""
        number = intern(self._connection, "models", id=model)
        self._connection.executemany(
            "INSERT OR IGNORE INTO embeddings (hash, model, vector, parts) VALUES (?, ?, ?, ?)",
            ((each, number, *stored) for each, stored in vectors.items()),
        )

    def store_batch(self, batch: Batch) -> None:
        """Remember an ``add``; must come before the papers that name it."""
        self._connection.execute(
            "INSERT INTO batches (id, time, paths, counts) VALUES (?, ?, ?, ?)",
            (batch.id, batch.time, json_of(batch.paths), json_of(dict(batch.counts))),
        )

    def upsert(self, text: Text, model: str) -> bool:
        """Store a paper; passages whose text did not change keep their key and vector.

        Returns:
            Whether what an index holds of the paper was there before and is no longer right.
        """
        number = value(self._connection, "SELECT key FROM models WHERE id = ?", model)
        return shelve(self._connection, text, number)

    def remove(self, ids: Iterable[str]) -> int:
        """Delete papers and everything of theirs; return how many there were."""
        return unshelve(self._connection, ids)

    def forget_identities(self, ids: Iterable[str]) -> None:
        """Forget what papers are known by, before they are stored anew with what is left."""
        forget_identities(self._connection, ids)

    def absorb(self, retired: Mapping[str, str]) -> int:
        """Delete papers that turned out to be others (old id to surviving id)."""
        return absorb(self._connection, retired)

    def drop_unreferenced(self) -> None:
        """Delete vectors, venues, files and batches that no paper uses any more."""
        used = "SELECT {} FROM {} WHERE {} IS NOT NULL"
        for table, column, user in (
            ("embeddings", "embedding", "passages"),
            ("venues", "venue", "papers"),
            ("files", "file", "sources"),
            ("batches", "batch", "sources"),
        ):
            wanted = used.format(column, user, column)
            self._connection.execute(f"DELETE FROM {table} WHERE key NOT IN ({wanted})")

    def tidy(self, *, shrink: bool = False) -> None:
        """Empty the log beside the catalogue and seal it; with ``shrink`` rewrite it without gaps.

        A reader in the middle of a question keeps the log, and with it the catalogue unsealed
        until the next writer.
        """
        self._connection.execute("PRAGMA busy_timeout = 200")
        if shrink:
            unseal(self._path)
            self._connection.execute("VACUUM")
        (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy and not seal_of(self._path).exists():
            seal(self._path)
