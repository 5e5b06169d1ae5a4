"""What arXiv gives harvesters: OAI-PMH answers, with its own metadata or Dublin Core.

Own metadata is ``arXiv``, or ``arXivRaw`` with the authors in one line. In Dublin Core,
comments are descriptions like the abstract, and a journal reference or DOI is an
identifier; other repositories' Dublin Core is read alike. A record that was deleted is
rejected, and so is the server's own error.

Formats: https://info.arxiv.org/help/oa/index.html
"""

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from rag.retractions import gravest, in_comment
from rag.schema import Record, Rejection
from rag.sources import latex, markup
from rag.sources.arxivkaggle import decoded, journal, published
from rag.sources.draft import Draft, year
from rag.sources.innertext import text_of, told
from rag.sources.markup import Found
from rag.sources.names import separated
from rag.sources.reader import Place
from rag.sources.tagnames import person

name = "arxivoai"

_ANSWERS = frozenset({"OAI-PMH", "ListRecords", "GetRecord"})
_OWN = ("metadata/arXiv", "metadata/arXivRaw", "metadata/arXivOld")
_NAMED = re.compile(r"doi:|https?://|urn:|oai:|info:|is[bs]n\b|10\.\d{4,}/", re.IGNORECASE)
_DOI = re.compile(r"doi:|10\.\d{4,}/|https?://(?:dx\.)?doi\.org/", re.IGNORECASE)
_COMMENT = re.compile(r"comments?:", re.IGNORECASE)
_ASIDE = re.compile(r"\([^()]*\)")


def sniff(head: str) -> float:
    """Recognise an answer of the protocol, or what stands in one."""
    opening = markup.root(head)
    alone = opening in ("record", "records") and "openarchives.org/OAI" in head
    return 0.95 if opening in _ANSWERS or alone else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per record."""
    return markup.records(lines, place, wanted=("record", "error"), form=_form)


def _form(found: Found) -> Draft | str | None:
    entry = found.element
    if entry.tag == "error":
        return f"the server answered with an error: {entry.get('code', '')} {text_of(entry)}"
    header = entry.find("header")
    if header is not None and header.get("status") == "deleted":
        return f"deleted from its repository: {told(header, 'identifier')}"
    for path in _OWN:
        own = entry.find(path)
        if own is not None:
            return _own(own)
    core = entry.find("metadata/dc")
    return "neither arXiv's metadata nor Dublin Core" if core is None else _core(core)


def _own(paper: Element) -> Draft:
    number, reference = told(paper, "id"), told(paper, "journal-ref")
    submitted = told(paper, "created") or told(paper, "version/date")
    return Draft(
        title=decoded(told(paper, "title")),
        abstract=decoded(told(paper, "abstract")),
        authors=_authors(paper),
        year=published(reference, year(submitted)),
        venue=journal(latex.plain(reference)) or "arXiv",
        url=f"https://arxiv.org/abs/{number}" if number else "",
        names={"arxiv": number, "doi": told(paper, "doi")},
        retraction=in_comment(decoded(told(paper, "comments"))),
    )


def _authors(paper: Element) -> list[str]:
    listed = paper.findall("authors/author")
    if not listed:
        return list(separated(_ASIDE.sub(" ", latex.plain(told(paper, "authors")))))
    names = (_author(author) for author in listed)
    return [latex.plain(name) for name in names if name != ":"]  # parts a collaboration


def _author(author: Element) -> str:
    parts = (told(author, part) for part in ("forenames", "keyname", "suffix"))
    return " ".join(filter(None, parts))


def _core(paper: Element) -> Draft:
    identifiers = _all(paper, "identifier")
    addresses = [value for value in identifiers if value.lower().startswith("http")]
    url = next(iter(addresses), "")
    arxiv = "arxiv.org/" in url.lower()
    citations = (value for value in identifiers if not _NAMED.match(value))
    reference = next(citations, "") if arxiv else ""
    described = _all(paper, "description")
    abstracts = (text for text in described if not _COMMENT.match(text))
    comments = (text[found.end() :] for text in described if (found := _COMMENT.match(text)))
    return Draft(
        title=decoded(told(paper, "title")),
        abstract=decoded(next(abstracts, "")),
        authors=[latex.plain(person(name)) for name in _all(paper, "creator")],
        year=published(reference, next(filter(None, map(year, _all(paper, "date"))), None)),
        venue=journal(latex.plain(reference)) or ("arXiv" if arxiv else told(paper, "source")),
        url=url,
        names={
            "doi": next((value for value in identifiers if _DOI.match(value)), ""),
            "arxiv": url if arxiv else "",
        },
        retraction=gravest(*(in_comment(decoded(text)) for text in comments)) if arxiv else None,
    )


def _all(paper: Element, path: str) -> list[str]:
    return list(filter(None, map(text_of, paper.findall(path))))
