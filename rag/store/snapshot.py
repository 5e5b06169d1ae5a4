"""Reading a catalogue as it was at one moment, whatever a writer does meanwhile."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rag.embedding.parts import unpack
from rag.errors import LibraryDamaged, LibraryMissing, PaperNotFound
from rag.schema import Filters, Paper, Passage, Sentence
from rag.store.filtering import FUNCTION, Selection, chosen, contains, where
from rag.store.listing import ALL, Facets, Listing, Order, facets, listing, tally
from rag.store.rows import (
    Entry,
    abstracts_by_passage,
    entries,
    paper_given,
    papers_by_id,
    papers_by_key,
    passages_by_key,
    passages_by_paper,
    sentences_of,
)
from rag.store.tables import GONE, connect_reader, copy_database

_PAGE = 500
_MISSING = "no library in {}; make one with 'attest add'"


class Snapshot:
    """One read transaction; a context manager, safe to share between threads.

    While it is open SQLite keeps every later write in the log beside the catalogue, so
    hold one for a question, not for a day.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise LibraryMissing(_MISSING.format(path.parent))
        self._lock = RLock()
        try:
            self._connection = connect_reader(path)
            self._connection.create_function(FUNCTION, 2, contains, deterministic=True)
            self._connection.execute("BEGIN")
            made = self._rows("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'")[0][0]
            query = "SELECT name, value FROM meta"
            self._meta: dict[str, str] = dict(self._connection.execute(query)) if made else {}
        except sqlite3.DatabaseError as error:
            raise LibraryDamaged(f"{path} cannot be read ({error}); {GONE}") from error
        if not made:
            raise LibraryMissing(_MISSING.format(path.parent))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the transaction."""
        self.close()

    def close(self) -> None:
        """End the transaction and close the connection."""
        with self._lock:
            self._connection.close()

    @property
    def meta(self) -> dict[str, str]:
        """Settings, pointer and fingerprint by name."""
        return dict(self._meta)

    @property
    def generation(self) -> int:
        """How many versions were published up to this one."""
        return int(self._meta.get("generation", "0"))

    @property
    def version_name(self) -> str | None:
        """Folder of the published version, or None when nothing was published yet."""
        return self._meta.get("version")

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the content of the library; see `rag.store.fingerprint`."""
        return self._meta.get("fingerprint", "")

    def paper(self, paper_id: str) -> Paper:
        """Return one paper, by its id or one that a file gives a record of it.

        Raises:
            PaperNotFound: The library holds no paper with this id.
        """
        found = self.papers([paper_id]).get(paper_id) or self._given(paper_id)
        if found is None:
            raise PaperNotFound(f"no paper {paper_id!r} in the library; see 'attest papers'")
        return found

    def _given(self, name: str) -> Paper | None:
        with self._lock:
            return paper_given(self._connection, name)

    def papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        """Return papers by id, in the order asked for; an unknown id is left out."""
        with self._lock:
            return papers_by_id(self._connection, ids)

    def sentences(self, paper_ids: Iterable[str]) -> dict[str, tuple[Sentence, ...]]:
        """Return the sentences of each paper, title first; an unknown id is left out."""
        with self._lock:
            return sentences_of(self._connection, paper_ids)

    def passages(self, keys: Iterable[int]) -> dict[int, Passage]:
        """Return passages by key; an unknown key is left out."""
        with self._lock:
            return passages_by_key(self._connection, map(int, keys))

    def passages_of(self, paper_ids: Iterable[str]) -> dict[int, Passage]:
        """Return all passages of these papers by key, in reading order within a paper."""
        with self._lock:
            return passages_by_paper(self._connection, paper_ids)

    def abstracts(self, keys: Iterable[int]) -> Iterator[tuple[int, str, str]]:
        """Yield passage key, paper id and abstract of some passages' papers, in key order.

        For looking through very many: a paper costs a tenth of what `papers` takes for it.
        """
        with self._lock:
            yield from abstracts_by_passage(self._connection, keys)

    def sentence_vectors(self, keys: Iterable[int]) -> dict[int, NDArray[np.float32]]:
        """Return the vectors of each passage's sentences [n, dim], in reading order.

        A passage of an embedder that gives none has no entry.
        """
        wanted = json.dumps([int(key) for key in keys])
        rows = self._bytes(
            """SELECT k.key, e.parts FROM passages k JOIN embeddings e ON e.key = k.embedding
            WHERE k.key IN (SELECT value FROM json_each(?))""",
            wanted,
        )
        return {key: unpack(content) for key, content in rows if content}

    def passage_keys(self) -> dict[str, int]:
        """Return the key of every passage by its id."""
        rows = self._rows(
            """SELECT p.id || '#' || k.ordinal, k.key
            FROM passages k JOIN papers p ON p.key = k.paper"""
        )
        return {str(name): key for name, key in rows}

    def allowed_keys(self, filters: Filters) -> NDArray[np.int64] | None:
        """Return the sorted keys of the passages that a question may use; None allows all."""
        if not filters.active:
            return None
        condition, values = where(filters)
        rows = self._rows(
            f"SELECT key FROM passages WHERE paper IN (SELECT p.key FROM papers p {condition})",
            values,
        )
        keys = np.fromiter((key for (key,) in rows), dtype=np.int64, count=len(rows))
        return np.sort(keys)

    def listing(
        self,
        filters: Filters = ALL,
        *,
        text: str = "",
        order: Order = "added",
        descending: bool = False,
        start: int = 0,
        count: int = 50,
    ) -> Listing:
        """Return a page of papers to look through, and how many there are on all pages.

        Args:
            filters: Which papers.
            text: Part of a title, an author's name or an id, in any case; blank is all.
            order: As they came in, or by title, year or family name of the first author;
                what has no year or author comes last.
            descending: The other way round.
            start: Papers to pass over.
            count: The most to return.

        Raises:
            UsageError: There is no such order.
        """
        with self._lock:
            return listing(
                self._connection,
                filters,
                text=text,
                order=order,
                descending=descending,
                start=start,
                count=count,
            )

    def tally(self, filters: Filters) -> int:
        """Return how many papers the filters let through."""
        with self._lock:
            return tally(self._connection, filters)

    def facets(self, count: int = 50) -> Facets:
        """Return all years, and the ``count`` commonest venues and source files."""
        with self._lock:
            return facets(self._connection, count)

    def counts(self) -> dict[str, int]:
        """Return how many papers, passages, sources and batches there are."""
        tables = ("papers", "passages", "sources", "batches")
        return {name: self._rows(f"SELECT count(*) FROM {name}")[0][0] for name in tables}

    def entries(self) -> Iterator[Entry]:
        """Yield every passage with its vector, in key order."""
        with self._lock:
            yield from entries(self._connection)

    def check(self) -> str:
        """Return what SQLite finds wrong in the file, ``ok`` where nothing is."""
        try:
            found = self._rows("PRAGMA integrity_check(1)")
            astray = self._rows("PRAGMA foreign_key_check")
        except sqlite3.DatabaseError as error:
            return str(error)
        return "a row refers to one that is missing" if astray else str(found[0][0])

    def copy_to(self, path: Path) -> None:
        """Write the catalogue as this snapshot sees it into a new file."""
        with self._lock:
            copy_database(self._connection, path)

    def iter_papers(self, selection: Selection | None = None) -> Iterator[Paper]:
        """Yield every paper, or those selected, in the order in which they came in."""
        clause, values = chosen(selection or Selection())
        rows = self._rows(f"SELECT p.key FROM papers p {clause} ORDER BY p.key", values)
        keys = (key for (key,) in rows)
        while page := list(islice(keys, _PAGE)):
            with self._lock:
                papers = papers_by_key(self._connection, page)
            yield from (papers[key] for key in page)

    def _bytes(self, query: str, value: str) -> list[tuple[int, bytes]]:
        with self._lock:
            return self._connection.execute(query, (value,)).fetchall()

    def _rows(
        self, query: str, values: Mapping[str, str | int] | None = None
    ) -> list[tuple[int, ...]]:
        with self._lock:
            return self._connection.execute(query, values or {}).fetchall()
