"""EndNote's XML export, as Bookends and other managers write it, too.

Every value may be wrapped in ``<style>`` elements, which say nothing but what is an
index or a power. Names are ``Family, Given``.
"""

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from rag.retractions import gravest, in_types
from rag.schema import Record, Rejection
from rag.sources import markup
from rag.sources.draft import Draft
from rag.sources.innertext import text_of, told
from rag.sources.markup import Found
from rag.sources.reader import Place
from rag.sources.tagnames import people

name = "endnotexml"

_OWN = ("<ref-type", "<rec-number", "<contributors", "<source-app")
_ROLES = ("authors", "secondary-authors", "tertiary-authors", "subsidiary-authors")
_VENUES = (
    "periodical/full-title",
    "titles/secondary-title",
    "titles/alt-title",
    "alt-periodical/full-title",
    "periodical/abbr-1",
    "titles/tertiary-title",
)
_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)
_PMCID = re.compile(r"PMC\d+", re.IGNORECASE)
_RESOLVER = re.compile(r"doi\.org/10\.", re.IGNORECASE)
_ARXIV_ADDRESS = re.compile(r"arxiv\.org/(?:abs|pdf)/", re.IGNORECASE)
_PUBMED_ADDRESS = re.compile(r"ncbi\.nlm\.nih\.gov/pubmed/\d|pubmed\.ncbi\.", re.IGNORECASE)


def sniff(head: str) -> float:
    """Recognise an element that only EndNote's records have."""
    opening = markup.root(head).lower() in ("xml", "records", "record", "endnote")
    return 0.95 if opening and any(own in head for own in _OWN) else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per record."""
    return markup.records(lines, place, wanted=("record",), form=_form)


def _form(found: Found) -> Draft:
    entry = found.element
    urls = [text_of(url) for url in entry.findall("urls//url")]
    return Draft(
        title=told(entry, "titles/title") or told(entry, "titles/secondary-title"),
        abstract=told(entry, "abstract"),
        authors=_authors(entry),
        year=told(entry, "dates/year") or told(entry, "dates/pub-dates/date"),
        venue=next(filter(None, (told(entry, path) for path in _VENUES)), ""),
        url=next((url for url in urls if url.lower().startswith("http")), ""),
        names={
            "doi": told(entry, "electronic-resource-num") or _like(urls, _RESOLVER),
            "pmid": _pmid(entry) or _like(urls, _PUBMED_ADDRESS),
            "pmcid": _pmcid(entry),
            "arxiv": _like(urls, _ARXIV_ADDRESS),
        },
        retraction=gravest(in_types(told(entry, "work-type")), in_types(told(entry, "notes"))),
    )


def _authors(entry: Element) -> tuple[str, ...]:
    """Return the authors, or who else made the work where it names none."""
    by_role = (entry.findall(f"contributors/{role}/author") for role in _ROLES)
    return next(filter(None, (people(map(text_of, names)) for names in by_role)), ())


def _like(urls: Iterable[str], address: re.Pattern[str]) -> str:
    return next(filter(address.search, urls), "")


def _pmid(entry: Element) -> str:
    """Return the accession number if it is one of PubMed; other databases count, too."""
    paths = ("remote-database-name", "remote-database-provider")
    database = " ".join(told(entry, path) for path in paths)
    return told(entry, "accession-num") if _PUBMED.search(database) else ""


def _pmcid(entry: Element) -> str:
    number = told(entry, "custom2")
    return number if _PMCID.fullmatch(number) else ""
