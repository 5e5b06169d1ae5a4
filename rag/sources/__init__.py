"""Papers out of files: one door, ``read_papers``, for every export format.

A format is recognised by its content, never by the file's name alone. To add
one, write a module with ``name``, ``sniff`` and ``read`` (see ``reader``) and
enter it in ``READERS``.

A file that cannot be read at all raises ``SourceError``; inside a folder it
becomes a rejection at position 0, as does a file of unknown format. Within a
file every entry comes out as one record or one rejection.
"""

import os
from collections.abc import Iterator
from functools import partial
from io import BufferedReader
from pathlib import Path

from rag.errors import SourceError
from rag.schema import Record, Rejection, Source
from rag.sources import bibtex, hfpages, jsonl, webpages
from rag.sources.cleaning import visible
from rag.sources.decoding import text_lines
from rag.sources.inflation import Bytes, opened
from rag.sources.reader import Reader

READERS: tuple[Reader, ...] = (
    bibtex,
    hfpages,
    jsonl,
    webpages,
)

HEAD = 2**16
"""Characters of a file by which its format is recognised."""

UNKNOWN = "unknown"
"""Format of a rejection that stands for a whole file."""


def read_papers(path: Path | str) -> Iterator[Record | Rejection]:
    """Read every paper of a file, a gzipped file or a folder.

    Args:
        path: What the user named. A folder is walked in sorted order; hidden entries and
            links to folders are left out.

    Returns:
        Records and rejections in file order, read as they are asked for.

    Raises:
        SourceError: The path does not exist, or a file is empty, unreadable, damaged from
            the start, or of no known format.
    """
    start = Path(path)
    if start.is_dir() and os.access(start, os.R_OK | os.X_OK):
        return _folder(start)
    reader = recognise(start)
    return _file(start, reader)


def _folder(folder: Path) -> Iterator[Record | Rejection]:
    for file in _walk(folder):
        try:
            reader = recognise(file)
        except SourceError as error:
            yield Rejection(source=_source(file, UNKNOWN, 0), reason=str(error))
        else:
            yield from _file(file, reader)


def _walk(folder: Path) -> Iterator[Path]:
    waiting = [folder]
    while waiting:
        entry = waiting.pop()
        # A folder that cannot be listed is passed on, to be rejected like a file.
        if not entry.is_dir() or not os.access(entry, os.R_OK | os.X_OK):
            yield entry
        elif entry is folder or not entry.is_symlink():
            inside = (one for one in entry.iterdir() if not one.name.startswith("."))
            waiting += sorted(inside, reverse=True)


def recognise(file: Path) -> Reader:
    """Return the reader for a file's content.

    Raises:
        SourceError: There is none, or the content cannot be read.
    """
    with opened(file) as stream:
        head = _head(_sound(text_lines(BufferedReader(stream, HEAD)), stream))
        damage = stream.damage
    if not head.strip():
        what = damage or "empty file"
        raise SourceError(f"{what}: {file}; export or download it again")
    score, _, reader = max(
        (float(reader.sniff(head)), -index, reader) for index, reader in enumerate(READERS)
    )
    if score <= 0:
        known = ", ".join(reader.name for reader in READERS)
        raise SourceError(f"unknown format: {file}; formats that can be read: {known}")
    return reader


def _file(file: Path, reader: Reader) -> Iterator[Record | Rejection]:
    place = partial(_source, file, reader.name)
    position = 0
    held: Record | Rejection | None = None
    with opened(file) as stream:
        lines = _sound(text_lines(BufferedReader(stream, HEAD)), stream)
        for found in reader.read(lines, place):
            if held is not None:
                yield held
            held = found
            position += 1
        damage = stream.damage
    # What the damage cut in two would be rejected as well: one place, one rejection.
    if damage and isinstance(held, Rejection):
        held, position = None, position - 1
    if held is not None:
        yield held
    if damage:
        yield Rejection(source=place(position + 1), reason=f"{damage}; nothing after this was read")


def _source(file: Path, name: str, position: int) -> Source:
    return Source(file=visible(str(file)), position=position, format=name)


def _sound(lines: Iterator[str], stream: Bytes) -> Iterator[str]:
    for line in lines:
        if stream.damage and not line.endswith("\n"):
            return
        yield line


def _head(lines: Iterator[str]) -> str:
    parts: list[str] = []
    size = 0
    for line in lines:
        if not parts and not line.strip():
            continue
        parts.append(line[:HEAD])
        size += len(line)
        if size >= HEAD:
            break
    return "".join(parts)
