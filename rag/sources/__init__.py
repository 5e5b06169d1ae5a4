"""Papers out of files: one door, ``read_papers``, for every export format.

A format is recognised by its content, never by the file's name alone. To add
one, write a module with ``name``, ``sniff`` and ``read`` (see ``reader``) and
enter it in ``READERS``.

A file that cannot be read at all raises ``SourceError``; inside a folder or an
archive it becomes a rejection at position 0, as does a file of unknown format.
Within a file every entry comes out as one record or one rejection.

Each file in a zip archive is read as one of its own, named ``archive.zip!member``;
gzip is inflated wherever it is met, an archive in an archive is not. An Excel
workbook is a zip archive too and goes to ``workbook``, the one reader that takes
bytes instead of lines. The path ``-`` is standard input, named ``stdin``, and ``zotero:``
a Zotero that runs on this machine (see ``zoteroplace``).
"""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from io import BufferedReader
from itertools import chain
from pathlib import Path

from rag.errors import SourceError
from rag.schema import Record, Rejection, Source
from rag.sources import (
    aclxml,
    arxivatom,
    arxivkaggle,
    arxivoai,
    bibtex,
    crossref,
    csljson,
    endnotexml,
    hfpages,
    jsonl,
    nbib,
    openalex,
    ovid,
    pubmedxml,
    ris,
    semanticscholar,
    tables,
    webpages,
    workbook,
    wostagged,
    zotero,
    zoteroplace,
)
from rag.sources.archives import MAGIC, MEMBERS, Archive
from rag.sources.cleaning import visible
from rag.sources.decoding import text_lines
from rag.sources.files import File, Kept, OnDisk, Solid, stdin
from rag.sources.inflation import BOMB, Bytes
from rag.sources.reader import Reader

READERS: tuple[Reader, ...] = (
    aclxml,
    arxivatom,
    arxivkaggle,
    arxivoai,
    bibtex,
    crossref,
    csljson,
    endnotexml,
    hfpages,
    jsonl,
    nbib,
    openalex,
    ovid,
    pubmedxml,
    ris,
    semanticscholar,
    tables,
    webpages,
    wostagged,
    zotero,
)

HEAD = 2**16
"""Characters of a file by which its format is recognised."""

UNKNOWN = "unknown"
"""Format of a rejection that stands for a whole file."""


OnGuess = Callable[[str, Mapping[str, str]], None]
"""Told the name of a table and by field the column that it is read from."""


def unheard(_: str, __: Mapping[str, str]) -> None:
    """Tell nobody."""


def read_papers(
    path: Path | str, name: str | None = None, on_guess: OnGuess = unheard
) -> Iterator[Record | Rejection]:
    """Read every paper of a file, a gzipped file, an archive, a folder or standard input.

    Args:
        path: What the user named. A folder is walked in sorted order; hidden entries and
            links to folders are left out. ``-`` is standard input, read to its end first,
            and ``zotero:`` a running Zotero.
        name: What the file or folder is called, where that is not its path.
        on_guess: Told what the columns of a table are taken for, where it is no known export.

    Returns:
        Records and rejections in file order, read as they are asked for.

    Raises:
        SourceError: The path does not exist, or a file is empty, unreadable, damaged from
            the start, or of no known format.
    """
    if str(path) == "-":
        return _begun(stdin(), on_guess)
    start = Path(path)
    if zoteroplace.is_place(str(path)) and not start.exists():
        return zoteroplace.read(str(path))
    if start.is_dir() and os.access(start, os.R_OK | os.X_OK):
        return _folder(start, name or str(start), on_guess)
    return _begun(OnDisk(start, name), on_guess)


def _folder(folder: Path, name: str, on_guess: OnGuess) -> Iterator[Record | Rejection]:
    for path in _walk(folder):
        yield from _told(OnDisk(path, str(Path(name, path.relative_to(folder)))), on_guess)


def _told(file: File, on_guess: OnGuess) -> Iterator[Record | Rejection]:
    """Read a file of several; one that cannot be read is a rejection."""
    try:
        found = _begun(file, on_guess)
    except SourceError as error:
        yield _whole(file.name, str(error))
    else:
        yield from found


def _whole(name: str, reason: str) -> Rejection:
    return Rejection(source=_source(name, UNKNOWN, 0), reason=reason)


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


def _begun(file: File, on_guess: OnGuess) -> Iterator[Record | Rejection]:
    """Recognise a file now and read it when it is asked for.

    Raises:
        SourceError: It cannot be read, or is of no known format.
    """
    if not _is_zipped(file):
        return _text(file, _recognised(file, on_guess))
    if not isinstance(file, Solid):
        with file.open() as stored:
            file = Kept(file.name, stored, file.budget)
    with file.open() as stored:
        archive = Archive(stored, file.name, file.budget)
        if not archive.is_workbook:
            return _archive(file, archive, on_guess)
    found = _workbook(file, on_guess)
    first = next(found, None)
    return chain([first], found) if first else iter(())


def _is_zipped(file: File) -> bool:
    with file.open() as stored:
        try:
            return stored.read(len(MAGIC[0])) in MAGIC
        except OSError:
            return False  # told when it is read as text


def _archive(file: Solid, archive: Archive, on_guess: OnGuess) -> Iterator[Record | Rejection]:
    if file.budget is not None:
        raise SourceError(f"archive inside an archive: {file.name}; take it out first")
    if next(archive.files(), None) is None:
        raise SourceError(f"empty archive: {file.name}; export or download it again")
    return _members(file, on_guess)


def _members(file: Solid, on_guess: OnGuess) -> Iterator[Record | Rejection]:
    with file.open() as stored:
        archive = Archive(stored, file.name)
        for number, member in enumerate(archive.files()):
            if archive.budget.spent or number == MEMBERS:
                why = BOMB if archive.budget.spent else f"over {MEMBERS} files"
                yield _whole(file.name, f"{why}: nothing was read from {member.name} on")
                return
            yield from _told(member, on_guess)


def _workbook(file: Solid, on_guess: OnGuess) -> Iterator[Record | Rejection]:
    with file.open() as stored:
        archive = Archive(stored, file.name, file.budget)
        place = partial(_source, file.name, workbook.name)
        yield from workbook.read(archive, place, partial(on_guess, file.name))


def recognise(file: Path) -> Reader:
    """Return the reader for a file's content.

    Raises:
        SourceError: There is none, or the content cannot be read.
    """
    return _recognised(OnDisk(file), unheard)


def _recognised(file: File, on_guess: OnGuess) -> Reader:
    before = file.budget.inflated if file.budget else 0
    with file.open() as stored:
        stream = Bytes(stored, file.budget)
        head = _head(_sound(text_lines(BufferedReader(stream, HEAD)), stream))
        damage = stream.damage
    if not head.strip():
        what = damage or "empty file"
        raise SourceError(f"{what}: {file.name}; export or download it again")
    score, _, reader = max(
        (float(reader.sniff(head)), -index, reader) for index, reader in enumerate(READERS)
    )
    if score <= 0:
        known = ", ".join(reader.name for reader in READERS)
        raise SourceError(f"unknown format: {file.name}; formats that can be read: {known}")
    if file.budget is not None:
        # The same bytes are about to be read and counted again.
        file.budget.inflated = before
    if reader is tables and (columns := tables.guess(head)):
        on_guess(visible(file.name), columns)
    return reader


def _text(file: File, reader: Reader) -> Iterator[Record | Rejection]:
    place = partial(_source, file.name, reader.name)
    position = 0
    held: Record | Rejection | None = None
    with file.open() as stored:
        stream = Bytes(stored, file.budget)
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


def _source(file: str, name: str, position: int) -> Source:
    return Source(file=visible(file), position=position, format=name)


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
