r"""BibTeX in UTF-8: one record per cited paper, with what it was cited for as ``annote``.

Every value is one line in balanced braces, so that none can end its record. Preprints and
papers of which nothing is known but title and authors are ``@misc``; see `kinds`.
"""

from collections.abc import Iterable, Iterator

from rag.citations import link
from rag.exports.exported import Exported, Options, shown
from rag.exports.keys import keys
from rag.exports.kinds import kind
from rag.exports.latextext import latex, title
from rag.exports.ordering import ordered
from rag.exports.quotes import quotes
from rag.exports.safe import address
from rag.people import Person, person
from rag.schema import Paper

_TYPES = {
    "article": "article",
    "conference": "inproceedings",
    "preprint": "misc",
    "document": "misc",
}
_VENUES = {"article": "journal", "conference": "booktitle", "preprint": "howpublished"}


def write(exported: Exported, options: Options) -> str:
    """Return a BibTeX database of the cited papers."""
    cited = quotes(exported)
    records = ((each, cited[each.id]) for each in ordered(exported.papers, options.order))
    names = keys(exported.papers)
    return "\n".join(record(paper, names[paper.id], texts) for paper, texts in records)


def record(paper: Paper, key: str, quoted: Iterable[str] = (), *, resolve: bool = True) -> str:
    """Return one record.

    Args:
        paper: What it is about.
        key: Under which it goes.
        quoted: The words that were cited from the paper.
        resolve: Whether an identifier stands in for a web address.
    """
    paper = shown(paper)
    fields = [
        *_fields(paper, resolve=resolve),
        ("annote", latex(" ".join(f"“{text}”" for text in quoted))),
    ]
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields if value)
    return f"@{_TYPES[kind(paper)]}{{{key},\n{lines}}}\n"


def name(author: str) -> str:
    """Return an author as BibTeX reads names: ``von Family, Jr, Given``; wholes in braces."""
    who = person(author)
    if who.whole:
        return f"{{{latex(who.family)}}}"
    parts = [_surname(who), _guarded(who.suffix), _guarded(who.given)]
    return (
        ", ".join(part for part in parts if part)
        if who.given
        else ", ".join(part for part in parts[:1])
    )


def _surname(who: Person) -> str:
    # Without braces BibTeX takes a family name in lower case for a particle.
    family = _guarded(who.family)
    if who.family[:1].islower() and not family.startswith("{"):
        family = f"{{{family}}}"
    return f"{latex(who.particle)} {family}".strip()


def _guarded(part: str) -> str:
    """Return part of a name in braces where a comma or ``and`` would tear it apart."""
    torn = "," in part or "and" in part.lower().split()
    return f"{{{latex(part)}}}" if torn else latex(part)


def _fields(paper: Paper, *, resolve: bool) -> Iterator[tuple[str, str]]:
    what, names = kind(paper), paper.identifiers
    yield "author", " and ".join(name(author) for author in paper.authors)
    yield "title", title(paper.title)
    if paper.venue and what in _VENUES:
        # Some readers turn the title of a book into lower case, as they do with a paper's.
        venue = latex(paper.venue)
        yield _VENUES[what], f"{{{venue}}}" if what == "conference" else venue
    yield "year", "" if paper.year is None else str(paper.year)
    yield "doi", address(names.doi or "")
    if names.arxiv:
        yield "eprint", address(names.arxiv)
        yield "archiveprefix", "arXiv"
    yield "pmid", address(names.pmid or "")
    yield "pmcid", address(names.pmcid or "")
    yield "url", address(link(paper, resolve=resolve) or "")
    yield "note", latex(paper.retraction or "")
    yield "abstract", latex(paper.abstract)
