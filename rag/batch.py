"""Many questions from a file, answered in order into a file that survives a kill."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from pydantic import ValidationError

from rag.answering.followup import standalone
from rag.contract import Json, line
from rag.errors import AttestError, UsageError
from rag.retrieval import LONGEST
from rag.schema import Filters, Turn

Progress = Callable[[str, int, int], None]

_START = b'{"question": '
"""How every line of an output begins."""


class Item(NamedTuple):
    """One question of a batch."""

    id: object
    """As it came in; copied to the output."""
    question: str
    history: tuple[Turn, ...]
    filters: Filters
    place: str
    """File and line, for messages."""


class Kept(NamedTuple):
    """What an earlier run has left in the output."""

    lines: int
    refused: int
    libraries: frozenset[str]
    """Fingerprints of the libraries that answered."""


class Outcome(NamedTuple):
    """How a batch went."""

    kept: int
    written: int
    refused: int
    """Refusals among all lines, kept ones included."""


def read_items(lines: Iterable[str], name: str, filters: Filters | None = None) -> list[Item]:
    """Read the questions of a JSONL file.

    Args:
        lines: ``{"id", "question", "history"?, "filters"?}`` each; ``_id`` and ``text`` as in
            BEIR are read too, other keys are passed over, and so are blank lines.
        name: What to call the file in messages.
        filters: Used where a line sets none of its own.

    Raises:
        UsageError: A line is not such an object; names its number.
    """
    return [
        _item(text, f"{name}:{number}", filters or Filters())
        for number, text in enumerate(lines, start=1)
        if text.strip()
    ]


def resume(out: Path, items: list[Item]) -> Kept:
    """Return what an output file already holds; a last line cut by a kill is taken off.

    Raises:
        UsageError: The file holds something else than a beginning of this batch.
    """
    if not out.exists():
        return Kept(0, 0, frozenset())
    content = out.read_bytes()
    end = content.rfind(b"\n") + 1
    lines = content[:end].decode("utf-8", "replace").split("\n")[:-1]
    if len(lines) > len(items):
        raise UsageError(f"{out} has {len(lines)} lines for {len(items)} questions; choose another")
    objects = [
        _written(text, item, f"{out}:{number}")
        for number, (text, item) in enumerate(zip(lines, items, strict=False), start=1)
    ]
    _cut(out, content, end)
    libraries = {str(each["library"]) for each in objects if "library" in each}
    refused = sum(each.get("refused") is True for each in objects)
    return Kept(len(objects), refused, frozenset(libraries))


def run(
    items: list[Item],
    work: Callable[[Item], Json],
    write: Callable[[str], None],
    *,
    kept: Kept | None = None,
    progress: Progress,
) -> Outcome:
    """Answer what is left of a batch, in order.

    Args:
        items: The whole batch.
        work: Makes the object of one question; its id is added here.
        write: Takes each finished line.
        kept: What is there already.
        progress: Told stage, done and total.

    Raises:
        AttestError: A question failed; names its line. What was written stays.
    """
    before = kept or Kept(0, 0, frozenset())
    refused = before.refused
    for number, item in enumerate(items[before.lines :], start=before.lines + 1):
        try:
            found = {**work(item), "id": item.id}
        except AttestError as error:
            raise type(error)(f"{item.place}: {error}") from error
        refused += found.get("refused") is True
        write(line(found))
        progress("ask", number, len(items))
    return Outcome(before.lines, len(items) - before.lines, refused)


def appending(file: BinaryIO) -> Callable[[str], None]:
    """Return what writes a line to a file and hands it to the system at once."""

    def write(text: str) -> None:
        file.write(text.encode() + b"\n")
        file.flush()

    return write


def _item(text: str, place: str, filters: Filters) -> Item:
    fields = _object(text, place)
    name = fields.get("id", fields.get("_id"))
    question = fields.get("question", fields.get("text"))
    if not isinstance(name, str | int):
        raise UsageError(f"{place}: no 'id'; give each question one, a text or a number")
    if not isinstance(question, str) or not question.strip():
        raise UsageError(f"{place}: no 'question', or a blank one")
    try:
        history = tuple(_turns(fields.get("history") or []))
        own = Filters.model_validate(fields.get("filters") or {})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or first["type"]
        raise UsageError(f"{place}: {where}: {first['msg']}") from error
    question = whole(question)
    size = len(standalone(question, history))
    if size > LONGEST:
        raise UsageError(f"{place}: the question has {size:,} characters; {LONGEST:,} can be read")
    set_here = own.model_dump(exclude_none=True)
    return Item(name, question, history, filters.model_copy(update=set_here), place)


def whole(text: str) -> str:
    """Replace halves of characters, which no model and no database takes."""
    return text.encode("utf-8", "replace").decode()


def _turns(history: object) -> Iterator[Turn]:
    for turn in cast(list[object], history if isinstance(history, list) else [history]):
        fields = cast(dict[str, object], turn if isinstance(turn, dict) else {})
        known = {name: fields.get(name) for name in ("question", "answer")}
        yield Turn.model_validate({**known, "papers": fields.get("papers") or ()})


def _object(text: str, place: str) -> dict[str, object]:
    try:
        fields = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{place}: not JSON ({error})") from error
    except RecursionError as error:
        raise UsageError(f"{place}: nested too deep") from error
    if not isinstance(fields, dict):
        raise UsageError(f"{place}: not a JSON object")
    return cast(dict[str, object], fields)


def _cut(out: Path, content: bytes, end: int) -> None:
    """Take a last line without an end off a file, if it is one that a batch began."""
    torn = content[end:]
    if not torn:
        return
    if torn[: len(_START)] != _START[: len(torn)]:
        raise UsageError(f"{out} is not the output of a batch; choose another")
    with out.open("r+b") as file:
        file.truncate(end)


def _written(text: str, item: Item, place: str) -> dict[str, object]:
    fields = _object(text, place)
    if (fields.get("id"), fields.get("question")) != (item.id, item.question):
        raise UsageError(
            f"{place} answers {fields.get('id')!r}, not question {item.id!r} of {item.place} as it "
            "stands there; choose another --out"
        )
    return fields
