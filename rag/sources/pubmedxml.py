"""PubMed's XML: what ``efetch`` answers, the yearly files, and single articles or books.

Sections of an abstract keep their labels as ``LABEL: text``. An abstract in another
language stands in only where there is no other, and so does a title. A retracted paper
is an entry like any other, known by its type of publication or by a reference to the notice.

Elements: https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html
"""

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from rag.retractions import gravest, in_types
from rag.retractions import told as retracted
from rag.schema import Record, Rejection
from rag.sources import markup
from rag.sources.draft import Draft, year
from rag.sources.innertext import text_of, told
from rag.sources.markup import Found
from rag.sources.reader import Place

name = "pubmedxml"

ENTRIES = (
    "PubmedArticle",
    "PubmedBookArticle",
    "MedlineCitation",
    "BookDocument",
    "DeleteCitation",
    "DeleteDocument",
)
"""Elements that are one entry each, unless they stand in another of these."""

_SETS = ("PubmedArticleSet", "PubmedBookArticleSet", "BookDocumentSet", "MedlineCitationSet")
_ROOTS = frozenset((*ENTRIES, *_SETS))
_UNLABELLED = ("", "UNLABELLED", "UNASSIGNED")
_NO_TITLE = "[not available]"
_ELSEWHERE = re.compile(r"(?:\w+:\s*)?abstract available from the publisher\.?", re.IGNORECASE)
_TAKEN_BACK = {
    "RetractionIn": "retracted",
    "PartialRetractionIn": "retracted",
    "RetractedandRepublishedIn": "retracted",
    "ExpressionOfConcernIn": "expression of concern",
}
_DATES = (
    "Journal/JournalIssue/PubDate",
    "ArticleDate",
    "ContributionDate",
    "Book/PubDate",
    "Book/BeginningDate",
)


def sniff(head: str) -> float:
    """Recognise the outermost element."""
    return 0.95 if markup.root(head) in _ROOTS else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per article or book, and a rejection per list of deleted ones."""
    return markup.records(lines, place, wanted=ENTRIES, form=_form)


def _form(found: Found) -> Draft | str:
    entry = found.element
    if entry.tag.startswith("Delete"):
        numbers = [text_of(number) for number in entry.iter("PMID")]
        return f"deleted by PubMed: {' '.join(numbers[:10])}{' …' if len(numbers) > 10 else ''}"
    citation = _inside(entry, "MedlineCitation", "BookDocument")
    # A chapter or book has no element for the article in it.
    article = _inside(citation, "Article")
    title = _title(article)
    return Draft(
        title=title,
        abstract=_abstract(article, citation),
        authors=_authors(article),
        year=next((date for date in (told(article, path) for path in _DATES) if year(date)), ""),
        venue=next(filter(lambda venue: venue != title, _venues(article, citation)), ""),
        names={
            "doi": _doi(entry, article),
            "pmid": told(citation, "PMID") or _identifier(entry, "pubmed"),
            "pmcid": _identifier(entry, "pmc"),
        },
        retraction=_retraction(article, citation),
    )


def _inside(element: Element, *names: str) -> Element:
    found = (element.find(name) for name in names)
    return next((one for one in found if one is not None), element)


def _title(article: Element) -> str:
    title = told(article, "ArticleTitle")
    if not title or title.lower().rstrip(".") == _NO_TITLE:
        title = told(article, "VernacularTitle") or title
    return title or told(article, "Book/BookTitle")


def _venues(article: Element, citation: Element) -> list[str]:
    paths = ("Journal/Title", "Journal/ISOAbbreviation", "Book/BookTitle")
    found = [told(article, path) for path in paths]
    return list(filter(None, [*found, told(citation, "MedlineJournalInfo/MedlineTA")]))


def _abstract(article: Element, citation: Element) -> str:
    own = _sections(article.find("Abstract"))
    if own:
        return own
    others = citation.findall("OtherAbstract")
    others.sort(key=lambda other: other.get("Language", "eng") != "eng")
    return next(filter(None, (_sections(other) for other in others)), "")


def _sections(abstract: Element | None) -> str:
    if abstract is None:
        return ""
    sections = " ".join(filter(None, map(_section, abstract.findall("AbstractText"))))
    return "" if _ELSEWHERE.fullmatch(sections) else sections


def _section(element: Element) -> str:
    label, text = element.get("Label", "").strip(" :"), text_of(element)
    return f"{label}: {text}" if text and label.upper() not in _UNLABELLED else text


def _authors(article: Element) -> list[str]:
    lists = [*article.findall("AuthorList"), *article.findall("Book/AuthorList")]
    lists.sort(key=lambda one: one.get("Type") == "editors")
    authors = lists[0].findall("Author") if lists else []
    # A name that is not valid was corrected and follows once more.
    return [_author(author) for author in authors if author.get("ValidYN") != "N"]


def _author(author: Element) -> str:
    given = (told(author, path) for path in ("ForeName", "FirstName", "Initials"))
    parts = (next(filter(None, given), ""), told(author, "LastName"), told(author, "Suffix"))
    return told(author, "CollectiveName") or " ".join(filter(None, parts))


def _retraction(article: Element, citation: Element) -> str | None:
    notices = citation.findall("CommentsCorrectionsList/CommentsCorrections")
    told_by = [
        retracted(_TAKEN_BACK[kind], told(notice, "RefSource"))
        for notice in notices
        if (kind := notice.get("RefType", "")) in _TAKEN_BACK
    ]
    types = (in_types(text_of(one)) for one in article.findall("PublicationTypeList/*"))
    return gravest(*told_by, *types)


def _doi(entry: Element, article: Element) -> str:
    places = article.findall("ELocationID[@EIdType='doi']")
    valid = (text_of(place) for place in places if place.get("ValidYN") != "N")
    return next(valid, "") or _identifier(entry, "doi")


def _identifier(entry: Element, kind: str) -> str:
    """Return an id of the article itself; those of its references stand deeper."""
    paths = ("PubmedData", "PubmedBookData", "BookDocument", ".")
    found = (told(entry, f"{path}/ArticleIdList/ArticleId[@IdType='{kind}']") for path in paths)
    return next(filter(None, found), "")
