"""Papers as a person looks through them: filtered, searched, ordered, a page at a time."""

import json
import sqlite3
import unicodedata
from collections.abc import Callable
from operator import itemgetter
from typing import Literal, NamedTuple, get_args

from rag.errors import UsageError
from rag.people import family
from rag.schema import Filters, Paper
from rag.store.filtering import FUNCTION, where
from rag.store.rows import papers_by_key

Order = Literal["added", "title", "year", "author"]
ALL = Filters()

# As of the filter by author: a whole list is looked through before it is taken apart.
_TEXT = f"""({FUNCTION}(p.title, :text) OR {FUNCTION}(p.id, :text)
    OR ({FUNCTION}(p.authors, :text_inside)
        AND EXISTS (SELECT 1 FROM json_each(p.authors) a WHERE {FUNCTION}(a.value, :text))))"""

_COLUMNS = {"added": "NULL", "title": "p.title", "year": "p.year", "author": "p.authors"}
_Values = dict[str, str | int]


class Listing(NamedTuple):
    """A page of papers."""

    total: int
    """Papers that match, on all pages together."""
    papers: tuple[Paper, ...]


class Facets(NamedTuple):
    """What the papers of a library can be filtered by, with how many papers have it."""

    years: tuple[tuple[int, int], ...]
    """(year, papers), earliest first."""
    venues: tuple[tuple[str, int], ...]
    """(venue, papers), most papers first."""
    files: tuple[tuple[str, int], ...]
    """(source file, papers), most papers first; a paper counts with each of its files."""


def listing(
    connection: sqlite3.Connection,
    filters: Filters,
    *,
    text: str,
    order: Order,
    descending: bool,
    start: int,
    count: int,
) -> Listing:
    """Return a page of papers; see `rag.store.snapshot.Snapshot.listing`."""
    if order not in get_args(Order):
        raise UsageError(f"no order {order!r}; choose {', '.join(get_args(Order))}")
    condition, values = _where(filters, text.strip())
    found: list[tuple[int, str | int | None]] = connection.execute(
        f"SELECT p.key, {_COLUMNS[order]} FROM papers p {condition} ORDER BY p.key", values
    ).fetchall()
    start = max(0, start)
    page = _ordered(found, order, descending=descending)[start : start + max(0, count)]
    papers = papers_by_key(connection, page)
    return Listing(len(found), tuple(papers[key] for key in page))


def tally(connection: sqlite3.Connection, filters: Filters) -> int:
    """Return how many papers some filters let through."""
    condition, values = _where(filters, "")
    return connection.execute(f"SELECT count(*) FROM papers p {condition}", values).fetchone()[0]


def facets(connection: sqlite3.Connection, count: int) -> Facets:
    """Return what papers can be filtered by; see `rag.store.snapshot.Snapshot.facets`."""
    years = connection.execute(
        "SELECT year, count(*) FROM papers WHERE year IS NOT NULL GROUP BY year ORDER BY year"
    )
    venues = connection.execute(
        """SELECT v.name, count(*) FROM papers p JOIN venues v ON v.key = p.venue
        GROUP BY v.key ORDER BY count(*) DESC, v.name LIMIT ?""",
        (max(0, count),),
    )
    files = connection.execute(
        """SELECT f.path, count(DISTINCT s.paper) AS papers
        FROM sources s JOIN files f ON f.key = s.file
        GROUP BY f.path ORDER BY papers DESC, f.path LIMIT ?""",
        (max(0, count),),
    )
    return Facets(tuple(years), tuple(venues), tuple(files))


def _where(filters: Filters, text: str) -> tuple[str, _Values]:
    condition, values = where(filters) if filters.active else ("", {})
    if not text:
        return condition, values
    inside = json.dumps(text, ensure_ascii=False)[1:-1]
    joined = f"{condition} AND {_TEXT}" if condition else f"WHERE {_TEXT}"
    return joined, {**values, "text": text, "text_inside": inside}


def _ordered(
    rows: list[tuple[int, str | int | None]], order: Order, *, descending: bool
) -> list[int]:
    """Return keys in order; what has no year or author comes last either way round."""
    if order == "added":
        return [key for key, _ in rows][:: -1 if descending else 1]
    read = _READ.get(order)
    keyed = [(read(str(value)) if read else value, key) for key, value in rows]
    known = [each for each in keyed if each[0] not in (None, "")]
    unknown = [key for value, key in keyed if value in (None, "")]
    # The sort is stable: papers that are equal stay in the order in which they came in.
    known.sort(key=itemgetter(0), reverse=descending)
    return [key for _, key in known] + unknown


def _first_author(authors: str) -> str:
    first = next(iter(json.loads(authors)), "")
    return _sortable(family(first))


def _sortable(text: str) -> str:
    """Return a text without case, accents and leading marks: ``“Élan”`` stands under E."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(each for each in decomposed if not unicodedata.combining(each))
    folded = text.casefold()
    start = next((at for at, each in enumerate(folded) if each.isalnum()), 0)
    return folded[start:]


_READ: dict[str, Callable[[str], str]] = {
    "title": _sortable,
    "author": _first_author,
}
