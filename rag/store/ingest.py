"""From files to papers with vectors: everything of an ``add`` that readers cannot see yet."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rag.embedding.parts import pack
from rag.embedding.port import Embedder, SentenceEmbedder
from rag.errors import LibraryDamaged, SourceError
from rag.identity.identifiers import names as names_of
from rag.lean import lean
from rag.schema import Identifiers, Paper, Passage, Record, Rejection, Source
from rag.store.catalogue import Catalogue
from rag.store.faults import reached
from rag.store.report import FileError, FileReport, MergeReport, TableReport
from rag.store.spans import Span
from rag.store.storing import Stored, Text, embedded_hash
from rag.store.texts import Texts

if TYPE_CHECKING:
    from rag.identity import Identified

CHUNK = 256
"""Texts embedded between two commits: what a kill can cost, some seconds of work."""

_MOST = 2**63
_NAMELESS = Identifiers()

Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Show no progress."""


CountTokens = Callable[[Sequence[str]], list[int]]


OnGuess = Callable[[str, Mapping[str, str]], None]
"""Told the name of a table and what its columns were taken for."""

Read = Callable[[Path, str, OnGuess], Iterator[Record | Rejection]]


class Reading(NamedTuple):
    """How files become papers and papers become passages; tests put in doubles."""

    read: Read
    """Reads a path under a name."""
    split: Callable[[Paper, tuple[str, ...], CountTokens], Text]
    splitter: str
    """Version of the sentence rules."""
    window: str
    """Version of the passage rules."""


class Makers(NamedTuple):
    """What turns files into vectors."""

    embedder: Embedder
    reading: Reading


class Parsed(NamedTuple):
    """All records of an ``add``."""

    records: list[Record]
    rejections: list[Rejection]
    files: list[FileReport]
    errors: list[FileError]
    tables: list[TableReport]


def standard() -> Reading:
    """Return the readers, sentence rules and windows of Attest."""
    from rag.passages import WINDOW, passages_of
    from rag.sentences import SPLITTER, sentences_of, split
    from rag.sources import read_papers

    def text_of(paper: Paper, keys: tuple[str, ...], count_tokens: CountTokens) -> Text:
        passages = passages_of(paper, sentences_of(paper), count_tokens)
        return Text(paper, split(paper.title), split(paper.abstract), passages, keys)

    return Reading(read_papers, text_of, SPLITTER, WINDOW)


def parse(paths: Iterable[tuple[Path, str]], read: Read, batch: str) -> Parsed:
    """Read files by path and name; one that fails keeps what came before and is reported."""
    parsed = Parsed([], [], [], [], [])

    def guessed(file: str, columns: Mapping[str, str]) -> None:
        parsed.tables.append(TableReport(file=file, columns=dict(columns)))

    for path, name in paths:
        before = len(parsed.records), len(parsed.rejections)
        try:
            for found in read(path, name, guessed):
                _sort(found, parsed, batch)
        except SourceError as error:
            parsed.errors.append(FileError(file=name, reason=str(error)))
        taken = len(parsed.records) - before[0], len(parsed.rejections) - before[1]
        parsed.files.append(FileReport(file=name, read=taken[0], rejected=taken[1]))
    return parsed


def texts_of(
    papers: Iterable[Paper],
    keys: Callable[[str], tuple[str, ...]],
    records: Mapping[str, tuple[Record, ...]],
    makers: Makers,
) -> Texts:
    """Split papers for the index.

    Args:
        papers: What is to be stored.
        keys: Identity keys of a paper, by its id, besides its own.
        records: Of papers made of several, by paper id.
        makers: Hold the rules.
    """
    split, count = makers.reading.split, makers.embedder.count_tokens
    return Texts(
        (split(paper, (), count) for paper in papers), keys, lambda name: records.get(name, ())
    )


def members_of(
    catalogue: Catalogue,
    papers: Iterable[Paper],
    *,
    retired: Mapping[str, str] | None = None,
    new: Mapping[str, tuple[Record, ...]] | None = None,
) -> dict[str, tuple[Record, ...]]:
    """Return the records of those papers that are made of several.

    Args:
        catalogue: Holds what they were made of before.
        papers: As they are from now on.
        retired: Papers that became one of these, old id to surviving id.
        new: Records that joined them, which come last.
    """
    several = [paper.id for paper in papers if len(paper.sources) > 1]
    old = {name: [name] for name in several}
    for gone, survivor in (retired or {}).items():
        old.get(survivor, []).append(gone)
    stored = catalogue.records(name for names in old.values() for name in names)
    return {
        name: (
            *(record for each in names for record in stored.get(each, ())),
            *(new or {}).get(name, ()),
        )
        for name, names in old.items()
    }


def embed_new(catalogue: Catalogue, texts: Texts, embedder: Embedder, progress: Progress) -> int:
    """Embed the passages whose text is new and store each chunk of vectors as it comes.

    Returns:
        How many texts were embedded.

    Raises:
        LibraryDamaged: The model gave no number, or the wrong size.
    """
    wanted = {
        embedded_hash(passage): _Place(len(passage.embedded_text), number, passage.ordinal)
        for number, text in enumerate(texts)
        for passage in text.passages
    }
    for known in catalogue.embedded(embedder.model_id, wanted):
        del wanted[known]
    ordered = sorted(wanted.items(), key=lambda item: (-item[1].length, item[0]))
    for start in range(0, len(ordered), CHUNK):
        chunk = {key: _taken(texts, at) for key, at in ordered[start : start + CHUNK]}
        vectors = _vectors(
            embedder, chunk, lambda done, start=start: progress("embed", start + done, len(ordered))
        )
        with catalogue.transaction():
            catalogue.store_embeddings(embedder.model_id, vectors)
        reached("mid-embedding")
    return len(ordered)


class _Place(NamedTuple):
    """Where a text to embed is found again, so that not all are held at once."""

    length: int
    text: int
    passage: int


def _taken(texts: Texts, at: _Place) -> tuple[Passage, tuple[Span, ...]]:
    text = texts[at.text]
    return text.passages[at.passage], text.sentences


def _sort(found: Record | Rejection, parsed: Parsed, batch: str) -> None:
    if isinstance(found, Rejection):
        parsed.rejections.append(found)
        return
    fault = _fault(found)
    if fault:
        parsed.rejections.append(Rejection(source=found.source, reason=fault))
        return
    parsed.records.append(_kept(found, batch))


def _kept(found: Record, batch: str) -> Record:
    """Return a record of this ``add`` in as little memory as it needs: all are held at once."""
    told = vars(found)
    source = {**vars(found.source), "file": intern(found.source.file), "batch": batch}
    names = lean(Identifiers, vars(found.identifiers)) if names_of(found.identifiers) else _NAMELESS
    venue = intern(found.venue) if found.venue else None
    shared = {"source": lean(Source, source), "identifiers": names, "venue": venue}
    return lean(Record, {**told, **shared})


def _fault(record: Record) -> str | None:
    """Say what SQLite and Chroma could not store, if anything."""
    try:
        record.model_dump_json().encode()
    except (UnicodeEncodeError, ValueError):
        return "text holds half a character (a lone surrogate); save the file as UTF-8"
    if record.year is not None and not -_MOST <= record.year < _MOST:
        return f"year {str(record.year)[:20]}… is no year"
    return None


def _vectors(
    embedder: Embedder,
    chunk: dict[bytes, tuple[Passage, tuple[Span, ...]]],
    progress: Callable[[int], None],
) -> dict[bytes, Stored]:
    texts = [passage.embedded_text for passage, _ in chunk.values()]
    if isinstance(embedder, SentenceEmbedder):
        spans = [spans_within(*each) for each in chunk.values()]
        found, sentences = embedder.embed_parts(texts, spans, progress=progress)
        parts = [pack(rows) for rows in sentences]
    else:
        found, parts = embedder.embed(texts, progress=progress), [b""] * len(texts)
    vectors = np.asarray(found).astype("<f2", copy=False)
    if vectors.shape != (len(chunk), embedder.dim) or not np.isfinite(vectors).all():
        raise LibraryDamaged(
            f"{embedder.model_id} gave vectors of shape {vectors.shape} or not finite for "
            f"{len(chunk)} texts; nothing of them is stored; check the model"
        )
    rows = zip(chunk, vectors, parts, strict=True)
    return {key: Stored(row.tobytes(), part) for key, row, part in rows}


def merges(found: "Identified") -> Iterator[MergeReport]:
    """Yield which records joined others, and why."""
    from rag.identity.keys import reason

    for merge in found.merges:
        yield MergeReport(paper_id=merge.paper_id, source=merge.source, reason=reason(merge.key))


def named(paths: Iterable[Path | str], names: Mapping[Path, str] | None) -> list[tuple[Path, str]]:
    """Return paths with what they are called."""
    return [(each, (names or {}).get(each) or str(each)) for each in map(Path, paths)]


def spans_within(passage: Passage, sentences: Iterable[Span]) -> list[Span]:
    """Return where in a passage's embedded text the sentences of its abstract stand."""
    shift = len(passage.embedded_text) - len(passage.text) - passage.start
    return [
        (max(start, passage.start) + shift, min(end, passage.end) + shift)
        for start, end in sentences
        if start < passage.end and end > passage.start
    ]
