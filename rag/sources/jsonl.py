"""JSON Lines, one paper an object (BEIR's ``corpus.jsonl``), or a JSON array of them."""

import re
from collections.abc import Iterable, Iterator
from typing import cast

from rag.retractions import gravest, in_note, told
from rag.schema import Record, Rejection
from rag.sources import objects
from rag.sources.draft import Draft
from rag.sources.names import listed
from rag.sources.objects import Fields, first
from rag.sources.reader import Place

name = "jsonl"

NAMES = {
    "doi": ("doi", "DOI"),
    "arxiv": ("arxiv", "arxiv_id", "arxivId"),
    "pmid": ("pmid", "pubmed_id", "PMID"),
    "pmcid": ("pmcid", "pmc_id", "PMCID"),
    "acl": ("acl", "acl_id"),
    "openalex": ("openalex", "openalex_id"),
    "s2": ("s2", "s2_id", "paperId"),
}
"""Keys that hold an identifier of each kind, first come first served."""

_FLAGS = {
    "retracted": ("is_retracted", "retracted"),
    "withdrawn": ("is_withdrawn", "withdrawn"),
}
_URL = re.compile(r"https?://[^\s;]+")


def sniff(head: str) -> float:
    """Recognise objects with a title or text, one a line or in an array."""
    if head.lstrip()[:1] not in ("{", "["):
        return 0.0
    return 0.5 if any(f'"{field}"' in head for field in ("title", "text", "abstract")) else 0.1


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per object; what is not one becomes a rejection that says where."""
    return objects.read(lines, place, form=_draft)


def _draft(fields: Fields) -> Draft:
    extra = fields.get("metadata")
    if isinstance(extra, dict):
        own = {key: value for key, value in fields.items() if value not in (None, "")}
        fields = {**cast(Fields, extra), **own}
    url = _URL.search(first(fields, "url", "URL", "link"))
    return Draft(
        title=first(fields, "title"),
        abstract=first(fields, "text", "abstract"),
        key=first(fields, "_id", "id") or None,
        authors=listed(fields.get("authors") or fields.get("author")),
        year=next((fields[key] for key in ("year", "date", "published") if fields.get(key)), None),
        venue=first(fields, "venue", "journal"),
        url=url.group() if url else "",
        names={kind: first(fields, *keys) for kind, keys in NAMES.items()},
        retraction=_retraction(fields),
    )


def _retraction(fields: Fields) -> str | None:
    said = in_note(first(fields, "retraction"))
    flags = (
        told(kind) for kind, names in _FLAGS.items() if any(fields.get(n) is True for n in names)
    )
    return gravest(said, *flags)
