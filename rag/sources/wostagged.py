"""Web of Science plain text: two-letter tags, ``PT`` to ``ER``, folded with three blanks.

RefWorks' tagged format has the same lines with tags of its own, ``RT`` to the
next ``RT``, and is read along with it.

Fields: https://images.webofknowledge.com/images/help/WOS/hs_wos_fieldtags.html
"""

import re
from collections.abc import Iterable, Iterator

from rag.retractions import in_types
from rag.schema import Record, Rejection
from rag.sources.draft import Draft
from rag.sources.entry import Entry, Line
from rag.sources.reader import Place
from rag.sources.tagged import by, entries, records, tagged
from rag.sources.tagnames import people

name = "wostagged"

_split = by(re.compile(r"([A-Z][A-Z0-9])(?= |$)(.*)", re.DOTALL))
_HEADER = frozenset({"FN", "VR"})
_STARTS = frozenset({"PT", "RT"})
_ENDS = frozenset({"ER", "EF"})
_FILE = re.compile(r"FN \S[^\n]*\n(?:\s*\n)?VR \d")
_START = re.compile(r"^(?:PT [A-Z][ \t]*|RT [A-Z][A-Za-z \t,/()-]*)$", re.MULTILINE)
_FIELD = re.compile(r"^(?:AU|AF|TI|SO|UT|A1|T1|JF|SR) \S", re.MULTILINE)


def sniff(head: str) -> float:
    """Recognise the header, or a line that opens a record and fields after it."""
    start = head.lstrip()
    if _FILE.match(start):
        return 0.95
    found = _START.search(head)
    if found is None or start[:1] in ("<", "{", "[", "@"):
        return 0.0
    return 0.85 if _FIELD.search(head, found.end()) else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per entry, or a rejection with the line where it begins."""
    told = (line for line in tagged(lines, _split) if line.tag not in _HEADER)
    return records(entries(told, _begins, _ENDS), _draft, place)


def _begins(line: Line, _: Entry) -> bool:
    return line.tag in _STARTS


def _draft(entry: Entry) -> Draft:
    return Draft(
        title=entry.first("TI", "T1", "BT"),
        abstract=entry.joined("AB"),
        authors=_authors(entry),
        year=entry.dated("PY", "YR", "EA", "PD", "FD"),
        venue=entry.first("SO", "JF", "T2", "SE", "J9", "JI", "JO"),
        url=entry.first("LK", "UL", "UR"),
        names={"doi": entry.first("DI", "DO"), "pmid": entry.first("PM") or _medline(entry)},
        retraction=in_types(entry.first("DT")),
    )


def _medline(entry: Entry) -> str:
    database, _, number = entry.first("UT").partition(":")
    return number if database == "MEDLINE" else ""


def _authors(entry: Entry) -> list[str]:
    """Return full names where there are any, and groups after people."""
    full = "AF" if entry.lines("AF") else "AU"
    named = people(entry.lines(full, "A1") or entry.lines("BF") or entry.lines("BA"))
    groups = entry.all("CA", "GP")
    return [*named, *groups] or list(people(entry.lines("BE", "ED", "A2")))
