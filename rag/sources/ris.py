"""RIS in the dialects of Zotero, EndNote, Ovid, Embase, Scopus, IEEE, lens.org and others.

An entry goes from ``TY`` to ``ER``, or to the next ``TY`` where the end is
missing. Lines without a tag go on with the field before; outside an entry they
are counters and banners and are passed over.
"""

import re
from collections.abc import Iterable, Iterator

from rag.identity.identifiers import arxiv, from_url
from rag.retractions import gravest, in_note, in_types
from rag.schema import Record, Rejection
from rag.sources.draft import Draft
from rag.sources.entry import Entry, Line
from rag.sources.reader import Place
from rag.sources.tagged import entries, records, tagged
from rag.sources.tagnames import people

name = "ris"

_TAG = re.compile(r"[ \t]*([A-Z][A-Z0-9])([ \t]+)-(.*)", re.DOTALL)
_KNOWN = frozenset(
    "TY ER TI T1 T2 AU A1 A2 AB N2 PY Y1 DO JO JF JA UR KW SN VL SP EP PB ID".split()
)
"""Tags believed with one blank before the hyphen; others might be prose (``CI - 1.2``)."""

_TYPE = re.compile(r"^[ \t]*TY[ \t]{1,3}-[ \t]*\S", re.MULTILINE)
_END = re.compile(r"^[ \t]*ER[ \t]{1,3}-", re.MULTILINE)
_FIELD = re.compile(r"^[ \t]*(?:T[1I]|A[1U]|PY|Y1|JO|JF|UR|DO)  - \S", re.MULTILINE)
_MARKUP = re.compile(r"\s*(?:<[?!a-z]|[{[])", re.IGNORECASE)

_LINK = re.compile(r"https?://(?:(?!;\s*https?://)\S)+", re.IGNORECASE)
_DOI = re.compile(r"(?:doi[:\s]*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4}\S*)", re.IGNORECASE)
_PMID = re.compile(
    r"(?:PMID[:\s]\s*|(?=\d{1,9}\s*\[pmid\]))(\d{1,9})\b",
    re.IGNORECASE,
)
_PMCID = re.compile(r"(?:PMCID[:\s]\s*)?(PMC\d{3,9})\b", re.IGNORECASE)

_CORE = ("TI", "T1", "AU", "A1", "AB", "N2")

_NOTES = ("AN", "U1", "U2", "C2", "C5", "ID", "M1", "M2", "M3", "N1")
"""Where exporters put identifiers for which RIS has no field."""

_BARE = (("AN", ("pubmed", "medline", "nlm")), ("C2", ("scopus",)), ("C5", ("embase",)))
"""Fields that hold a bare PubMed id where the database is one of these."""


def sniff(head: str) -> float:
    """Recognise a line that opens an entry, or fields and an end where the top is lost."""
    if _MARKUP.match(head):
        return 0.0
    found = _TYPE.search(head)
    if found is not None:
        return 0.85 if head[: found.start()].strip() else 0.95
    return 0.6 if _FIELD.search(head) and _END.search(head) else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per entry, or a rejection with the line where it begins."""
    found = entries(tagged(lines, _split), _begins, frozenset({"ER"}))
    return records(filter(_is_entry, found), _draft, place)


def _split(line: str) -> tuple[str, str]:
    found = _TAG.match(line)
    if found is None or (len(found[2]) == 1 and found[1] not in _KNOWN):
        return "", line.strip()
    return found[1], found[3].strip()


def _begins(line: Line, entry: Entry) -> bool:
    return line.tag == "TY" and entry.tags != {"TY"}


def _is_entry(entry: Entry) -> bool:
    """Leave out what lacks the opening and all that makes a record: Ovid's links after ``ER``."""
    return "TY" in entry.tags or not entry.tags.isdisjoint(_CORE)


def _draft(entry: Entry) -> Draft:
    title = entry.first("TI", "T1", "CT", "BT", "TT", "ST")
    venues = (entry.first(tag) for tag in ("JF", "T2", "JO", "JA", "J2", "J1", "BT", "T3"))
    links = [link[0] for text in entry.lines("UR") for link in _LINK.finditer(text)]
    return Draft(
        title=title,
        abstract=entry.joined("AB", "N2"),
        authors=_authors(entry),
        year=entry.dated("PY", "Y1", "DA", "YR"),
        venue=next((venue for venue in venues if venue and venue != title), ""),
        url=links[0] if links else "",
        names=_names(entry, links),
        retraction=gravest(*map(in_types, entry.all("M3", "DT")), *map(in_note, entry.all("N1"))),
    )


def _authors(entry: Entry) -> tuple[str, ...]:
    by_rank = (people(entry.all(*tags)) for tags in (("AU", "A1"), ("A2",), ("A3",), ("ED",)))
    # IEEE tells every author twice.
    return tuple(dict.fromkeys(next(filter(None, by_rank), ())))


def _names(entry: Entry, links: list[str]) -> dict[str, str]:
    notes = entry.all(*_NOTES)
    linked = [from_url(link) for link in [*links, *entry.all("L2")]]
    names = {
        "doi": entry.first("DO", "DI") or _told(_DOI, [*notes, *entry.all("L2")]),
        "pmid": _told(_PMID, notes) or _bare(entry),
        "pmcid": _told(_PMCID, notes),
        "arxiv": _arxiv(entry.all("AN", "M1", "JO", "JF", "T2", "J2")),
    }
    for kind, value in names.items():
        agreed = {found.get(kind) for found in linked} - {None}
        if not value and len(agreed) == 1:
            names[kind] = agreed.pop() or ""
    return names


def _told(pattern: re.Pattern[str], texts: list[str]) -> str:
    found = (pattern.match(text) for text in texts)
    return next((match[1] for match in found if match), "")


def _bare(entry: Entry) -> str:
    database = " ".join(entry.all("DB", "DP")).lower()
    kept = (tag for tag, holders in _BARE if any(holder in database for holder in holders))
    return next((text for text in entry.all(*kept) if text.isdecimal()), "")


def _arxiv(texts: list[str]) -> str:
    return next((text for text in texts if "arxiv" in text.lower() and arxiv(text)), "")
