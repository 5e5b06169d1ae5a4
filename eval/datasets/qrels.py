"""Relevance judgements: BEIR's ``qrels.tsv`` and TREC's ``qid 0 docid grade``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from eval.datasets.ledger import Note, shown
from eval.datasets.lines import lines

Form = Literal["beir", "trec"]

LARGEST = 2**31 - 1
"""Grades beyond it overflow what trec_eval counts with."""

_HEADERS = {"score", "grade", "rel", "relevance", "relevancy", "label", "judgment", "judgement"}
_NUMBER = re.compile(r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})(e[+-]?\d{1,9})?", re.IGNORECASE)
_COLUMNS: dict[Form, str] = {
    "beir": "query-id, corpus-id and score, with tabs between",
    "trec": "query id, 0, document id and grade",
}


class Judgement(NamedTuple):
    """A grade and the line that gives it."""

    grade: int
    line: int


@dataclass
class Judgements:
    """Every judgement of a file, by query and document, as they stand there."""

    form: Form = "beir"
    by_query: dict[str, dict[str, Judgement]] = field(
        default_factory=dict[str, dict[str, Judgement]]
    )


def form_of(row: str) -> Form | None:
    """Return which kind of qrels a row is of, by the number of its columns."""
    forms: dict[int, Form] = {3: "beir", 4: "trec"}
    return forms.get(len(_split(row)))


def is_header(row: str) -> bool:
    """Say whether a row names its columns, such as ``query-id corpus-id score``."""
    return _split(row)[-1].lower() in _HEADERS


def is_grade(text: str) -> bool:
    """Say whether a text is a number, be it usable or not."""
    return _NUMBER.fullmatch(text) is not None


def read_judgements(path: Path, note: Note) -> Judgements:
    """Read qrels of either form, with or without a header line."""
    found = Judgements()
    rows = _rows(path, note)
    first = next(rows, None)
    if first is None:
        return found
    found.form = form_of(first[1]) or "beir"
    if not is_header(first[1]):
        _enter(found, *first, note)
    for number, row in rows:
        _enter(found, number, row, note)
    return found


def _rows(path: Path, note: Note) -> Iterator[tuple[int, str]]:
    empty = True
    for number, row in lines(path, note):
        empty = False
        yield number, row
    if empty:
        note(None, "empty file; write one judgement a line")


def _enter(found: Judgements, number: int, row: str, note: Note) -> None:
    columns = _split(row)
    if form_of(row) != found.form:
        note(number, f"{len(columns)} columns; give {_COLUMNS[found.form]}")
        return
    query, document, grade = columns[0], columns[-2], _grade(columns[-1])
    if not (query and document):
        note(number, f"a blank id; give {_COLUMNS[found.form]}")
        return
    if grade is None:
        note(number, f"bad grade {shown(columns[-1])}; give a whole number")
    judged = found.by_query.setdefault(query, {})
    # A pair that is judged twice is one fault, whatever the second grade.
    before = judged.setdefault(document, Judgement(grade or 0, number))
    if before.line != number:
        pair = f"query {shown(query)} and document {shown(document)}"
        note(number, f"{pair} are also on line {before.line}; remove one")


def _split(row: str) -> list[str]:
    return [part.strip() for part in row.split("\t")] if "\t" in row else row.split()


def _grade(text: str) -> int | None:
    if not is_grade(text):
        return None
    value = float(text)
    return int(value) if abs(value) <= LARGEST and value.is_integer() else None
