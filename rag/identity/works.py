"""A work that gathers records and known papers while they are being identified."""

import re
from collections.abc import Iterable

from rag.identity.identifiers import is_arxiv_doi, names
from rag.identity.keys import family
from rag.identity.merging import layered, paper
from rag.identity.splits import Side
from rag.schema import Paper, Record, Source

_MINTED = re.compile(
    r"(?:doi:10\.|arxiv:|pmid:|pmcid:|acl:|openalex:|s2:).+|t:[0-9a-f]{16}(?:-\d+)?"
)
_KEYED_FORMAT = "jsonl"


class Work:
    """One work: the known papers and new records found to be the same.

    Attributes:
        explicit: The id given by a file, which two works never share or swap.
        papers: Known papers, the one that keeps its id first.
        records: New records, in canonical order.
        keys: Identity keys of the new records.
        joins: What joined it after its first record, and by which identity key.
        sides: On which side of which split it stands (see ``splits``).
    """

    def __init__(self) -> None:
        self.explicit: str | None = None
        self.papers: list[Paper] = []
        self.records: list[Record] = []
        self.keys: list[str] = []
        self.joins: list[tuple[Source, str]] = []
        self.sides: set[Side] = set()
        self._joined: Work | None = None
        self._names: dict[str, set[str]] = {}
        self._families: set[str] = set()
        self._years: set[int] = set()

    @property
    def root(self) -> "Work":
        """The work that this one has become part of, or itself."""
        work = self
        while work._joined is not None:
            work = work._joined
        return work

    def take(self, found: Record | Paper) -> None:
        """Add a record or known paper and what it tells about the work."""
        if isinstance(found, Record):
            self.records.append(found)
            self.explicit = self.explicit or found.key
        else:
            self.papers.append(found)
            self.explicit = self.explicit or explicit_id(found)
        for kind, value in names(found.identifiers).items():
            # A preprint's arXiv DOI stands beside the publisher's DOI of the same work.
            if not is_arxiv_doi(value):
                self._names.setdefault(kind, set()).add(value)
        if found.authors:
            self._families.add(family(found.authors))
        if found.year is not None:
            self._years.add(found.year)

    def absorb(self, other: "Work") -> None:
        """Make another work part of this one."""
        other._joined = self
        self.papers += other.papers
        self.records += other.records
        self.keys += other.keys
        self.joins += other.joins
        self.sides |= other.sides
        self.explicit = self.explicit or other.explicit
        for kind, values in other._names.items():
            self._names.setdefault(kind, set()).update(values)
        self._families |= other._families
        self._years |= other._years

    def contradicts(self, other: "Work", kinds: Iterable[str]) -> bool:
        """Tell whether two works hold different names of these kinds or ids, or were split."""
        if self.explicit and other.explicit and self.explicit != other.explicit:
            return True
        if any((number, not side) in other.sides for number, side in self.sides):
            return True
        return any(self._apart(other, kind) for kind in kinds)

    def _apart(self, other: "Work", kind: str) -> bool:
        mine, theirs = self._names.get(kind), other._names.get(kind)
        return bool(mine and theirs and mine.isdisjoint(theirs))

    def resembles(self, other: "Work") -> bool:
        """Tell whether equal titles mean one work: same first author, near year, or no clue."""
        if not (self._families or self._years) or not (other._families or other._years):
            return True
        if self._families & other._families:
            return True
        return any(year + shift in other._years for year in self._years for shift in (-1, 0, 1))

    def paper(self, name: str) -> Paper:
        """Return the paper of that id which this work amounts to."""
        if not self.papers and len(self.records) == 1:
            return paper(self.records[0], name)
        keyed = [paper(record, name) for record in self.records if record.key]
        loose = [paper(record, name) for record in self.records if not record.key]
        own = [_renamed(known, name) for known in self.papers if known.id == self.explicit]
        other = [_renamed(known, name) for known in self.papers if known.id != self.explicit]
        return layered((keyed, own, other, loose) if self.explicit else (own + other + loose,))


def _renamed(known: Paper, name: str) -> Paper:
    return known if known.id == name else known.model_copy(update={"id": name})


def explicit_id(known: Paper) -> str | None:
    """Return a known paper's id where a file gave it, ``None`` where we minted it.

    An id of minted form counts as given when a JSONL record is among the sources,
    since its ``_id`` may have that form.
    """
    keyed = any(source.format == _KEYED_FORMAT for source in known.sources)
    return known.id if keyed or not _MINTED.fullmatch(known.id) else None
