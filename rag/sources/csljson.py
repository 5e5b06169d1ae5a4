"""CSL-JSON, as Zotero, Mendeley, pandoc, manubot and many converters write it.

An array of items, items one a line, or ``{"items": [...]}`` of a Zotero server. The
editors stand in where an item names no author. Titles and abstracts may hold HTML or JATS.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from rag.retractions import in_note
from rag.schema import Record, Rejection
from rag.sources import jats, objects
from rag.sources.cslfields import issued, noted, people
from rag.sources.draft import Draft
from rag.sources.objects import Fields, first, keys
from rag.sources.reader import Place

name = "csljson"

_TYPE = re.compile(r'"type"\s*:\s*"(?:article-\w+|paper-conference|entry-\w+|post-weblog)"')
_OWN = frozenset({"container-title", "issued", "date-parts"})
_FOREIGN = frozenset({"_id", "text", "authors", "itemType"})


def sniff(head: str) -> float:
    """Recognise a typed item with a field or type of CSL and none of plain JSON Lines."""
    told = keys(head)
    if "type" not in told or told & _FOREIGN:
        return 0.0
    return 0.8 if told & _OWN or {"author", "family"} <= told or _TYPE.search(head) else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per item."""
    return objects.read(lines, place, form=_draft, inside=("items",))


def _draft(fields: Fields) -> Draft:
    dates = (issued(fields.get(key)) for key in ("issued", "published", "event-date", "submitted"))
    return Draft(
        title=jats.plain(first(fields, "title")),
        abstract=jats.plain(first(fields, "abstract")),
        authors=people(fields.get("author")) or people(fields.get("editor")),
        year=next((date for date in dates if date), None),
        venue=jats.plain(first(fields, "container-title", "event-title", "event")),
        url=first(fields, "URL", "url"),
        names=_names(fields),
        retraction=in_note(first(fields, "note")),
    )


def _names(fields: Fields) -> Mapping[str, str]:
    told = noted(fields.get("note"))
    archive = first(fields, "archive", "publisher", "container-title")
    numbers = first(fields, "archive_location"), first(fields, "number")
    number = next(filter(None, numbers), "") if "arxiv" in archive.lower() else ""
    if not number and numbers[1].lower().startswith("arxiv:"):
        number = numbers[1]
    return {
        "doi": first(fields, "DOI", "doi") or told.get("doi", ""),
        "pmid": first(fields, "PMID", "pmid") or told.get("pmid", ""),
        "pmcid": first(fields, "PMCID", "pmcid") or told.get("pmcid", ""),
        "arxiv": first(fields, "arxiv", "arXiv") or told.get("arxiv", "") or number,
    }
