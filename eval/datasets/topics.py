"""Queries of a test collection: BEIR's ``queries.jsonl``, or ``qid<TAB>text``."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from eval.datasets.fields import Fields
from eval.datasets.ledger import Note, shown
from eval.datasets.lines import beginning, lines, parsed


class Topic(NamedTuple):
    """A query and the line it stands on."""

    line: int
    id: str
    text: str


def read_topics(path: Path, note: Note) -> dict[str, Topic]:
    """Return the queries of a file by id, in order; what form it has, its content tells."""
    found: dict[str, Topic] = {}
    empty = True
    for topic in _topics(path, note):
        empty = False
        if topic.id and (before := found.setdefault(topic.id, topic)) != topic:
            message = f"query {shown(topic.id)} is also on line {before.line}"
            note(topic.line, f"{message}; change or remove one")
    if empty:
        note(None, "no queries; write one a line")
    return found


def _topics(path: Path, note: Note) -> Iterator[Topic]:
    as_json = beginning(path).lstrip().startswith("{")
    for number, row in lines(path, note):
        topic = _object(row, number, note) if as_json else _row(row, number, note)
        if topic is not None:
            yield topic


def _object(row: str, number: int, note: Note) -> Topic | None:
    values = parsed(row, number, note)
    if values is None:
        return None
    fields = Fields(values, lambda message: note(number, message))
    query = fields.key("_id", "id", "query_id")
    if query is None and not fields.faulty:
        note(number, "no '_id'; give each query one")
    name = next((each for each in ("query", "question") if fields.has(each)), "text")
    return Topic(number, query or "", fields.needed(name, "write what is asked"))


def _row(row: str, number: int, note: Note) -> Topic | None:
    query, _, text = (part.strip() for part in row.partition("\t"))
    if not (query and text):
        note(number, "no query id, tab and text; write them on one line")
        return None
    return Topic(number, query, text)
