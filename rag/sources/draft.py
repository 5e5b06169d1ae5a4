"""A record in the making: field texts as found, settled into a clean record once."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.identity.identifiers import LONGEST, identifiers
from rag.retractions import gravest, in_abstract, in_title
from rag.schema import Record, Rejection, Source
from rag.sources.cleaning import clean, visible

_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Draft:
    """Field texts as a reader found them.

    Attributes:
        title: Title with whatever white space and invisible characters it had.
        abstract: Likewise.
        key: The record's own id, only where its file gives one that must be kept.
        authors: Names in reading order.
        year: A number or a text that holds a year.
        venue: Journal, proceedings or series.
        url: Where the paper lives; only http(s) is kept.
        names: Identifier fields by kind, raw (``doi``, ``arxiv``, ``pmid``, ...).
        retraction: What a field of its own says of the paper being taken back (see
            ``rag.retractions``); what title and abstract say need not be repeated.
    """

    title: str = ""
    abstract: str = ""
    key: str | None = None
    authors: Sequence[str] = ()
    year: object = None
    venue: str = ""
    url: str = ""
    names: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    retraction: str | None = None

    def settle(self, source: Source) -> Record | Rejection:
        """Return the clean record, or a rejection if there is neither title nor abstract."""
        title, abstract = clean(self.title), clean(self.abstract)
        if not title and not abstract:
            return Rejection(source=source, reason="neither title nor abstract")
        url = clean(self.url)
        names = {kind: visible(value) for kind, value in self.names.items() if value}
        told = clean(self.retraction or "") or None
        return Record(
            source=source,
            title=title,
            abstract=abstract,
            key=visible(self.key).strip() or None if self.key else None,
            authors=tuple(name for name in map(clean, self.authors) if name),
            year=year(self.year),
            venue=clean(self.venue) or None,
            url=url if _SCHEME.match(url) and len(url) <= LONGEST else None,
            identifiers=identifiers(names, url),
            retraction=gravest(told, in_title(title), in_abstract(abstract)),
        )


def year(value: object) -> int | None:
    """Return the year that a number, a date or a phrase names, 1400 to 2099."""
    if isinstance(value, float) and math.isfinite(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 1400 <= value < 2100 else None
    found = _YEAR.search(value[:LONGEST]) if isinstance(value, str) else None
    return int(found.group()) if found else None
