"""Decide which paper each record belongs to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol

from rag.identity.identifiers import names
from rag.identity.keys import identity_keys
from rag.identity.splits import Side, Split, sides
from rag.identity.works import Work
from rag.schema import Paper, Record

MANY = 16
"""Works looked at per key; a key shared by more (a stock title, a proceedings' DOI) says little."""

LOOKUP = 500
"""Records whose keys are looked up in one call."""

Found = tuple[Work, str]
"""A work, and the identity key under which it was found."""

_BY_TITLE = ("t:", "title:")
_WEAK = ("key:", *_BY_TITLE)
_NAMED = ("doi", "arxiv")
_TITLED = ("doi", "arxiv", "pmid", "acl")


class Known(Protocol):
    """Where the papers of the library are found again."""

    def by_identity(self, keys: Sequence[str]) -> Mapping[str, Paper]:
        """Return the stored papers by those of the keys that are known."""
        ...


class Matcher:
    """Works under their identity keys.

    Args:
        sides: On which sides of splits records stand, by their content keys.
    """

    def __init__(self, sides: Mapping[str, frozenset[Side]]) -> None:
        # A work alone under its key, as most are, needs no list.
        self._works: dict[str, Work | list[Work]] = {}
        self._sides = sides

    def anchor(self, found: Mapping[str, Paper]) -> None:
        """Enter known papers, each under its own keys and those that led to it.

        A name that leads to a paper is one of its names, whether or not it is the one shown: of
        papers that a person merged only one DOI is.
        """
        keys: dict[str, set[str]] = {}
        papers = {known.id: known for known in found.values()}
        for key, known in found.items():
            keys.setdefault(known.id, set()).add(key)
        for name in sorted(papers):
            work = Work.of(papers[name])
            own = frozenset(identity_keys(papers[name]))
            if others := keys[name] - own:
                work.know(others)
            work.sides = self._standing(keys[name])
            self._enter(work, keys[name] | own)

    def place(self, record: Record, keys: Sequence[str]) -> Work:
        """Find or begin the work of a record, join what it proves the same, and add it."""
        single = Work.of(record)
        single.sides = self._standing(keys)
        same = self._same(single, record, keys)
        home, by = same[0] if same else (single, "")
        if home is not single:
            home.take(record)
            home.sides |= single.sides
            home.joins.append((record.source, by))
        for other, key in same[1:]:
            if other.root is not home and not home.contradicts(other, _NAMED):
                home.absorb(other)
                home.joins.append((record.source, key))
        self._enter(home, keys)
        return home

    def _standing(self, keys: Iterable[str]) -> frozenset[Side]:
        none: frozenset[Side] = frozenset()
        return none.union(*(self._sides.get(key, none) for key in keys)) if self._sides else none

    def _same(self, single: Work, record: Record, keys: Sequence[str]) -> list[Found]:
        """Return the works that a record belongs to, each with the key that tells so."""
        own = [(work, keys[0]) for work in self._under(keys[0])] if record.key else []
        named = [
            (work, key)
            for key in keys
            if not key.startswith(_WEAK)
            for work in self._under(key)
            if not single.contradicts(work, _NAMED)
        ]
        if record.key is None and named:
            return self._nearest_first(_unique(named), keys)
        alike = [
            (work, key)
            for key in keys
            if key.startswith(_BY_TITLE)
            for work in self._under(key)
            if not single.contradicts(work, _TITLED) and single.resembles(work)
        ]
        if record.key is None:
            return alike[:1]
        # A record with an id of its own begins a paper, and takes in what has none: by a
        # shared name at any time, by its title only when it comes in first.
        nameless = [found for found in named if found[0].explicit is None]
        home = own or self._twins(single, record, keys)
        if home:
            return _unique(home + nameless)
        titled = [found for found in alike if found[0].explicit is None][:1]
        return _unique([(single, ""), *(nameless or titled)])

    def _twins(self, single: Work, record: Record, keys: Sequence[str]) -> list[Found]:
        """Return the work of another given id, from another file, that a record is; or nothing."""
        found = (
            (work, key)
            for key in keys
            if key.startswith("title:")
            for work in self._under(key)
            if work.explicit and not single.opposes(work, _TITLED) and work.twin(record)
        )
        return list(islice(found, 1))

    def _nearest_first(self, found: list[Found], keys: Sequence[str]) -> list[Found]:
        """Put first what has the title too, where a split keeps works of one name apart."""
        if len(found) < 2 or not any(work.sides for work, _ in found):
            return found
        titled = {
            id(work) for key in keys if key.startswith(_BY_TITLE) for work in self._under(key)
        }
        return sorted(found, key=lambda each: id(each[0]) not in titled)

    def _under(self, key: str) -> Iterator[Work]:
        held = self._works.get(key, ())
        return iter((held.root,)) if isinstance(held, Work) else (work.root for work in held)

    def _enter(self, work: Work, keys: Iterable[str]) -> None:
        for key in keys:
            held = self._works.setdefault(key, work)
            if isinstance(held, Work):
                if held.root is not work:
                    self._works[key] = [held, work]
            elif len(held) < MANY and all(each.root is not work for each in held):
                held.append(work)


def _unique(found: Iterable[Found]) -> list[Found]:
    first: dict[int, Found] = {}
    for work, key in found:
        first.setdefault(id(work), (work, key))
    return list(first.values())


def place_all(records: Iterable[Record], known: Known, splits: Sequence[Split] = ()) -> list[Work]:
    """Sort the records into works; the result does not depend on their order."""
    ordered = sorted(records, key=_rank)
    keys = [identity_keys(record) for record in ordered]
    found: dict[str, Paper] = {}
    rest = iter(keys)
    while batch := list(islice(rest, LOOKUP)):
        found.update(known.by_identity([key for some in batch for key in some]))
    apart = sides(splits)
    # Of papers that share a name only the oldest is found by it; those split are found by these.
    found.update(known.by_identity(list(apart)))
    matcher = Matcher(apart)
    matcher.anchor(found)
    homes = [matcher.place(record, own) for record, own in zip(ordered, keys, strict=True)]
    return list({id(home.root): home.root for home in homes}.values())


def _rank(record: Record) -> tuple[object, ...]:
    # Given ids first, then the best described: what knows less joins what knows more.
    told = tuple(names(record.identifiers).items())
    return (
        record.key is None,
        record.key or "",
        -len(told),
        not record.authors,
        record.year is None,
        told,
        record.title,
        record.abstract,
        record.authors,
        record.year or 0,
        record.venue or "",
        record.url or "",
        record.source.file,
        record.source.position,
        record.source.format,
        record.source.batch or "",
    )
