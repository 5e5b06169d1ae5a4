"""CSL-JSON: what Zotero, pandoc and citation processors read."""

import json
from collections.abc import Iterable

from rag.citations import link
from rag.contract import Json
from rag.exports.exported import Exported, Options, shown
from rag.exports.keys import keys
from rag.exports.kinds import kind
from rag.exports.ordering import ordered
from rag.exports.quotes import quotes
from rag.exports.safe import address
from rag.people import person
from rag.schema import Paper

_TYPES = {
    "article": "article-journal",
    "conference": "paper-conference",
    "preprint": "article",
    "document": "document",
}


def write(exported: Exported, options: Options) -> str:
    """Return a CSL-JSON array of the cited papers."""
    cited, names = quotes(exported), keys(exported.papers)
    papers = ordered(exported.papers, options.order)
    items = [item(each, names[each.id], cited[each.id]) for each in papers]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def item(paper: Paper, key: str, quoted: Iterable[str] = (), *, resolve: bool = True) -> Json:
    """Return one item.

    Args:
        paper: What it is about.
        key: Under which it goes.
        quoted: The words that were cited from the paper.
        resolve: Whether an identifier stands in for a web address.
    """
    paper = shown(paper)
    names, address_ = paper.identifiers, link(paper, resolve=resolve)
    arxiv = f"arXiv:{names.arxiv}" if names.arxiv else None
    fields: Json = {
        "id": key,
        "type": _TYPES[kind(paper)],
        "title": paper.title,
        "author": [name(author) for author in paper.authors],
        "issued": {"date-parts": [[paper.year]]} if paper.year is not None else None,
        "container-title": paper.venue,
        "number": arxiv,
        "DOI": address(names.doi) if names.doi else None,
        "PMID": names.pmid,
        "PMCID": names.pmcid,
        "URL": address(address_) if address_ else None,
        "abstract": paper.abstract,
        "note": paper.retraction,
        "annote": " ".join(f"“{text}”" for text in quoted),
    }
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def name(author: str) -> dict[str, str]:
    """Return an author in parts, or as a literal where the name is a whole."""
    who = person(author)
    if who.whole:
        return {"literal": who.family}
    fields = {
        "family": who.family,
        "given": who.given,
        "non-dropping-particle": who.particle,
        "suffix": who.suffix,
    }
    return {name: value for name, value in fields.items() if value}
