"""JSON values out of lines, each as soon as it is whole: a file of any size is read in pieces."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import cast

from rag.sources.jsonstream import DECODER, Broken, Stream, why

NESTED = 3
"""Objects around a list of entries that are followed, such as Crossref's ``message``."""


@dataclass(frozen=True)
class Unreadable:
    """A stretch of the file that is not JSON."""

    reason: str


def values(lines: Iterable[str], inside: Sequence[str] = ()) -> Iterator[tuple[str, object]]:
    """Yield every value and the words that tell its place.

    One value a line is the rule, and a broken line costs that line only. An array or an
    object may spread over lines as well; then what follows a fault is lost.

    Args:
        lines: Lines of the file.
        inside: Keys under which an object holds entries, or the one entry; such an object
            is not yielded itself. An array gives its items in any case.
    """
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    opening = list(islice(numbered, 2))
    everything = chain(opening, numbered)
    if _spreads([line for _, line in opening]):
        yield from _run(Stream(line for _, line in everything), inside)
        return
    for number, line in everything:
        for value in _entries(_value(line), inside):
            yield f"line {number}", value


def _spreads(opening: Sequence[str]) -> bool:
    """Tell whether the first value goes on after the first line, or holds others."""
    starts = [line.strip() for line in opening]
    if not starts or starts[0].startswith("[") or starts[0] == "{":
        return True
    if not starts[0].startswith("{") or len(starts) < 2:
        return False
    # Otherwise the first of many lines may just be broken.
    goes_on = starts[0][-1] == "[" or starts[1][0] in '"}'
    return goes_on and isinstance(_value(starts[0]), Unreadable)


def _value(text: str) -> object:
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        return Unreadable(why(error))


def _entries(value: object, inside: Sequence[str]) -> list[object]:
    """Return the entries that a decoded value holds, or the value itself."""
    for _ in range(NESTED):
        if not isinstance(value, dict):
            break
        fields = cast(dict[str, object], value)
        key = next((key for key in inside if isinstance(fields.get(key), list | dict)), None)
        if key is None:
            break
        value = fields[key]
        if isinstance(value, list):
            return cast(list[object], value)
    return [value]


def _run(stream: Stream, inside: Sequence[str]) -> Iterator[tuple[str, object]]:
    """Yield the entries of arrays, objects and plain values up to the first that is broken."""
    try:
        while opening := stream.peek():
            if opening == "[":
                yield from _array(stream, inside)
            elif opening == "{" and inside:
                yield from _object(stream, inside, NESTED)
            else:
                yield stream.where, stream.take()
    except Broken as broken:
        yield stream.where, Unreadable(f"{broken}; what follows was not read")


def _array(stream: Stream, inside: Sequence[str]) -> Iterator[tuple[str, object]]:
    stream.step()
    while stream.peek() != "]":
        where = stream.where
        for value in _entries(stream.take(), inside):
            yield where, value
    stream.step()


def _object(stream: Stream, inside: Sequence[str], nested: int) -> Iterator[tuple[str, object]]:
    """Yield the entries in an object, or the object where it holds none under a known key."""
    where = stream.where
    fields: dict[str, object] = {}
    holds = False
    stream.step()
    while stream.peek() != "}":
        key = stream.take()
        if not isinstance(key, str) or stream.peek() != ":":
            raise Broken("not JSON (expecting a key and a colon)")
        stream.step()
        opening = stream.peek()
        if key in inside and (opening == "[" or (opening == "{" and nested)):
            holds = True
            found = _array(stream, ()) if opening == "[" else _object(stream, inside, nested - 1)
            yield from found
        else:
            fields[key] = stream.take()
    stream.step()
    if not holds:
        yield where, fields
