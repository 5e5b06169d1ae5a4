"""An answer as a page for people, before it has a format; Markdown, HTML and DOCX look alike.

A page is made of lines, a line of texts and note numbers. What a reader of the written
file can see is what is sealed, so that any visible change is found.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rag.exports.exported import Exported, Item, Options
from rag.exports.marks import digest, mark
from rag.exports.references import Reference, bibliography
from rag.exports.safe import tidy, web
from rag.people import byline
from rag.phrases import ended
from rag.retractions import labelled
from rag.schema import Citation, Claim

Line = tuple[str | int, ...]
"""Texts, and numbers of notes."""


class Note(NamedTuple):
    """A quote with where it comes from."""

    n: int
    quote: str
    reference: str
    link: str
    mark: str


class Page(NamedTuple):
    """One answer; ``n`` of its notes count from 1."""

    question: str
    lines: tuple[Line, ...]
    notes: tuple[Note, ...]

    def seal(self, number: int) -> str:
        """Return what ends the answer of this number."""
        return f"attest-answer:{number}:{len(self.notes)}:{self.digest}"

    @property
    def digest(self) -> str:
        """Return a digest of everything that a reader sees."""
        return digest([self.question, [told(line) for line in self.lines], self.notes])


class Document(NamedTuple):
    """Pages and the bibliography of all of them."""

    pages: tuple[Page, ...]
    references: tuple[tuple[str, str], ...]
    """Text and link of each entry."""

    @property
    def seal(self) -> str:
        """Return what ends the document."""
        content = digest([[page.digest for page in self.pages], self.references])
        return f"attest-document:{len(self.pages)}:{content}"


def document(exported: Exported, options: Options) -> Document:
    """Return the pages of what is exported."""
    entries = bibliography(exported.papers, options)
    by_id = {each.paper_id: each for each in entries}
    pages = tuple(_page(item, by_id) for item in exported.items)
    return Document(pages, tuple((tidy(each.text), each.link) for each in entries))


def told(line: Line) -> str:
    """Return a line as text, with ``[n]`` for a note."""
    return "".join(f"[{part}]" if isinstance(part, int) else part for part in line)


def _page(item: Item, by_id: dict[str, Reference]) -> Page:
    answer = item.answer
    cited = answer.refusal.nearest if answer.refusal else answer.citations
    # The nearest evidence may repeat a number or have gaps: notes count anew.
    numbers = range(1, len(cited) + 1) if answer.refusal else [each.n for each in cited]
    notes = tuple(_note(each, n, by_id) for n, each in zip(numbers, cited, strict=True))
    lines = tuple(tuple(_tidied(line)) for line in _lines(item, len(notes)))
    return Page(tidy(answer.question) or "?", tuple(line for line in lines if line), notes)


def _tidied(line: Line) -> Iterator[str | int]:
    """Yield a line's parts without what no format may hold; blanks around a part stay."""
    for part in line:
        if isinstance(part, int):
            yield part
        elif inner := tidy(part):
            yield f"{' ' * part[:1].isspace()}{inner}{' ' * part[-1:].isspace()}"
        elif part:
            yield " "


def _lines(item: Item, notes: int) -> Iterator[Line]:
    answer = item.answer
    if answer.refusal is not None:
        yield (answer.text,)
        if notes:
            nearest = [part for n in range(1, notes + 1) for part in (" ", n)]
            yield ("Nearest in the library:", *nearest)
    else:
        # In their own order, so that notes come by number: Word counts footnotes as they come.
        for whole, claims in groupby(answer.claims, lambda claim: ended(claim.text)):
            yield tuple(_body(tuple(claims), " " if whole else "; "))
    for notice in answer.notices:
        yield (f"Note: {notice}",)
    if answer.withheld:
        yield (f"Withheld by the check: {len(answer.withheld)}.",)
    yield (_about(item),)


def _body(claims: Sequence[Claim], apart: str) -> Iterator[str | int]:
    for place, claim in enumerate(claims):
        yield (apart if place else "") + claim.text
        for n in claim.citations:
            yield " "
            yield n
        if claim.verdict.label != "supported":
            yield f" ({claim.verdict.label}, support {claim.verdict.probability:.2f})"


def _about(item: Item) -> str:
    answer = item.answer
    filters = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in answer.filters if value is not None
    )
    parts = [
        f"Answered {item.time or 'at a time not kept'}",
        f"by {answer.answerer}" + (f" with {answer.model}" if answer.model else ""),
        f"library {answer.library or 'not named'}",
        f"settings {answer.settings or 'not named'}",
        f"filters: {filters}" if filters else "no filters",
    ]
    return "; ".join(parts) + "."


def _note(citation: Citation, n: int, by_id: dict[str, Reference]) -> Note:
    entry = by_id.get(citation.paper_id)
    who = byline(citation.authors, citation.year)
    named = f"{who}. {citation.title}" if who else citation.title
    endings = (entry.label if entry else "", labelled(citation.retraction))
    ending = "".join(f" {each}" for each in endings if each)
    url = web(citation.url)
    return Note(n, tidy(citation.quote), tidy(f"{named}{ending}"), url, mark(citation))
