"""Saved web pages: Hugging Face paper lists and papers, and any page with citation metadata.

Publishers put Highwire (``citation_title``) or Dublin Core (``dc.title``)
``<meta>`` tags into their pages. Scripts and styles are thrown away and nothing
is fetched.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING

from rag.schema import Record, Rejection
from rag.sources.bibnames import people
from rag.sources.draft import Draft
from rag.sources.reader import WHOLE, Place, whole

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

name = "webpages"

_PAGE = re.compile(
    r"<(?:!doctype\s+html|html|head|meta|body|article|main|h1|h3|title)\b", re.IGNORECASE
)
_DISCARDED = re.compile(r"<(script|style|svg|template|noscript)\b|<!--|<\?", re.IGNORECASE)
_PAPER = re.compile(r"^(?:https?://(?:www\.)?(?:huggingface\.co|hf\.co))?/papers/[\w.-]+")
_LONE = re.compile(r"<(?![^<>]*>)")
_HEADING = re.compile(r"^h[1-6]$")
_PREFIX = re.compile(r"^Paper page\s*[-–]\s*")

_CLOSE = {"<!--": "-->", "<?": ">"}

DEEPEST = 500
"""Tags inside each other; searching a page costs its size times its depth."""

TAGS = 500_000
"""Tags of a page without its scripts, closing ones too; each takes about half a KiB once parsed.
A listing of 5,000 papers has some 200,000."""

Meta = Mapping[str, list[str]]

TITLES = ("citation_title", "dc.title", "dcterms.title", "prism.title")
AUTHORS = ("citation_author", "citation_authors", "dc.creator", "dcterms.creator")
ABSTRACTS = ("citation_abstract", "dcterms.abstract", "dc.description.abstract", "dc.description")
DATES = (
    "citation_publication_date",
    "citation_date",
    "citation_year",
    "citation_online_date",
    "dc.date",
    "dcterms.issued",
    "prism.publicationdate",
)
VENUES = ("citation_journal_title", "citation_conference_title", "prism.publicationname")
URLS = ("citation_abstract_html_url", "citation_public_url", "og:url")


def sniff(head: str) -> float:
    """Recognise HTML; other XML is not ours."""
    start = head.lstrip()
    return 0.6 if start.startswith("<") and _PAGE.search(start) else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield the page's one paper, or its cards, or a rejection if it shows none."""
    text = whole(lines)
    if text is None:
        yield Rejection(source=place(1), reason=f"page over {WHOLE // 2**20} MiB")
        return
    shown = _without_code(text)
    if shown.count("<") > TAGS:
        yield Rejection(source=place(1), reason=f"page over {TAGS:,} tags; save a part of it")
        return
    page = _parsed(shown)
    if page is None:
        yield Rejection(source=place(1), reason="its markup cannot be read; save the page again")
        return
    drafts = list(_drafts(page)) if _depth(page) <= DEEPEST else []
    for position, draft in enumerate(drafts, start=1):
        yield draft.settle(place(position))
    if not drafts:
        reason = "no paper in this page: neither a list of papers nor citation metadata"
        yield Rejection(source=place(1), reason=reason)


def _drafts(page: "BeautifulSoup") -> Iterator[Draft]:
    single = _single(page)
    if single is None:
        yield from _cards(page)
    else:
        yield single


def _parsed(shown: str) -> "BeautifulSoup | None":
    """Return the parsed page; nothing where a declaration in it is broken beyond the parser."""
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup

    try:
        return BeautifulSoup(shown, "html.parser")
    except ParserRejectedMarkup:
        return None


def _depth(page: "BeautifulSoup") -> int:
    depths = {id(page): 0}
    for tag in page.find_all(True):
        depths[id(tag)] = depths.get(id(tag.parent), 0) + 1
    return max(depths.values())


def _without_code(text: str) -> str:
    """Drop scripts, styles, drawings and comments, an unclosed one to the end.

    A ``<`` that begins no tag is written out: on many of them the parser takes the square
    of their number.
    """
    return _LONE.sub("&lt;", "".join(_shown(text)))


def _shown(text: str) -> Iterator[str]:
    lowered = text.lower() if len(text.lower()) == len(text) else text
    at = 0
    while found := _DISCARDED.search(text, at):
        yield text[at : found.start()]
        close = f"</{found[1].lower()}" if found[1] else _CLOSE[found[0]]
        end = lowered.find(close, found.end())
        at = lowered.find(">", end) + 1
        if end < 0 or at == 0:
            return
    yield text[at:]


def _single(page: "BeautifulSoup") -> Draft | None:
    meta = _meta(page)
    heading = page.find("h1")
    abstract = _under_heading(page)
    title = _first(meta, *TITLES)
    if not title and heading is not None and abstract:
        title = _text(heading)
    if not title:
        return None
    link = page.find("link", rel="canonical")
    url = _first(meta, *URLS) or (_attribute(link, "href") if link else "")
    arxiv = _first(meta, "citation_arxiv_id") or (url if _PAPER.match(url) else "")
    return Draft(
        title=_PREFIX.sub("", title),
        abstract=_first(meta, *ABSTRACTS) or abstract,
        authors=_authors(meta),
        year=_first(meta, *DATES),
        venue=_first(meta, *VENUES),
        url=url,
        names={
            "doi": _first(meta, "citation_doi", "dc.identifier.doi", "prism.doi", "dc.identifier"),
            "arxiv": arxiv,
            "pmid": _first(meta, "citation_pmid"),
        },
    )


def _cards(page: "BeautifulSoup") -> Iterator[Draft]:
    for parts in _articles(page):
        links = (_attribute(part, "href") for part in parts if part.name == "a")
        paper = next((href for href in links if _PAPER.match(href)), "")
        heading = next(filter(_is_heading, parts), None)
        texts = [_text(part) for part in parts if part.name == "p" and part.find("p") is None]
        if heading is not None and (paper or texts):
            url = f"https://huggingface.co{paper}" if paper.startswith("/") else paper
            yield Draft(title=_text(heading), abstract=max(texts, key=len, default=""), url=url)


def _articles(page: "BeautifulSoup") -> list[list["Tag"]]:
    """Return the tags of every ``<article>``, each tag with its innermost one.

    One walk from parent to child: looking from each article would cost the square of
    their number where they are unclosed and so nest.
    """
    home: dict[int, list[Tag]] = {}
    articles: list[list[Tag]] = []
    for tag in page.find_all(True):
        parts = home.get(id(tag.parent))
        if tag.name == "article":
            inside: list[Tag] = []
            articles.append(parts := inside)
        if parts is not None:
            home[id(tag)] = parts
            parts.append(tag)
    return articles


def _is_heading(tag: "Tag") -> bool:
    return _HEADING.match(tag.name) is not None


def _under_heading(page: "BeautifulSoup") -> str:
    """Return the paragraphs between a heading ``Abstract`` and the next heading."""
    for heading in page.find_all(_HEADING):
        if heading.find(_HEADING) is None and _text(heading).strip(" :.").lower() == "abstract":
            after = heading.find_all_next([*(f"h{level}" for level in range(1, 7)), "p"], limit=20)
            parts = takewhile(lambda tag: tag.name == "p", after)
            text = " ".join(_text(part) for part in parts if part.find("p") is None)
            sibling = heading.find_next_sibling()
            return text or (_text(sibling) if sibling else "")
    return ""


def _meta(page: "BeautifulSoup") -> Meta:
    found: dict[str, list[str]] = {}
    for tag in page.find_all("meta"):
        key = _attribute(tag, "name") or _attribute(tag, "property")
        content = _attribute(tag, "content")
        if key and content:
            found.setdefault(key.strip().lower(), []).append(content)
    return found


def _authors(meta: Meta) -> tuple[str, ...]:
    values = next((meta[key] for key in AUTHORS if meta.get(key)), list[str]())
    # `citation_authors` holds all names in one tag, the others one name each.
    return tuple(name for value in values for part in value.split(";") for name in people(part))


def _first(meta: Meta, *keys: str) -> str:
    return next((meta[key][0] for key in keys if meta.get(key)), "")


def _attribute(tag: "Tag", key: str) -> str:
    value = tag.get(key)
    return value if isinstance(value, str) else ""


def _text(tag: "Tag") -> str:
    return tag.get_text(" ") if tag.find(["br", "p", "div"]) else tag.get_text()
