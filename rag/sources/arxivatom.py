"""Answers of arXiv's search service: an Atom feed with an entry per paper.

A mistake in the question comes back as an entry, too; it is rejected with what it says.
Texts hold LaTeX, which is decoded outside of maths. A withdrawn paper says so in its
comment, mostly in its abstract as well, and is kept with that mark.

Fields: https://info.arxiv.org/help/api/user-manual.html#_details_of_atom_results_returned
"""

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from rag.retractions import in_comment
from rag.schema import Record, Rejection
from rag.sources import latex, markup
from rag.sources.arxivkaggle import decoded, journal, published
from rag.sources.draft import Draft, year
from rag.sources.innertext import text_of, told
from rag.sources.markup import Found
from rag.sources.reader import Place

name = "arxivatom"


def sniff(head: str) -> float:
    """Recognise a feed, or an entry, that names arXiv."""
    return 0.95 if markup.root(head) in ("feed", "entry") and "arxiv.org" in head else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per entry; a feed without any yields none."""
    return markup.records(lines, place, wanted=("entry",), form=_form)


def _form(found: Found) -> Draft | str:
    entry = found.element
    number, title = told(entry, "id"), told(entry, "title")
    if "/api/errors" in number or (title == "Error" and "/abs/" not in number):
        return f"an error of arXiv, no paper: {told(entry, 'summary') or title}"
    reference = told(entry, "journal_ref")
    return Draft(
        title=decoded(title),
        abstract=decoded(told(entry, "summary")),
        authors=_authors(entry),
        year=published(reference, year(told(entry, "published") or told(entry, "updated"))),
        venue=journal(latex.plain(reference)) or "arXiv",
        url=number or _link(entry),
        names={"arxiv": number, "doi": told(entry, "doi")},
        retraction=in_comment(decoded(told(entry, "comment"))),
    )


def _authors(entry: Element) -> list[str]:
    return [latex.plain(text_of(author)) for author in entry.findall("author/name")]


def _link(entry: Element) -> str:
    links = (link.get("href", "") for link in entry.findall("link[@rel='alternate']"))
    return next(links, "")
