"""Works of Crossref: ``{"message": {...}}``, pages of ``items``, or works one a line.

Titles are lists, and abstracts are JATS inside a string, which is stripped to its text.
A work that retracts or corrects another is an entry like any other. That a work was retracted
is told by ``updated-by``, or by an update that has the work's own DOI.
"""

from collections.abc import Iterable, Iterator

from rag.retractions import gravest, told
from rag.schema import Record, Rejection
from rag.sources import jats, objects
from rag.sources.cslfields import issued, people
from rag.sources.draft import Draft
from rag.sources.objects import Fields, first, keys, listing, text, within
from rag.sources.reader import Place

name = "crossref"

_OWN = frozenset(
    {"content-domain", "deposited", "indexed", "is-referenced-by-count", "references-count"}
)
_UPDATES = {
    "retraction": "retracted",
    "partial_retraction": "retracted",
    "withdrawal": "withdrawn",
    "removal": "withdrawn",
    "expression_of_concern": "expression of concern",
}
_DATES = ("issued", "published", "published-print", "published-online", "posted")


def sniff(head: str) -> float:
    """Recognise an answer of the service, or works with its book-keeping."""
    found = keys(head)
    if {"message-type", "message"} <= found:
        return 0.9
    return 0.9 if "DOI" in found and found & _OWN else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per work."""
    return objects.read(lines, place, form=_draft, inside=("message", "items"))


def _draft(work: Fields) -> Draft:
    dates = (issued(work.get(key)) for key in _DATES)
    return Draft(
        title=_title(work),
        abstract=jats.plain(first(work, "abstract")),
        authors=people(work.get("author")) or people(work.get("editor")),
        year=next((date for date in dates if date), None),
        venue=jats.plain(_venue(work)),
        url=first(work, "URL"),
        names={"doi": first(work, "DOI")},
        retraction=_retraction(work),
    )


def _retraction(work: Fields) -> str | None:
    own = first(work, "DOI").lower()
    updates = [
        *listing(work.get("updated-by")),
        *(each for each in listing(work.get("update-to")) if _name(each) == own),
    ]
    kinds = ((_UPDATES.get(text(within(each, "type")).lower()), _name(each)) for each in updates)
    return gravest(
        *(told(kind, f"doi:{name}" if name != own else "") for kind, name in kinds if kind)
    )


def _name(update: object) -> str:
    return text(within(update, "DOI")).lower()


def _title(work: Fields) -> str:
    title = _one(work.get("title")) or _one(work.get("original-title"))
    subtitle = _one(work.get("subtitle"))
    if title and subtitle and subtitle.lower() not in title.lower():
        return f"{title}: {subtitle}"
    return title


def _venue(work: Fields) -> str:
    journal = _one(work.get("container-title")) or _one(work.get("short-container-title"))
    hosts = [work.get("event"), *listing(work.get("institution"))]
    return journal or _first_of(within(host, "name") for host in hosts)


def _one(value: object) -> str:
    """Return the first text of a list; others repeat it in another language or a short form."""
    return jats.plain(_first_of(listing(value)))


def _first_of(values: Iterable[object]) -> str:
    return next((found for found in map(text, values) if found), "")
