"""Zotero's own items: answers of its web and local API, and Better BibTeX JSON libraries.

Only bibliographic items are entries. Attachments, notes and annotations belong to one and
are passed over: neither papers nor rejections, and not counted in positions. The same goes
for collections, and for the attachments and notes that Better BibTeX puts inside an item.
Authors are the creators of the kind ``author``; where there is none, those of the kind that
comes first, such as editors or inventors.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from rag.retractions import in_note
from rag.schema import Record, Rejection
from rag.sources import jats, objects
from rag.sources.cslfields import noted
from rag.sources.draft import Draft
from rag.sources.names import listed
from rag.sources.objects import Fields, first, keys, listing, text, within
from rag.sources.reader import Place

name = "zotero"

PASSED_OVER = frozenset({"attachment", "note", "annotation"})
"""Kinds of items that are no entries."""

_OWN = frozenset(
    {"abstractNote", "citationKey", "creatorType", "creators", "dateAdded", "itemID", "libraryID"}
)
_COLLECTIONS = frozenset({"collections", "items", "key", "name"})
_TITLES = ("title", "caseName", "nameOfAct", "subject")
_VENUES = (
    "publicationTitle",
    "bookTitle",
    "proceedingsTitle",
    "conferenceName",
    "encyclopediaTitle",
    "dictionaryTitle",
    "websiteTitle",
    "blogTitle",
    "repository",
    "journalAbbreviation",
    "series",
)


def sniff(head: str) -> float:
    """Recognise items by their kind, or a library that begins with its collections."""
    told = keys(head)
    if "itemType" in told:
        return 0.9 if told & _OWN else 0.0
    if "Better BibTeX JSON" in head or "BetterBibTeX JSON" in head:
        return 0.9 if "config" in told else 0.0
    return 0.6 if told >= _COLLECTIONS and '"collections"' in head[:100] else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per bibliographic item."""
    return objects.read(lines, place, form=_draft, inside=("items",))


def _draft(item: Fields) -> Draft | None:
    data = item.get("data")
    fields = cast(Fields, data) if isinstance(data, dict) else item
    if text(fields.get("itemType")) in PASSED_OVER:
        return None
    return Draft(
        title=jats.plain(first(fields, *_TITLES)),
        abstract=jats.plain(first(fields, "abstractNote")),
        authors=listed(_authors(fields)),
        year=text(fields.get("date")) or within(item, "meta", "parsedDate"),
        venue=jats.plain(first(fields, *_VENUES)),
        url=first(fields, "url"),
        names=_names(fields),
        retraction=in_note(first(fields, "extra")),
    )


def _authors(fields: Fields) -> list[object]:
    creators = listing(fields.get("creators"))
    kinds = [within(creator, "creatorType") for creator in creators]
    kind = "author" if "author" in kinds else next(iter(kinds), None)
    return [creator for creator, its in zip(creators, kinds, strict=True) if its == kind]


def _names(fields: Fields) -> Mapping[str, str]:
    told = noted(fields.get("extra"))
    shelf = first(fields, "archiveID", "publicationTitle")
    return {
        "doi": first(fields, "DOI") or told.get("doi", ""),
        "pmid": first(fields, "PMID") or told.get("pmid", ""),
        "pmcid": first(fields, "PMCID") or told.get("pmcid", ""),
        "arxiv": told.get("arxiv", "") or (shelf if "arxiv" in shelf.lower() else ""),
    }
