"""A work that gathers records and known papers while they are being identified."""

import re
from collections.abc import Iterable, Iterator
from typing import Self

from rag.identity.identifiers import is_arxiv_doi, names
from rag.identity.keys import family, normal_title
from rag.identity.merging import layered, paper
from rag.identity.splits import Side
from rag.schema import Identifiers, Paper, Record, Source

_MINTED = re.compile(
    r"(?:doi:10\.|arxiv:|pmid:|pmcid:|acl:|openalex:|s2:).+|t:[0-9a-f]{16}(?:-\d+)?"
)
_KEYED_FORMAT = "jsonl"


class _Facts:
    """What the members of a work say of it: names by kind, first authors, years."""

    __slots__ = ("families", "names", "years")

    def __init__(self) -> None:
        self.names: dict[str, set[str]] = {}
        self.families: set[str] = set()
        self.years: set[int] = set()

    def take(self, found: Record | Paper) -> None:
        """Add what one member says."""
        self._name(names(found.identifiers).items())
        if found.authors:
            self.families.add(family(found.authors))
        if found.year is not None:
            self.years.add(found.year)

    def know(self, keys: Iterable[str]) -> None:
        """Add the names among identity keys."""
        parts = (key.partition(":") for key in keys)
        self._name((kind, name) for kind, _, name in parts if kind in Identifiers.model_fields)

    def _name(self, told: Iterable[tuple[str, str]]) -> None:
        for kind, value in told:
            # A preprint's arXiv DOI stands beside the publisher's DOI of the same work.
            if not is_arxiv_doi(value):
                self.names.setdefault(kind, set()).add(value)

    def absorb(self, other: "_Facts") -> None:
        """Add what another work's members say."""
        for kind, values in other.names.items():
            self.names.setdefault(kind, set()).update(values)
        self.families |= other.families
        self.years |= other.years

    def apart(self, other: "_Facts", kind: str) -> bool:
        """Tell whether both know names of a kind and share none."""
        mine, theirs = self.names.get(kind), other.names.get(kind)
        return bool(mine and theirs and mine.isdisjoint(theirs))


class Work:
    """One work: the known papers and new records found to be the same.

    Attributes:
        explicit: The id given by a file, which two works never share or swap.
        papers: Known papers, the one that keeps its id first.
        records: New records, in canonical order.
        joins: What joined it after its first record, and by which identity key.
        sides: On which side of which split it stands (see ``splits``).
    """

    # Most of the many works have one member: what it says is read again when it is asked for.
    __slots__ = ("_facts", "_joined", "explicit", "joins", "papers", "records", "sides")

    def __init__(self) -> None:
        self.explicit: str | None = None
        self.papers: list[Paper] = []
        self.records: list[Record] = []
        self.joins: list[tuple[Source, str]] = []
        self.sides: frozenset[Side] = frozenset()
        self._joined: Work | None = None
        self._facts: _Facts | None = None

    @classmethod
    def of(cls, *members: Record | Paper) -> Self:
        """Return the work of these members."""
        work = cls()
        for member in members:
            work.take(member)
        return work

    @property
    def root(self) -> "Work":
        """The work that this one has become part of, or itself."""
        work = self
        while work._joined is not None:
            work = work._joined
        return work

    def take(self, found: Record | Paper) -> None:
        """Add a record or known paper and what it tells about the work."""
        if self.records or self.papers:
            self._facts = self._known()
            self._facts.take(found)
        if isinstance(found, Record):
            self.records.append(found)
            self.explicit = self.explicit or found.key
        else:
            self.papers.append(found)
            self.explicit = self.explicit or explicit_id(found)

    def know(self, keys: Iterable[str]) -> None:
        """Add names that the work goes by, besides those that its members tell."""
        self._facts = self._known()
        self._facts.know(keys)

    def absorb(self, other: "Work") -> None:
        """Make another work part of this one."""
        self._facts = self._known()
        self._facts.absorb(other._known())
        other._joined = self
        self.papers += other.papers
        self.records += other.records
        self.joins += other.joins
        self.sides |= other.sides
        self.explicit = self.explicit or other.explicit

    def contradicts(self, other: "Work", kinds: Iterable[str]) -> bool:
        """Tell whether two works hold different names of these kinds or ids, or were split."""
        if self.explicit and other.explicit and self.explicit != other.explicit:
            return True
        return self.opposes(other, kinds)

    def opposes(self, other: "Work", kinds: Iterable[str]) -> bool:
        """Tell whether two works hold different names of these kinds, or were split."""
        if any((number, not side) in other.sides for number, side in self.sides):
            return True
        mine, theirs = self._known(), other._known()
        return any(mine.apart(theirs, kind) for kind in kinds)

    def resembles(self, other: "Work") -> bool:
        """Tell whether equal titles mean one work: same first author, near year, or no clue."""
        mine, theirs = self._known(), other._known()
        if not (mine.families or mine.years) or not (theirs.families or theirs.years):
            return True
        if mine.families & theirs.families:
            return True
        return any(_near(year) & theirs.years for year in mine.years)

    def twin(self, record: Record) -> bool:
        """Tell whether a record of equal title and another given id is this work all the same.

        An id that a file gives tells works apart within that file only. Across files it says
        nothing, but a wrong merge would hide an id, so more must agree than a title: the first
        author of one among the authors of the other, and years at most 1 apart.
        """
        members = [*self.papers, *self.records]
        if any(record.source.file in _files(each) for each in members):
            return False
        years = self._known().years
        if record.year is not None and years and not years & _near(record.year):
            return False
        return any(_share_author(record.authors, each.authors) for each in members)

    def _known(self) -> _Facts:
        if self._facts is not None:
            return self._facts
        facts = _Facts()
        for found in (*self.papers, *self.records):
            facts.take(found)
        return facts

    def paper(self, name: str) -> Paper:
        """Return the paper of that id which this work amounts to."""
        if not self.papers and len(self.records) == 1:
            return paper(self.records[0], name)
        first = self.explicit
        keyed = [paper(record, name) for record in self.records if first and record.key == first]
        loose = [paper(record, name) for record in self.records if not first or record.key != first]
        own = [_renamed(known, name) for known in self.papers if known.id == self.explicit]
        other = [_renamed(known, name) for known in self.papers if known.id != self.explicit]
        return layered((keyed, own, other, loose) if self.explicit else (own + other + loose,))


def _files(found: Record | Paper) -> Iterator[str]:
    sources = (found.source,) if isinstance(found, Record) else found.sources
    return (source.file for source in sources)


def _near(year: int) -> set[int]:
    return {year - 1, year, year + 1}


def _share_author(authors: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Tell whether the first author of either is among the other's, by family name."""
    return _among(authors, others) or _among(others, authors)


def _among(authors: tuple[str, ...], others: tuple[str, ...]) -> bool:
    # As a word of a name: sources differ in what of a name is the family's.
    name = family(authors)
    words = (normal_title(word) for other in others for word in other.replace(",", " ").split())
    return bool(name) and name in words


def _renamed(known: Paper, name: str) -> Paper:
    return known if known.id == name else known.model_copy(update={"id": name})


def explicit_id(known: Paper) -> str | None:
    """Return a known paper's id where a file gave it, ``None`` where we minted it.

    An id of minted form counts as given when a JSONL record is among the sources,
    since its ``_id`` may have that form.
    """
    keyed = any(source.format == _KEYED_FORMAT for source in known.sources)
    return known.id if keyed or not _MINTED.fullmatch(known.id) else None
