"""Ovid's own text: ``<8>`` before a record, field names on lines of their own.

Values are indented below their names, which are written out (``Accession
Number``) or short (``AN``). The form for reference managers has the same
counters (``<8. >``) and ``AN  - value`` on one line.
"""

import re
from collections.abc import Iterable, Iterator

from rag.retractions import gravest, in_types
from rag.schema import Record, Rejection
from rag.sources.draft import Draft
from rag.sources.entry import Entry, Line
from rag.sources.ovidvalues import authors, journal, untyped, year_of
from rag.sources.reader import Place
from rag.sources.tagged import entries, records, tagged

name = "ovid"

COUNTER = "<>"

SHORT = {
    "accession number": "AN",
    "unique identifier": "UI",
    "database": "DB",
    "title": "TI",
    "chapter title": "CT",
    "book title": "BT",
    "author": "AU",
    "authors": "AU",
    "author(s)": "AU",
    "authors full name": "AF",
    "abstract": "AB",
    "source": "SO",
    "status": "ST",
    "journal": "JN",
    "journal name": "JN",
    "journal title": "JN",
    "publication name": "JN",
    "publication type": "PT",
    "year of publication": "YR",
    "publication year": "YR",
    "date of publication": "DP",
    "publication date": "DP",
    "doi": "DO",
    "doi number": "DO",
    "digital object identifier": "DO",
    "pmid": "PM",
    "pubmed id": "PM",
    "pubmed identifier": "PM",
    "url": "UR",
    "link to the ovid full text or citation": "UR",
}
"""Tags of the field names that matter here; all others stand for themselves."""

LONGEST_NAME = 60

_COUNTER = re.compile(r"<\s*\d+(?:\s*\.)?\s*>")
_DASHED = re.compile(r"([A-Z][A-Z0-9])[ \t]{2,}-(?:\s|$)(.*)", re.DOTALL)
_NAME = re.compile(r"[A-Z][\w /()&'-]*:?")
_FIELD = re.compile(
    r"^(?:(Accession Number|Unique Identifier|Authors?|Title|Source|Abstract)[ \t]*\n[ \t]+\S"
    r"|(?:AN|UI|AU|TI|SO|AB)(?:[ \t]*\n[ \t]+\S|  - \S))",
    re.MULTILINE,
)
_ENTRY = re.compile(rf"^{_COUNTER.pattern}[ \t]*$", re.MULTILINE)
_RIS = re.compile(r"^TY[ \t]{1,3}- \S", re.MULTILINE)


def sniff(head: str) -> float:
    """Recognise counters with fields after them, or three written-out names."""
    if _RIS.search(head):
        return 0.0
    counter = _ENTRY.search(head)
    if counter is not None and _FIELD.search(head, counter.end()):
        return 0.9
    written = {found[1] for found in _FIELD.finditer(head)} - {None}
    return 0.7 if len(written) > 2 else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per entry, or a rejection with the line where it begins."""
    found = entries(_fields(lines), _begins)
    return records(filter(_is_entry, found), _draft, place)


def _split(line: str) -> tuple[str, str]:
    text = line.strip()
    if _COUNTER.fullmatch(text):
        return COUNTER, ""
    dashed = _DASHED.match(line)
    if dashed is not None:
        return dashed[1], dashed[2].strip()
    # A name on a line of its own; the tag is made of it later.
    named = len(text) <= LONGEST_NAME and not line[0].isspace() and _NAME.fullmatch(text)
    return ("?", text) if named else ("", text)


def _fields(lines: Iterable[str]) -> Iterator[Line]:
    """Tell names from values: once an entry has hyphens, a line without is a value."""
    dashed = False
    for line in tagged(lines, _split):
        if line.tag != "?":
            dashed = line.tag != COUNTER and (dashed or line.tag != "")
            yield line
        elif dashed:
            yield line._replace(tag="")
        else:
            told = line.text.rstrip(":").lower()
            yield line._replace(tag=SHORT.get(told, line.text), text="")


def _begins(line: Line, entry: Entry) -> bool:
    # Where the counters were lost, the first field comes again after a blank line.
    again = line.apart and line.tag == entry.opening and entry.opening != COUNTER
    return line.tag == COUNTER or again


def _is_entry(entry: Entry) -> bool:
    """Leave out the search history that stands before the first record."""
    return entry.opening == COUNTER or not entry.tags.isdisjoint(("TI", "AB", "AU"))


def _draft(entry: Entry) -> Draft:
    source = entry.first("SO")
    database = entry.first("DB").lower()
    return Draft(
        title=untyped(entry.first("TI", "CT", "BT")),
        abstract=entry.joined("AB"),
        authors=authors(entry.all("AF") or entry.all("AU")),
        year=entry.dated("YR", "DP") or year_of(source) or year_of(entry.first("ST")),
        venue=entry.first("JN") or journal(source),
        url=entry.first("UR"),
        names={
            "doi": entry.first("DO"),
            "pmid": entry.first("PM") or (entry.first("UI") if "medline" in database else ""),
        },
        retraction=gravest(*map(in_types, entry.lines("PT"))),
    )
