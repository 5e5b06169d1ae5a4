"""RIS: one record per cited paper, with what it was cited for as notes.

Every value stays on its line, so that none can end its record or begin another.
"""

from collections.abc import Iterable, Iterator

from rag.citations import link
from rag.exports.exported import Exported, Options, shown
from rag.exports.keys import keys
from rag.exports.kinds import kind
from rag.exports.ordering import ordered
from rag.exports.quotes import quotes
from rag.exports.safe import address
from rag.people import person
from rag.schema import Paper

_TYPES = {"article": "JOUR", "conference": "CPAPER", "preprint": "UNPB", "document": "GEN"}
_END = "\r\n"


def write(exported: Exported, options: Options) -> str:
    """Return RIS of the cited papers, with the line ends that the format asks for."""
    cited, names = quotes(exported), keys(exported.papers)
    papers = ordered(exported.papers, options.order)
    return _END.join(record(each, names[each.id], cited[each.id]) for each in papers)


def record(paper: Paper, key: str, quoted: Iterable[str] = (), *, resolve: bool = True) -> str:
    """Return one record.

    Args:
        paper: What it is about.
        key: Under which it goes.
        quoted: The words that were cited from the paper.
        resolve: Whether an identifier stands in for a web address.
    """
    url = link(paper, resolve=resolve) or ""
    fields = _fields(shown(paper), key, url, quoted)
    lines = (f"{tag}  - {value}{_END}" for tag, value in fields if value)
    return f"{''.join(lines)}ER  - {_END}"


def name(author: str) -> str:
    """Return an author as ``Family, Given, Suffix``; a whole name as it is."""
    who = person(author)
    parts = [who.surname, who.given, who.suffix]
    if who.suffix and not who.given:
        parts = [who.surname, " ", who.suffix]
    return who.family if who.whole else ", ".join(filter(None, parts))


def _fields(paper: Paper, key: str, url: str, quoted: Iterable[str]) -> Iterator[tuple[str, str]]:
    what, names = kind(paper), paper.identifiers
    arxiv = f"arXiv:{names.arxiv}" if names.arxiv else ""
    yield "TY", _TYPES[what]
    yield "ID", key
    for author in paper.authors:
        yield "AU", name(author)
    yield "TI", paper.title
    yield "T2", paper.venue or ""
    yield "PY", "" if paper.year is None else str(paper.year)
    yield "AB", paper.abstract
    yield "DO", address(names.doi or "")
    yield "UR", address(url)
    # A bare number says nothing without its database.
    yield "AN", names.pmid or arxiv
    yield "DB", "PubMed" if names.pmid else ""
    yield "M1", arxiv if names.pmid else ""
    yield "C2", names.pmcid or ""
    yield "N1", paper.retraction or ""
    for text in quoted:
        yield "N1", f"“{text}”"
