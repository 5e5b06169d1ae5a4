"""The order of a bibliography."""

import unicodedata
from collections.abc import Iterable

from rag.exports.exported import Order
from rag.people import person
from rag.schema import Paper


def ordered(papers: Iterable[Paper], order: Order) -> tuple[Paper, ...]:
    """Return papers as they come (``cited``), or by author, year and title."""
    return tuple(papers) if order == "cited" else tuple(sorted(papers, key=by_author))


def by_author(paper: Paper) -> tuple[list[str], int, str, str]:
    """Return what papers are sorted by; one without authors stands under its title."""
    names = [_folded(f"{who.family} {who.given}") for who in map(person, paper.authors)]
    year = 9999 if paper.year is None else paper.year
    return names or [_folded(paper.title)], year, _folded(paper.title), paper.id


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
