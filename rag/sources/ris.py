"""RIS in the dialects of Zotero, EndNote, Ovid, Embase, Scopus, IEEE, lens.org and others.

An entry goes from ``TY`` to ``ER``, or to the next ``TY`` where the end is
missing. Lines without a tag go on with the field before; outside an entry they
are counters and banners and are passed over.
"""

import re
from collections.abc import Iterable, Iterator

from rag.identity.identifiers import from_url
from rag.schema import Record, Rejection
from rag.sources.draft import Draft
from rag.sources.reader import Place
from rag.sources.tagged import Entry, Line, by, entries, records, tagged
from rag.sources.tagnames import people

name = "ris"

# One blank before the hyphen is too few to tell a tag from prose ("CI - 1.2"), unless it is known.
_TAG = (
    r"[ \t]*(?:([A-Z][A-Z0-9])[ \t]{2,}"
    r"|(?=(?:TY|ER|T[12I]|A[12U]|AB|N2|PY|Y1|DO|J[AFO]|UR|KW|SN|VL|[SE]P|PB|ID)[ \t]-(?:\s|$))"
    r"([A-Z][A-Z0-9])[ \t])-(.*)"
)
_opened = by(re.compile(r"[ \t]*([A-Z][A-Z0-9])[ \t]{2,}-(.*)", re.DOTALL))
_TYPE = re.compile(r"^[ \t]*TY[ \t]{1,3}-[ \t]?\S", re.MULTILINE)
_END = re.compile(r"^ER[ \t]{1,3}-", re.MULTILINE)
_FIELD = re.compile(r"^(?:T[1I]|A[1U]|PY|Y1|JO|JF|UR|DO)  - \S", re.MULTILINE)
_MARKUP = re.compile(r"\s*(?:<[?!a-z]|[{[])", re.IGNORECASE)

_LINK = re.compile(r"https?://(?:(?!;\s*https?://)\S)+", re.IGNORECASE)
_DOI = re.compile(r"(?:doi[:\s]*|https?://(?:dx\.)?doi\.org/)?10\.\d{4}", re.IGNORECASE)
_ARXIV = re.compile(r"arxiv\b", re.IGNORECASE)
_PMID = re.compile(r"PMID[:\s]\s*\d{1,9}\b|\d{1,9}\s*\[pmid\]", re.IGNORECASE)
_PMCID = re.compile(r"(?:PMCID[:\s]\s*)?PMC\d{3,9}\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,9}")

_NOTES = ("AN", "U1", "U2", "C2", "C5", "ID", "M1", "M2", "M3", "N1")
"""Where exporters put identifiers for which RIS has no field."""

_PUBMED = (("AN", ("pubmed", "medline", "nlm")), ("C2", ("scopus",)), ("C5", ("embase",)))
"""Fields that hold a bare PubMed id where the database is one of these."""
