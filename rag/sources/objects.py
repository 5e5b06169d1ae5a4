"""What the readers of JSON share: entries out of a file, fields out of an entry."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import cast

from rag.schema import Record, Rejection, Source
from rag.sources.draft import Draft
from rag.sources.jsonvalues import Unreadable, values
from rag.sources.reader import Place

Fields = Mapping[str, object]

Form = Callable[[Fields], Draft | None]
"""What a format makes of an object: a draft, or ``None`` where it is no entry at all."""

_KEY = re.compile(r'"([\w:-]{1,40})"\s*:')


def read(
    lines: Iterable[str], place: Place, *, form: Form, inside: Sequence[str] = ()
) -> Iterator[Record | Rejection]:
    """Yield a record per object; what is not one becomes a rejection that says where.

    Args:
        lines: Lines of the file.
        place: Turns a position into a source.
        form: Makes a draft of an object.
        inside: Keys under which an object holds entries (see ``jsonvalues.values``).
    """
    position = 1
    for where, value in values(lines, inside):
        settled = _settled(value, place(position), form)
        if settled is None:
            continue
        if isinstance(settled, Rejection):
            settled = settled.model_copy(update={"reason": f"{where}: {settled.reason}"})
        yield settled
        position += 1


def _settled(value: object, source: Source, form: Form) -> Record | Rejection | None:
    if isinstance(value, Unreadable):
        return Rejection(source=source, reason=value.reason)
    if value is None:
        return Rejection(source=source, reason="null, not a JSON object")
    if not isinstance(value, dict):
        return Rejection(source=source, reason="not a JSON object")
    draft = form(cast(Fields, value))
    return None if draft is None else draft.settle(source)


def keys(head: str) -> frozenset[str]:
    """Return the names of fields, at any depth, in what may be the start of a JSON file."""
    return frozenset(_KEY.findall(head)) if head.lstrip()[:1] in ("{", "[") else frozenset()


def first(fields: Fields, *names: str) -> str:
    """Return the text of the first field that has one."""
    return next((found for found in (text(fields.get(name)) for name in names) if found), "")


def text(value: object) -> str:
    """Return a string, a number or a list of these as text; anything else says nothing."""
    if isinstance(value, list):
        return " ".join(filter(None, map(_scalar, cast(list[object], value))))
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def within(value: object, *path: str) -> object:
    """Return what stands at the end of a path of keys, or ``None`` where the path breaks off."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = cast(Fields, value).get(name)
    return value


def listing(value: object) -> list[object]:
    """Return a list as it is, nothing as an empty one, anything else as a list of one."""
    if isinstance(value, list):
        return cast(list[object], value)
    return [] if value is None else [value]
