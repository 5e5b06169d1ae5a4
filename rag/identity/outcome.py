"""The papers that come out of identification, their ids, and the counts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import NamedTuple

from rag.identity.identifiers import names
from rag.identity.keys import identity_keys, work_key
from rag.identity.matching import LOOKUP, Known, place_all
from rag.identity.merging import same_content
from rag.identity.splits import Split, place
from rag.identity.works import Work
from rag.schema import Paper, Record, Source

MINTED_FROM = ("doi", "arxiv", "pmid", "acl", "pmcid", "openalex", "s2")
"""Kinds of identifier that make a paper's id, best first."""


class Merge(NamedTuple):
    """A record that joined others in one paper."""

    paper_id: str
    source: Source
    key: str
    """The identity key by which the paper was found."""


@dataclass(frozen=True)
class Identified:
    """What an ``add`` comes to.

    Attributes:
        papers: Papers to write: new, changed, or met at a further place.
        inherited: Identity keys of retired papers, by the id of the paper that takes them in.
        retired: Known papers that turned out to be another one, old id to surviving id;
            a surviving id is among ``papers``.
        records: The records by id of those papers, new ones only.
        merges: Which record joined which paper, and by which key; no record of a known place.
        new: Records that began a paper.
        updated: Records that changed a known paper.
        unchanged: Records that told nothing beyond a known paper.
        merged: Records that joined a paper already begun or changed in this ``add``.
    """

    papers: tuple[Paper, ...]
    inherited: Mapping[str, tuple[str, ...]]
    retired: Mapping[str, str]
    records: Mapping[str, tuple[Record, ...]]
    merges: tuple[Merge, ...] = ()
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0

    @property
    def read(self) -> int:
        """Number of records taken, ``new + updated + unchanged + merged``."""
        return self.new + self.updated + self.unchanged + self.merged

    def known_by(self, name: str) -> tuple[str, ...]:
        """Return the identity keys of a paper to write, besides those that it has by itself.

        They are what its records and the papers it takes in are known by, made anew at each
        call: of hundreds of thousands of papers they would fill more memory than the titles.
        """
        own = (key for record in self.records[name] for key in identity_keys(record))
        return tuple(dict.fromkeys((*own, *self.inherited.get(name, ()))))


@dataclass
class _Tally:
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0

    def begin(self, records: int) -> None:
        self.new += 1
        self.merged += records - 1

    def change(self, changing: int, records: int) -> None:
        self.updated += 1
        self.merged += changing - 1
        self.unchanged += records - changing


def identify(records: Iterable[Record], known: Known, splits: Sequence[Split] = ()) -> Identified:
    """Decide which paper each record belongs to, and merge.

    Args:
        records: Records in any order; the result does not depend on it.
        known: The papers of the library, looked up by identity key.
        splits: Records that are not to be merged.

    Returns:
        The papers to write and the counts.
    """
    works = place_all(records, known, splits)
    given = _names(works, known)
    papers: list[Paper] = []
    retired: dict[str, str] = {}
    inherited: dict[str, tuple[str, ...]] = {}
    members: dict[str, tuple[Record, ...]] = {}
    merges: list[Merge] = []
    tally = _Tally()
    for work, name in zip(works, given, strict=True):
        result = work.paper(name)
        _count(work, result, tally)
        retired |= {old.id: name for old in work.papers if old.id != name}
        if work.papers != [result]:
            papers.append(result)
            if any(old.id != name for old in work.papers):
                inherited[name] = _inherited(work, name)
            members[name] = tuple(work.records)
            merges += _merges(work, name)
    return Identified(tuple(papers), inherited, retired, members, tuple(merges), **vars(tally))


def _merges(work: Work, name: str) -> Iterator[Merge]:
    known = {place(source) for old in work.papers for source in old.sources}
    joins = sorted(dict.fromkeys(work.joins), key=lambda each: (place(each[0]), each[1]))
    for source, key in joins:
        if place(source) not in known:
            yield Merge(name, source, key)


def new_name(records: Sequence[Record], known: Known, *, leaving: str) -> str:
    """Return an id for the paper of these records that no other paper has.

    Args:
        records: What it is made of.
        known: The library.
        leaving: Id of the paper that they were a part of; what else that one is found by is free.
    """
    work = Work.of(*records)
    wanted = _candidates(work)
    return work.explicit or _free(wanted, _taken(wanted, known, leaving) | {leaving}, known)


def _count(work: Work, result: Paper, tally: _Tally) -> None:
    if not work.papers:
        tally.begin(len(work.records))
        return
    base = min(work.papers, key=lambda known: (known.id != result.id, known.id))
    if same_content(result, base):
        tally.unchanged += len(work.records)
        return
    changing = sum(_changes(base, record) for record in work.records)
    tally.change(max(changing, 1), len(work.records))


def _changes(base: Paper, record: Record) -> bool:
    return not same_content(Work.of(base, record).paper(base.id), base)


def _inherited(work: Work, name: str) -> tuple[str, ...]:
    old = (key for known in work.papers if known.id != name for key in identity_keys(known))
    return tuple(dict.fromkeys(old))


def _names(works: Sequence[Work], known: Known) -> list[str]:
    """Name each work: its given id, the id it has, or the first free one made of its content."""
    begun = [work for work in works if not work.explicit and not work.papers]
    minted = {id(work): _candidates(work) for work in begun}
    taken = _taken((name for wanted in minted.values() for name in wanted), known)
    taken |= {work.explicit for work in works if work.explicit}
    result: list[str] = []
    for work in works:
        name = work.explicit or min((old.id for old in work.papers), key=_name_rank, default=None)
        if name is None:
            name = _free(minted[id(work)], taken, known)
            taken.add(name)
        result.append(name)
    return result


def _name_rank(name: str) -> tuple[bool, str]:
    return (name.startswith("t:"), name)


def _candidates(work: Work) -> list[str]:
    merged = work.paper("")
    told = names(merged.identifiers)
    return [*(f"{kind}:{told[kind]}" for kind in MINTED_FROM if kind in told), work_key(merged)]


def _free(wanted: Sequence[str], taken: set[str], known: Known) -> str:
    for name in wanted:
        if name not in taken:
            return name
    # Works that contradict each other yet share every name are told apart by a number.
    numbered = (f"{wanted[-1]}-{number}" for number in count(2))
    return next(name for name in numbered if name not in taken | _taken([name], known))


def _taken(wanted: Iterable[str], known: Known, leaving: str | None = None) -> set[str]:
    taken: set[str] = set()
    rest = iter(wanted)
    while batch := [f"key:{name}" for name in islice(rest, LOOKUP * 4)]:
        found = known.by_identity(batch)
        taken |= {key.removeprefix("key:") for key in found if found[key].id != leaving}
    return taken
