"""Where a paper can be read outside: the only addresses off this machine that a page shows."""

from typing import NamedTuple
from urllib.parse import quote

from rag.exports.safe import web
from rag.schema import Paper

_HOMES = {
    "doi": ("DOI", "https://doi.org/"),
    "arxiv": ("arXiv", "https://arxiv.org/abs/"),
    "pmid": ("PubMed", "https://pubmed.ncbi.nlm.nih.gov/"),
    "pmcid": ("PubMed Central", "https://pmc.ncbi.nlm.nih.gov/articles/"),
    "acl": ("ACL Anthology", "https://aclanthology.org/"),
    "openalex": ("OpenAlex", "https://openalex.org/"),
}


class Link(NamedTuple):
    """A name and an address of http or https."""

    name: str
    url: str


def links(paper: Paper) -> tuple[Link, ...]:
    """Return where a paper is known, and its own address where that is another."""
    found = [
        Link(name, home + quote(value, safe="/"))
        for kind, value in paper.identifiers.pairs()
        if kind in _HOMES
        for name, home in [_HOMES[kind]]
    ]
    own = web(paper.url)
    if own and own not in {link.url for link in found}:
        found.append(Link("Web page", own))
    return tuple(found)
