"""Which files make a data set, and in which form: told by layout and content."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eval.datasets.lines import beginning
from eval.datasets.qrels import form_of, is_grade, is_header
from rag.errors import SourceError

Format = Literal["questions", "beir", "trec", "ragchecker"]

_PACKED = ("", ".gz")
_QUESTIONS = ("questions.jsonl", "cases.jsonl")
_CORPUS = ("corpus.jsonl", "papers.jsonl")
_TOPICS = ("queries.jsonl", "queries.tsv", "topics.jsonl", "topics.tsv", "topics.txt")
_QRELS = re.compile(r"qrels(\.\w+)*|[\w.-]+\.qrels(\.gz)?")
_RAGCHECKER = re.compile(r'\s*\{\s*"(results|metrics)"\s*:\s*[\[{]')
_ARRAY = re.compile(r"\s*\[\s*(\{|\n)")
_CAN_BE_READ = (
    "cases as JSONL, a BEIR folder, TREC qrels with queries beside them, RAGChecker's JSON"
)


@dataclass(frozen=True)
class Layout:
    """The files of a data set."""

    format: Format
    name: str
    main: Path
    """The cases, or the judgements of a collection."""
    topics: Path | None = None
    answers: Path | None = None
    corpus: Path | None = None


def recognise(path: Path) -> Layout:
    """Return what a file or folder is.

    Raises:
        SourceError: It is no data set, or more than one.
    """
    return _folder(path) if os.path.isdir(path) else _file(path)


def _folder(folder: Path) -> Layout:
    name = folder.resolve().name
    questions = _one(folder, _QUESTIONS)
    if questions is not None:
        _no_array(questions, beginning(questions))
        return Layout("questions", name, questions, corpus=_one(folder, _CORPUS))
    qrels = _qrels(folder)
    if qrels is None:
        raise SourceError(
            f"{folder}: no data set in this folder; wanted: questions.jsonl or cases.jsonl, or "
            "queries.jsonl and qrels.tsv or qrels/<split>.tsv"
        )
    return _collection(folder, qrels, name)


def _file(path: Path) -> Layout:
    head = beginning(path)
    rows = [row for row in head.splitlines()[:20] if row.strip()]
    if not rows:
        raise SourceError(f"{path}: empty file; write one case a line")
    if _RAGCHECKER.match(head):
        return Layout("ragchecker", _stem(path), path)
    _no_array(path, head)
    if any(row.lstrip().startswith("{") for row in rows):
        return _questions(path, head)
    if _are_qrels(rows):
        inside = path.resolve().parent.name == "qrels"
        folder = path.parent.resolve().parent if inside else path.parent
        home = folder.resolve().name
        return _collection(folder, path, f"{home}-{_stem(path)}" if inside else home)
    if len(rows[0].split()) == 6:
        raise SourceError(f"{path}: this looks like a TREC run, which has no questions; "
                          "name its qrels here")  # fmt: skip
    raise SourceError(f"{path}: no known form of cases; can be read: {_CAN_BE_READ}")


def _no_array(path: Path, head: str) -> None:
    if _ARRAY.match(head):
        raise SourceError(f"{path}: a JSON array; write one JSON object a line instead")


def _questions(path: Path, head: str) -> Layout:
    if '"question"' not in head and ('"text"' in head or '"abstract"' in head):
        raise SourceError(
            f"{path}: queries or papers of a collection, without judgements; name its folder"
        )
    # A corpus beside a file of another name may have nothing to do with it.
    usual = path.name.removesuffix(".gz") in _QUESTIONS
    folder = path.parent
    name = folder.resolve().name if usual else _stem(path)
    return Layout("questions", name, path, corpus=_one(folder, _CORPUS) if usual else None)


def _are_qrels(rows: list[str]) -> bool:
    judging = [row for row in rows[int(is_header(rows[0])) :] if form_of(row)]
    graded = [row for row in judging if is_grade(row.split()[-1])]
    return bool(rows) and len(graded) * 2 > len(rows) - 1


def _collection(folder: Path, qrels: Path, name: str) -> Layout:
    topics = _one(folder, _TOPICS)
    if topics is None:
        raise SourceError(
            f"{qrels}: judgements without queries; put queries.jsonl, or topics.tsv with a query "
            f"id, a tab and a text on each line, into {folder}"
        )
    return Layout(
        _form(qrels),
        name,
        qrels,
        topics=topics,
        answers=_one(folder, ("answers.jsonl",)),
        corpus=_one(folder, _CORPUS),
    )


def _form(qrels: Path) -> Format:
    rows = [row for row in beginning(qrels).splitlines()[:2] if row.strip()]
    return (form_of(rows[0]) if rows else None) or "beir"


def _qrels(folder: Path) -> Path | None:
    found = [file for file in _files(folder) if _QRELS.fullmatch(file.name)]
    inside = folder / "qrels"
    if os.path.isdir(inside):
        found += [file for file in _files(inside) if not file.name.startswith(".")]
    if len(found) <= 1:
        return next(iter(found), None)
    test = [file for file in found if "test" in file.name.split(".")]
    if len(test) == 1:
        return test[0]
    names = ", ".join(str(file.relative_to(folder)) for file in found)
    raise SourceError(f"{folder}: more than one qrels ({names}); name one, such as {found[0]}")


def _one(folder: Path, names: Iterable[str]) -> Path | None:
    paths = [folder / f"{name}{end}" for name in names for end in _PACKED]
    found = [path for path in paths if os.path.isfile(path)]
    if len(found) > 1:
        both = " and ".join(path.name for path in found)
        raise SourceError(f"{folder}: both {both}; keep one of them or name a file")
    return next(iter(found), None)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if file.is_file())
    except OSError as error:
        raise SourceError(f"{folder}: cannot be listed ({error.strerror}); check its rights") from (
            error
        )


def _stem(path: Path) -> str:
    return Path(path.name.removesuffix(".gz")).stem
