"""What disk and SQLite can raise, as errors that a user can read."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import LibraryDamaged, LibraryError
from rag.store.tables import GONE


@contextmanager
def translated(directory: Path) -> Generator[None]:
    """Turn what disk and SQLite can raise into a `LibraryError`."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise _unwritable(directory, error) from error
        raise LibraryDamaged(f"{directory}: the catalogue is damaged ({error}); {GONE}") from error
    except OSError as error:
        raise _unwritable(directory, error) from error


def _unwritable(directory: Path, error: Exception) -> LibraryError:
    return LibraryError(
        f"{directory} cannot be written ({error}); nothing stored is lost, run it again"
    )
