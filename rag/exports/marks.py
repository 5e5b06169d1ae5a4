"""Marks that let an export be checked later: readable text, which survives any editor.

``attest:PAPER:START-END:HASH`` stands beside a quote: the paper's id percent-encoded, the
offsets in its abstract, the first 16 hex digits of the quote's SHA-256. A seal
``attest-answer:NUMBER:NOTES:HASH`` ends an answer, ``attest-document:ANSWERS:HASH`` a document.
Hashes find edits; they are no signature, so a forger could make new ones.
"""

import json
import re
from typing import NamedTuple, cast
from urllib.parse import quote, unquote

from rag.exports.safe import settled
from rag.schema import Citation, text_hash

DIGITS = 16
MARK = re.compile(r"attest:([^\s:]+):(\d+)-(\d+):([0-9a-f]{16})")
SEAL = re.compile(r"attest-answer:(\d+):(\d+):([0-9a-f]{16})")
LAST = re.compile(r"attest-document:(\d+):([0-9a-f]{16})")


class Mark(NamedTuple):
    """Where a quote comes from."""

    paper_id: str
    start: int
    end: int
    hash: str
    """First `DIGITS` hex digits of the SHA-256 of the quote as stored."""


def mark(citation: Citation) -> str:
    """Return the mark of a citation."""
    # Lone surrogates in an id would have no UTF-8.
    name = quote(citation.paper_id, safe="/.-_~", errors="surrogatepass").replace("_", "%5F")
    return f"attest:{name}:{citation.start}-{citation.end}:{text_hash(citation.quote)[:DIGITS]}"


def marked(text: str) -> Mark | None:
    """Return what a mark says, or None where it is none."""
    found = MARK.fullmatch(text.strip())
    if found is None:
        return None
    name = unquote(found[1], errors="surrogatepass")
    return Mark(name, int(found[2]), int(found[3]), found[4])


def digest(content: object) -> str:
    """Return the first `DIGITS` hex digits of a SHA-256 over texts as two readings share them."""
    return text_hash(json.dumps(_settled(content), separators=(",", ":")))[:DIGITS]


def _settled(content: object) -> object:
    if isinstance(content, str):
        return settled(content)
    if isinstance(content, list | tuple):
        return [_settled(each) for each in cast("list[object]", content)]
    return content
