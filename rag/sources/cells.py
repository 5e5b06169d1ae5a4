"""What a cell of a table tells about a field: a year, an identifier, a journal, or nothing."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from urllib.parse import unquote

from rag.identity.identifiers import LONGEST, arxiv, doi, openalex, pmcid, pmid, s2
from rag.sources.draft import year

_NOTHING = frozenset({
    *("-", "--", "n/a", "na", "nan", "nil", "none", "null", "nat", "#n/a", "#name?", "#value!"),
    *("not available", "no abstract", "no abstract available", "abstract not available"),
})  # fmt: skip
_UNNAMED = re.compile(r"\[(?:no [a-z() ]{2,30}|none|[a-z]{2,12} not available)\]", re.IGNORECASE)

_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?")
_COMPACT = re.compile(r"(1[4-9]\d\d|20\d\d)[01]\d[0-3]\d")
_ISSUE = re.compile(r"\s\((1[4-9]\d\d|20\d\d)\)")
_VOLUME = re.compile(r"\s\(\d{4}\)\s+[A-Z]{0,3}\d")
_DATABASES = frozenset(
    "scopus wos embase medline pubmed cinahl psycinfo crossref openalex".split()
) | {"web of science", "google scholar", "ieee xplore"}
_RESOLVED = re.compile(r"[?&;](?:id=doi:|doi=|rft_id=info:doi/)(10\.[^&\s]+)", re.IGNORECASE)
_URL = re.compile(r"https?://(?:(?![;|]\s*https?://)\S)+", re.IGNORECASE)
_MEDLINE = re.compile(r"MEDLINE:(\d+)", re.IGNORECASE)
_ARXIV = re.compile(
    r"(?:https?://arxiv\.org/(?:abs|pdf)/|arxiv:)?(?:\d\d(?:0[1-9]|1[0-2])\.\d{4,5}"
    r"|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?",
    re.IGNORECASE,
)


def something(cell: str) -> str:
    """Return a cell's text, or nothing where it only says that there is none."""
    text = cell.strip()
    if len(text) > 40:
        return text
    return "" if text.lower() in _NOTHING or _UNNAMED.fullmatch(text) else text


def told(field: str, cell: str) -> str:
    """Return what a cell tells about a field, in a form that a draft takes, or nothing."""
    text = something(cell)
    look = _LOOKS.get(field)
    return look(text) if text and look else text


def _year(text: str) -> str:
    serial = _SERIAL.fullmatch(text[:LONGEST])
    if serial is not None:
        # Spreadsheets count days from the end of 1899.
        return str((date(1899, 12, 30) + timedelta(days=int(serial[1]))).year)
    compact = _COMPACT.fullmatch(text[:LONGEST])
    return compact[1] if compact else text if year(text) is not None else ""


def _dated(text: str) -> str:
    found = _ISSUE.search(text[:LONGEST])
    return found[1] if found else ""


def _venue(text: str) -> str:
    """Cut off what Embase adds to a journal: year, volume and pages."""
    added = _VOLUME.search(text[:LONGEST])
    return "" if text.lower() in _DATABASES else text[: added.start()] if added else text


def _doi(text: str) -> str:
    resolved = _RESOLVED.search(text[:LONGEST])
    return doi(unquote(resolved[1]) if resolved else text) or ""


def _pmid(text: str) -> str:
    medline = _MEDLINE.fullmatch(text[:LONGEST])
    return medline[1] if medline else pmid(text) or ""


def _url(text: str) -> str:
    found = _URL.match(text)
    return found[0] if found else ""


_LOOKS: Mapping[str, Callable[[str], str]] = {
    "year": _year,
    "dated": _dated,
    "venue": _venue,
    "doi": _doi,
    "pmid": _pmid,
    "pmcid": lambda text: pmcid(text) or "",
    "arxiv": lambda text: (arxiv(text) or "") if _ARXIV.fullmatch(text[:LONGEST]) else "",
    "openalex": lambda text: openalex(text) or "",
    "s2": lambda text: s2(text) or "",
    "url": _url,
}

SHAPED = frozenset(_LOOKS) - {"venue"}
"""Fields whose cells show by their look whether they are right."""
