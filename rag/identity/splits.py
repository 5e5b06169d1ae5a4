"""Merges that a person called wrong, and that are not made again.

A split has two sides, each a set of records by what they say. A work that holds a record of
one side takes in none of the other, whatever they share, in this ``add`` or any later one.
Other records join the side that they resemble more; a split tells nothing of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rag.errors import UsageError
from rag.identity.keys import content_key
from rag.schema import Record, Source

Side = tuple[int, bool]
"""Number of a split, and whether this is its first side."""


class Split(NamedTuple):
    """The `content_key`s of the records on either side."""

    first: frozenset[str]
    other: frozenset[str]


def sides(splits: Sequence[Split]) -> Mapping[str, frozenset[Side]]:
    """Return on which sides each record stands, by its `content_key`."""
    found: dict[str, frozenset[Side]] = {}
    for number, split in enumerate(splits):
        for keys, first in ((split.first, True), (split.other, False)):
            for key in keys:
                found[key] = found.get(key, frozenset()) | {(number, first)}
    return found


def parted(
    records: Iterable[Record], chosen: Iterable[Source]
) -> tuple[list[Record], list[Record], Split]:
    """Return the records that stay, those that were chosen to go, and the split that this makes.

    Raises:
        UsageError: One side would be empty, or nothing that the records say tells them apart.
    """
    going = {place(source) for source in chosen}
    sorted_ = sorted(records, key=lambda record: place(record.source))
    stay = [each for each in sorted_ if place(each.source) not in going]
    go = [each for each in sorted_ if place(each.source) in going]
    if not stay or not go:
        raise UsageError("a split needs a record on either side; name some of its records, not all")
    split = Split(frozenset(map(content_key, stay)), frozenset(map(content_key, go)))
    if split.first & split.other:
        raise UsageError("these records say the same, so nothing tells them apart; name both")
    named = {each.key for each in stay if each.key} & {each.key for each in go if each.key}
    if named:
        raise UsageError(f"the files give these records one id, {min(named)!r}; change it there")
    return stay, go, split


def healed(splits: Iterable[Split], together: Iterable[str]) -> tuple[Split, ...]:
    """Return the splits without what keeps some records apart, by their `content_key`s.

    A split that has some of them on either side still keeps each of these from the others.
    """
    same = frozenset(together)
    found: list[Split] = []
    for first, other in splits:
        if first & same and other & same:
            halves = (Split(first, other - same), Split(first - same, other))
            found += (half for half in halves if half.first and half.other)
        else:
            found.append(Split(first, other))
    return tuple(found)


def chosen(sources: Sequence[Source], named: Iterable[str]) -> tuple[Source, ...]:
    """Return the sources that are named: ``FILE`` is all of a file, ``FILE:2`` its record 2.

    Raises:
        UsageError: A name fits none of them, or nothing is named.
    """
    found: dict[str, list[Source]] = {}
    for source in sources:
        for name in (source.file, f"{source.file}:{source.position}"):
            found.setdefault(name, []).append(source)
    wanted = list(named)
    unknown = [name for name in wanted if name not in found]
    if unknown or not wanted:
        known = ", ".join(f"{source.file}:{source.position}" for source in sources)
        what = f"no record {unknown[0]!r} in this paper" if unknown else "name records to split off"
        raise UsageError(f"{what}; it is made of {known}")
    return tuple(source for name in wanted for source in found[name])


def place(source: Source) -> tuple[str, int, str]:
    """Return what makes a source the same in another batch."""
    return source.file, source.position, source.format
