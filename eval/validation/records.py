"""Reading JSONL strictly: a record left out in silence would change what is measured."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from rag.errors import SourceError

Record = TypeVar("Record", bound=BaseModel)


def read_records(path: Path, form: type[Record]) -> Iterator[Record]:
    """Yield the records of a JSONL file, plain or gzipped.

    Raises:
        SourceError: The file cannot be read, or a record lacks what its form asks for.
    """
    for number, line in lines(path):
        try:
            yield form.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "record"
            raise SourceError(
                f"{path}, line {number}: {field}: {first['msg']}; correct the record or remove it"
            ) from None


def first_keys(path: Path) -> frozenset[str]:
    """Return the keys of a file's first record; none where it does not start with an object."""
    for _, line in lines(path):
        try:
            record: object = json.loads(line)
        except ValueError:
            return frozenset()
        return frozenset(map(str, record)) if isinstance(record, dict) else frozenset()  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return frozenset()


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, numbered from 1.

    Raises:
        SourceError: The file is missing, damaged or not UTF-8.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read ({error}); get the file anew") from error
