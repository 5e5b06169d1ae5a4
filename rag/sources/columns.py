"""Which column of a table holds which field: by name where names tell, else by content."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rag.retractions import in_types
from rag.sources.cellnames import names
from rag.sources.cells import SHAPED, told
from rag.sources.cleaning import clean
from rag.sources.contents import MOST, guessed
from rag.sources.draft import Draft
from rag.sources.headers import SIDE, TABLES, is_noise, known, squeezed

LOOK = 20
"""Rows in which the names of the columns are looked for; exports may begin with a banner."""

ENOUGH = 5
"""Fields known by name from which on a table is an export whose makers left out the rest."""

CONTENT = 0.3
"""How sure a table is that is recognised by its cells alone."""

_IDENTIFIERS = ("doi", "arxiv", "pmid", "pmcid", "acl", "openalex", "s2")
_GUESSED = ("title", "abstract", "authors", "year", "doi", "arxiv", "url")
_LONGEST_SHOWN = 40

Rows = Sequence[Sequence[str]]


class Columns(NamedTuple):
    """The columns of a table.

    Attributes:
        header: Their names; none where the first row is an entry already.
        places: Columns by field, from 0, the best first.
        first: Which row is the first entry, from 0.
        sure: How surely this is a table of papers, 0 to 1.
        even: Share of the rows that are as wide as the header.
        glued: Whether nothing parts the names of authors, as SpringerLink has it.
        guessed: Fields that were found by the look of their cells.
    """

    header: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    first: int
    sure: float
    even: float
    glued: bool = False
    guessed: frozenset[str] = frozenset()

    @property
    def is_guess(self) -> bool:
        """Whether so few names are known that this may be no export, and is to be shown."""
        return bool(self.guessed) or len(self.places.keys() - SIDE) < ENOUGH

    @property
    def by_name(self) -> bool:
        """Whether a header names at least one field."""
        return self.sure > CONTENT

    def mapping(self) -> dict[str, str]:
        """Return by field the name of the column that it is read from."""
        found = {field: self._name(places[0]) for field, places in self.places.items()}
        dated, _ = found.pop("dated", None), found.pop("kind", None)
        return {**found, "year": dated} if dated and "year" not in found else found

    def told(self) -> str:
        """Say which columns are read as what, for a person."""
        found = {"title": "none", "abstract": "none", **self.mapping()}
        return ", ".join(f"{field} = {name}" for field, name in found.items())

    def _name(self, at: int) -> str:
        name = clean(self.header[at]) if at < len(self.header) else ""
        return name[:_LONGEST_SHOWN] or f"column {at + 1}"

    def draft(self, cells: Sequence[str]) -> Draft:
        """Return what a row tells of a paper."""
        return Draft(
            title=self._value("title", cells),
            abstract=self._value("abstract", cells),
            authors=names(self._value("authors", cells), glued=self.glued),
            year=self._value("year", cells) or self._value("dated", cells),
            venue=self._value("venue", cells),
            url=self._value("url", cells),
            names={kind: self._value(kind, cells) for kind in _IDENTIFIERS},
            retraction=in_types(self._value("kind", cells)),
        )

    def _value(self, field: str, cells: Sequence[str]) -> str:
        # Where a row is wider than the header, a column may count from its end.
        extra = max(0, len(cells) - len(self.header)) if self.header and field in SHAPED else 0
        shifts = (0, extra) if extra else (0,)
        wanted = (place + shift for place in self.places.get(field, ()) for shift in shifts)
        found = (told(field, cells[at]) for at in wanted if at < len(cells))
        return next(filter(None, found), "")


def find(rows: Rows) -> Columns | None:
    """Return the columns of a table that begins with these rows, if it is one of papers."""
    at = max(range(min(LOOK, len(rows))), key=lambda at: (_named(rows[at]), -at), default=0)
    if rows and _named(rows[at]):
        return _by_name(rows, at)
    return _by_content(rows)


def _named(row: Sequence[str]) -> int:
    """Return how many fields a row names, if it may be a header."""
    fields = known(row).keys() - SIDE
    told_apart = sum(bool(cell.strip()) for cell in row) > 1
    return len(fields) if told_apart and (fields & TABLES or len(fields) > 1) else 0


def _by_name(rows: Rows, at: int) -> Columns | None:
    header, sample = rows[at], rows[at + 1 : at + 1 + MOST]
    places = _likely(known(header), header, sample)
    fields, by_look = len(places.keys() - SIDE), dict[str, tuple[int, ...]]()
    if fields < ENOUGH and not is_tagged(header):
        taken = {one for some in places.values() for one in some}
        free = {
            one: [row[one] for row in sample if one < len(row)]
            for one, name in enumerate(header)
            if one not in taken and not is_noise(name)
        }
        missing = [field for field in _GUESSED if field not in places]
        by_look = {field: (one,) for field, one in guessed(free, missing).items()}
        places |= by_look
    even = _share(_is_near(len(row), len(header)) for row in sample)
    strong = places.keys() >= TABLES or fields > 2
    sure = (0.75 if strong else 0.4) + 0.2 * even
    apart = _share(len(row) > 1 for row in sample)
    # Prose may name title, abstract and authors too, but not in its first line.
    enough = 0.8 if at or not strong else 0.0
    if not places.keys() & TABLES or even < enough or apart < 0.5 or (at and not sample):
        return None
    glued = any(squeezed(header[one]) == "itemtitle" for one in places.get("title", ()))
    return Columns(tuple(header), places, at + 1, sure, even, glued, frozenset(by_look))


def _likely(
    places: Mapping[str, tuple[int, ...]], header: Sequence[str], sample: Rows
) -> dict[str, tuple[int, ...]]:
    """Leave out an ``id`` that does not look like one of the field's own."""

    def fits(field: str, at: int) -> bool:
        cells = (row[at] for row in sample if at < len(row))
        return squeezed(header[at]) != "id" or any(told(field, cell) for cell in cells)

    kept = {field: tuple(at for at in some if fits(field, at)) for field, some in places.items()}
    return {field: some for field, some in kept.items() if some}


def _share(facts: Iterable[bool]) -> float:
    """Return the share of what is true; all of it, where there is nothing."""
    known = list(facts)
    return sum(known) / len(known) if known else 1.0


def _is_near(width: int, wanted: int) -> bool:
    return abs(width - wanted) <= wanted // 10


def _by_content(rows: Rows) -> Columns | None:
    """Guess by content alone, which takes a title and an abstract in rows of one width."""
    sample = rows[1 : 1 + MOST]
    width = max(map(len, sample), default=0)
    even = _share(len(row) == width for row in sample)
    if width < 2 or even < 0.9 or len(rows[0]) != width:
        return None
    columns = {at: [row[at] for row in sample if at < len(row)] for at in range(width)}
    places = guessed(columns, _GUESSED)
    if not places.keys() >= TABLES:
        return None
    named = not _is_entry(rows[0], places)
    found = {field: (at,) for field, at in places.items()}
    header = tuple(rows[0]) if named else ()
    return Columns(header, found, int(named), CONTENT, even, guessed=frozenset(found))


def _is_entry(row: Sequence[str], places: Mapping[str, int]) -> bool:
    at = places["abstract"]
    again = guessed({at: row[at : at + 1]}, ["abstract"])
    return bool(again)


def is_tagged(header: Sequence[str]) -> bool:
    """Tell whether columns are named by the two-letter tags of Web of Science."""
    tags = {name.strip("\ufeff ") for name in header}
    return len(tags & {"PT", "AU", "AF", "TI", "SO", "PY", "UT", "AB", "DI"}) > 4
