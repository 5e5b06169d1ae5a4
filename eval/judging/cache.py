"""Verdicts kept on disk, under everything that decided them."""

import json
import sqlite3
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar

from eval.judging.port import Judge, Judgement, sound
from eval.schema import digest
from rag.errors import UsageError

Json = dict[str, object]
Result = TypeVar("Result")

_APPLICATION = 0x41_54_4A_56
"""Marks a SQLite file as ours ("ATJV")."""
_TABLE = """
CREATE TABLE IF NOT EXISTS verdicts (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, seal TEXT NOT NULL
) WITHOUT ROWID
"""
_PATIENCE = 30.0
"""Seconds to wait for another process that writes."""


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")


class VerdictCache:
    """JSON values in SQLite by the SHA-256 of what they depend on; safe for threads and processes.

    Each value is sealed with a digest of itself and its key: one that was damaged
    on disk is a miss. A damaged file is set aside under another name, and one that
    cannot be opened is done without; either is said in one line and costs time, never
    a verdict.

    Args:
        path: The file; made on first use.
        notice: Told of trouble, a line at a time; standard error where none is given.

    Raises:
        UsageError: The file is a database of something else.
    """

    def __init__(self, path: Path, *, notice: Callable[[str], None] = _to_stderr) -> None:
        self._path = path
        self._notice = notice
        # One for all work on the file: to set a file aside under an open connection
        # would leave its log to the file that takes the name.
        self._file = Lock()
        self._counting = Lock()
        self._told = False
        self.hits = 0
        """Values found since this object was made."""
        self.misses = 0
        self._mended(self._prepare)

    def get(self, fields: Mapping[str, object]) -> Json | None:
        """Return the value kept under fields (any JSON), or None; count which it was."""
        key = digest(dict(fields))
        rows = self._mended(lambda: self._rows(key))
        value = _opened(key, rows[0]) if rows else None
        with self._counting:
            self.hits += value is not None
            self.misses += value is None
        return value

    def holds(self, fields: Mapping[str, object]) -> bool:
        """Tell whether something is kept under fields, counting neither hit nor miss."""
        key = digest(dict(fields))
        rows = self._mended(lambda: self._rows(key))
        return bool(rows) and _opened(key, rows[0]) is not None

    def put(self, fields: Mapping[str, object], value: Json) -> None:
        """Keep a value under fields, in place of an older one."""
        key = digest(dict(fields))
        text = json.dumps(value, allow_nan=False, sort_keys=True)
        self._mended(lambda: self._insert(key, text))

    def _rows(self, key: str) -> list[tuple[str, str]]:
        query = "SELECT value, seal FROM verdicts WHERE key = ?"
        with self._open() as connection:
            return connection.execute(query, (key,)).fetchall()

    def _insert(self, key: str, text: str) -> None:
        row = (key, text, digest([key, text]))
        with self._open() as connection:
            connection.execute("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)", row)

    def _prepare(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            mark = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if tables and mark != _APPLICATION:
                raise UsageError(
                    f"{self._path} is a database of something else: name another file as cache"
                )
            connection.execute(_TABLE)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute("COMMIT")
            # Two processes that begin at once cannot both switch; one suffices.
            with suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA journal_mode = WAL")

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        # One connection per call: nothing to share between threads or to leave open.
        opened = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)
        with closing(opened) as connection:
            connection.execute("PRAGMA synchronous = NORMAL")
            yield connection

    def _mended(self, work: Callable[[], Result]) -> Result | None:
        """Return what work on the file gives; None where the file does not let it."""
        with self._file:
            try:
                return self._once_more(work)
            except (sqlite3.DatabaseError, OSError) as error:
                self._tell(f"cache {self._path} cannot be used ({error}): going on without it")
                return None

    def _once_more(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except sqlite3.DatabaseError as error:
            if not _mendable(error):
                raise
        self._mend(work)
        return work()

    def _mend(self, work: Callable[[], object]) -> None:
        try:
            # Another process may have been here first.
            work()
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError):
                self._set_aside(str(error))
            self._prepare()

    def _set_aside(self, why: str) -> None:
        number = 1
        while (target := Path(f"{self._path}.damaged-{number}")).exists():
            number += 1
        for ending in ("-wal", "-shm"):
            Path(f"{self._path}{ending}").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            self._path.rename(target)
        self._notice(f"cache {self._path} was damaged ({why}): set aside as {target.name}")

    def _tell(self, line: str) -> None:
        if not self._told:
            self._told = True
            self._notice(line)


class CachedJudge:
    """A judge that is asked each thing once; failures are not kept.

    Args:
        judge: A slow judge whose name says everything about it that decides.
        cache: Where its verdicts lie.
    """

    def __init__(self, judge: Judge, cache: VerdictCache) -> None:
        self._judge = judge
        self._cache = cache

    @property
    def name(self) -> str:
        """Name of the judge behind: a kept verdict is its verdict."""
        return self._judge.name

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        """Return the kept verdict, or ask for one and keep it.

        Raises:
            JudgeError: There is no verdict.
        """
        fields: dict[str, object] = {"judge": self.name, "evidence": list(evidence), "text": text}
        fields["question"] = question
        kept = self._cache.get(fields)
        found = _judgement(kept) if kept else None
        if found is None:
            found = sound(self._judge.judge(evidence, text, question=question), self._judge)
            self._cache.put(fields, found._asdict())
        return found


def _mendable(error: sqlite3.DatabaseError) -> bool:
    """Tell damage, and a file that another process has set aside, from a lock or a full disk."""
    return not isinstance(error, sqlite3.OperationalError) or "no such table" in str(error)


def _opened(key: str, row: tuple[str, str]) -> Json | None:
    """Return a value whose seal is whole."""
    text, seal = (str(part) for part in row)
    return json.loads(text) if digest([key, text]) == seal else None


def _judgement(kept: Json) -> Judgement | None:
    entailed, share, agreement = (kept.get(name) for name in Judgement._fields)
    if not (isinstance(entailed, bool) and isinstance(share, float | int)):
        return None
    if not isinstance(agreement, float | int):
        return None
    return Judgement(entailed, float(share), float(agreement))
