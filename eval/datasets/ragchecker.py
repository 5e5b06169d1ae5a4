"""RAGChecker's JSON: questions, reference answers, and what a system said to them.

``{"results": [{"query_id", "query", "gt_answer", "response", "retrieved_context":
[{"doc_id", "text"}]}]}`` (amazon-science/RAGChecker, ``ragchecker/container.py``);
further keys, such as its claims and metrics, are passed over.
"""

import json
import re
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple, cast

from eval.datasets.fields import Fields
from eval.datasets.ledger import Ledger, Note, refuse, shown, without
from eval.datasets.lines import STRICT, Json, why
from eval.schema import Case, Context, Ranked, Response
from rag.errors import SourceError
from rag.sources.inflation import opened

_BETWEEN = re.compile(r"[\s,:]*")
_NAME = "query_id"


class Result(NamedTuple):
    """One entry of the file."""

    line: int
    fields: Fields


def read_ragchecker_cases(path: Path, note: Note) -> tuple[Case, ...]:
    """Return the questions with their reference answers."""
    return tuple(_case(result.fields) for result in _results(path, note))


def read_ragchecker_responses(path: Path) -> dict[str, Response]:
    """Return what the system said, by query id: its answer, contexts and documents in order.

    A document's place in the ranking is that of its first context.

    Raises:
        SourceError: The file has a fault; names the first and how many more there are.
    """
    ledger = Ledger()
    found: dict[str, Response] = {}
    for result in _results(path, ledger.page(path)):
        found[result.fields.key(_NAME) or ""] = _response(result.fields)
    refuse(ledger.faults)
    return found


def _case(fields: Fields) -> Case:
    answer = fields.text("gt_answer")
    return Case(
        id=fields.key(_NAME) or "",
        question=fields.needed("query", "write what is asked"),
        answers=(answer,) if answer and answer.strip() else (),
    )


def _response(fields: Fields) -> Response:
    if not fields.has("response"):
        fields.fault("response", "no 'response'; write what the system said, \"\" for nothing")
    contexts = tuple(_context(each) for each in fields.objects("retrieved_context"))
    documents = dict.fromkeys(context.paper_id for context in contexts)
    return Response(
        answer=fields.text("response") or "",
        ranking=tuple(Ranked(paper_id=document) for document in documents),
        contexts=contexts,
    )


def _context(fields: Fields) -> Context:
    document = fields.key("doc_id")
    if document is None and not fields.faulty:
        fields.fault("doc_id", "a context without 'doc_id'; name its document")
    return Context(paper_id=document or "", text=fields.text("text") or "")


def _results(path: Path, note: Note) -> Iterator[Result]:
    first: dict[str, int] = {}
    for line, value in _entries(_text(path, note), note):
        if not isinstance(value, dict):
            note(line, "a result that is no JSON object; correct it")
            continue
        fields = Fields(cast(Json, value), _at(line, note))
        name = fields.key(_NAME)
        if name is None and not fields.faulty:
            note(line, f"no '{_NAME}'; give each result one")
        if name is not None:
            if name in first:
                place = f"also on line {first[name]}"
                note(line, f"{_NAME} {shown(name)} is {place}; change or remove one")
            first.setdefault(name, line)
        yield Result(line, fields)


def _at(line: int, note: Note) -> Callable[[str], None]:
    return lambda message: note(line, message)


def _text(path: Path, note: Note) -> str:
    try:
        with opened(path) as raw:
            content = BufferedReader(raw).read()
            if raw.damage:
                note(None, f"{raw.damage}; copy the file again")
    except SourceError as error:
        note(None, without(path, error))
        return ""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        note(line, "not UTF-8; save the file as UTF-8")
        return ""


class _Scanner:
    """Steps through a JSON text value by value, so that each one's line is known."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counted = 0
        self._line = 1

    @property
    def line(self) -> int:
        """Number of the line where the next value begins."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def take(self, bracket: str) -> bool:
        """Pass a bracket, if it comes next."""
        between = cast(re.Match[str], _BETWEEN.match(self._text, self._at))
        self._at = between.end()
        there = self._text.startswith(bracket, self._at)
        self._at += there
        return there

    def value(self) -> object:
        """Pass a value."""
        value, self._at = STRICT.raw_decode(self._text, self._at)
        return value


def _entries(text: str, note: Note) -> Iterator[tuple[int, object]]:
    """Yield the items of ``results`` and their lines, up to the first that is no JSON."""
    if not text:
        return
    scanner = _Scanner(text)
    empty = True
    try:
        for entry in _items(scanner):
            empty = False
            yield entry
        if empty:
            note(None, 'no results in it; wanted: {"results": [{"query_id", "query", …}]}')
    except json.JSONDecodeError as error:
        message = f"not JSON ({error.msg} at column {error.colno})"
        note(error.lineno, f"{message}; correct it, what follows was not read")
    except (ValueError, RecursionError) as error:
        note(scanner.line, f"not JSON ({why(error)}); correct it, what follows was not read")


def _items(scanner: _Scanner) -> Iterator[tuple[int, object]]:
    scanner.take("{")
    while not scanner.take("}"):
        name = scanner.value()
        if name == "results" and scanner.take("["):
            while not scanner.take("]"):
                yield scanner.line, scanner.value()
        else:
            scanner.take(":")
            scanner.value()
