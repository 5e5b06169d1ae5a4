"""Answers of the Semantic Scholar Graph API, and the records of its data sets.

One paper, a batch (a list with ``null`` for an id that is not known: a rejection), a page
``{"data": [...]}`` of a search, of citations or of snippets, or papers one a line. Papers
that a paper cites or is cited by are no entries. A snippet is kept as an abstract only if
it was cut out of one.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from rag.schema import Record, Rejection
from rag.sources import jats, objects
from rag.sources.draft import Draft
from rag.sources.names import listed
from rag.sources.objects import Fields, first, keys, listing, text, within
from rag.sources.reader import Place

name = "semanticscholar"

_IDS = {
    "doi": "DOI",
    "arxiv": "ArXiv",
    "pmid": "PubMed",
    "pmcid": "PubMedCentral",
    "acl": "ACL",
}
_OTHER = ("externalIds", "corpusId", "citationCount", "authorId", "publicationVenue", "title")


def sniff(head: str) -> float:
    """Recognise the service's own names of fields."""
    told = keys(head)
    plain_text = "text" in told and not told.intersection(("abstract", "snippet", "tldr"))
    if "_id" in told or plain_text:
        return 0.0
    if "paperId" in told and told.intersection(_OTHER):
        return 0.9
    if "corpusId" in told and "snippet" in told:
        return 0.9
    return 0.9 if {"corpusid", "externalids"} <= told else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per paper."""
    inside = ("data", "papers", "recommendedPapers")
    return objects.read(lines, place, form=_draft, inside=inside)


def _draft(entry: Fields) -> Draft:
    held = (entry.get(key) for key in ("paper", "citingPaper", "citedPaper"))
    paper = next((cast(Fields, one) for one in held if isinstance(one, dict)), entry)
    return Draft(
        title=jats.plain(first(paper, "title")),
        abstract=jats.plain(first(paper, "abstract") or _snippet(entry)),
        authors=listed(listing(paper.get("authors"))),
        year=paper.get("year") or paper.get("publicationDate"),
        venue=_venue(paper),
        url=first(paper, "url"),
        names=_names(paper),
    )


def _snippet(entry: Fields) -> str:
    kind = within(entry, "snippet", "snippetKind")
    return text(within(entry, "snippet", "text")) if kind == "abstract" else ""


def _venue(paper: Fields) -> str:
    places = (within(paper, "journal", "name"), within(paper, "publicationVenue", "name"))
    return next((one for one in map(text, (paper.get("venue"), *places)) if one), "")


def _names(paper: Fields) -> Mapping[str, str]:
    told = paper.get("externalIds") or paper.get("externalids")
    names = {kind: text(within(told, key)) for kind, key in _IDS.items()}
    return names | {"s2": first(paper, "paperId")}
