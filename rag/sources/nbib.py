"""MEDLINE text: PubMed's ``.nbib`` and what Entrez and PMC write as MEDLARS.

Tags fill four columns before a hyphen, values are folded with six blanks. A
record has no end of its own: the next begins after a blank line.

Fields: https://www.nlm.nih.gov/bsd/mms/medlineelements.html
"""

import re
from collections.abc import Iterable, Iterator

from rag.retractions import gravest, in_types, told
from rag.schema import Record, Rejection
from rag.sources.draft import Draft
from rag.sources.entry import Entry, Line
from rag.sources.reader import Place
from rag.sources.tagged import by, entries, records, tagged
from rag.sources.tagnames import person

name = "nbib"

_split = by(
    re.compile(
        r"([A-Z][A-Z0-9]  |[A-Z][A-Z0-9]{2} |PMID|PMCR|[A-Z][A-Z0-9]{3}(?=-(?:\s|$)))-(.*)",
        re.DOTALL,
    )
)
_NUMBERED = re.compile(r"^(?:PMID|PMCR?) {0,2}- ?(?:PMC)?\d", re.MULTILINE)
_TELLING = re.compile(r"^(OWN |STAT|FAU |JID |EDAT|MHDA|CRDT|PHST)- ", re.MULTILINE)
_STARTS = frozenset({"PMID", "PMC", "PMCR", "UI"})
_TAKEN_BACK = {
    "RIN": "retracted",
    "RPI": "retracted",
    "RRI": "retracted",
    "ECI": "expression of concern",
}
"""Tags that refer to a notice about the paper; those for the notices end in ``F``."""
_ELSEWHERE = re.compile(r"(?:\w+:\s*)?abstract available from the publisher\.?", re.IGNORECASE)


def sniff(head: str) -> float:
    """Recognise numbers of PubMed or PMC, or two tags that only MEDLINE has."""
    if head.lstrip()[:1] in ("<", "{", "[", "@", "%"):
        return 0.0
    first = head.lstrip().split("\n", 1)[0]
    if _NUMBERED.match(first):
        return 0.95
    telling = set(_TELLING.findall(head))
    return 0.9 if len(telling) > 1 else 0.8 if _NUMBERED.search(head) else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per entry, or a rejection with the line where it begins."""
    found = (line for line in tagged(lines, _split) if line.tag or not line.apart)
    return records(entries(found, _begins), _draft, place)


def _begins(line: Line, entry: Entry) -> bool:
    if line.tag == "PMID" and "PMID" in entry.tags:
        return True
    # In a file with blank lines everywhere they part nothing.
    if not line.apart or entry.gaps:
        return False
    return line.tag == entry.opening or (line.tag in _STARTS and not entry.tags <= _STARTS)


def _draft(entry: Entry) -> Draft:
    title = entry.joined("TI", "BTI", "CTI", "VTI", "TT")
    venues = (entry.first(tag) for tag in ("JT", "TA", "BTI", "CTI", "VTI"))
    return Draft(
        title=title,
        abstract=_abstract(entry),
        authors=_authors(entry),
        year=entry.dated("DP", "DEP", "EDAT", "CRDT"),
        venue=next((venue for venue in venues if venue and venue != title), ""),
        names={
            "doi": _doi(entry),
            "pmid": next(iter(entry.lines("PMID")), ""),
            "pmcid": next(iter(entry.lines("PMC")), ""),
        },
        retraction=_retraction(entry),
    )


def _abstract(entry: Entry) -> str:
    abstract = entry.joined("AB") or entry.joined("OAB")
    return "" if _ELSEWHERE.fullmatch(abstract) else abstract


def _authors(entry: Entry) -> list[str]:
    full = "FAU" if entry.all("FAU") else "AU"
    found = entry.pairs(full, "CN") or entry.pairs("FED") or entry.pairs("ED")
    return [value if tag == "CN" else person(value) for tag, value in found]


def _retraction(entry: Entry) -> str | None:
    notices = (told(_TAKEN_BACK[tag], text) for tag, text in entry.pairs(*_TAKEN_BACK))
    return gravest(*notices, *map(in_types, entry.all("PT")))


def _doi(entry: Entry) -> str:
    places = entry.all("LID", "AID")
    marked = (value for value in places if "[doi]" in value or value.lower().startswith("doi"))
    return next(marked, "") or entry.first("SO")
