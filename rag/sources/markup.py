"""The one way to read XML here: element by element, nothing expanded, nothing fetched.

The elements asked for are built one at a time and let go; the rest is passed over. A
document type may be declared and is not read, names of HTML (``&eacute;``) are known
without it, and prefixes of names are dropped. A document that declares an entity is read
no further; an element that uses an unknown one, or outgrows ``WHOLE``, is refused alone.
Where XML is broken, or deeper or odder than lists of papers are, the reading ends.

Within the value of an attribute the parser leaves out any name but the five of XML.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from xml.etree.ElementTree import Element

from rag.schema import Record, Rejection, Source
from rag.sources.cleaning import visible
from rag.sources.draft import Draft
from rag.sources.reader import Place
from rag.sources.xmldocument import Document, Found, Stop

PIECE = 2**16
"""Characters handed to the parser at once."""

Form = Callable[[Found], Draft | str | None]
"""What a format makes of an element: a draft, why it is no paper, or ``None`` for no entry."""

_PROLOG = re.compile(
    r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[[^\]]*\]\s*)?>", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_UNFIT = re.compile(r"[\ufffe\uffff]|&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,8}));")


def root(head: str) -> str:
    """Return the name of the first element without prefix, or nothing if it is not XML."""
    at = 0
    while found := _PROLOG.match(head, at):
        at = found.end()
    opening = _ROOT.match(head, at)
    return opening[1] if opening else ""


def records(
    lines: Iterable[str], place: Place, *, wanted: Collection[str], form: Form
) -> Iterator[Record | Rejection]:
    """Yield a record per element, or a rejection with the line where it begins.

    Args:
        lines: Lines of the file.
        place: Turns a position into a source.
        wanted: Names of the elements that hold an entry; one inside another is part of it.
        form: Makes a draft of an element.
    """
    position = 1
    for found in elements(lines, wanted):
        settled = _settled(found, form, place(position))
        if settled is not None:
            yield settled
            position += 1


def _settled(found: Found, form: Form, source: Source) -> Record | Rejection | None:
    made = found.reason or form(found)
    if made is None:
        return None
    settled = made if isinstance(made, str) else made.settle(source)
    if isinstance(settled, Record):
        return settled
    reason = settled if isinstance(settled, str) else settled.reason
    return Rejection(source=source, reason=f"line {found.line}: {reason}")


def elements(lines: Iterable[str], wanted: Collection[str]) -> Iterator[Found]:
    """Yield the elements of these names as they end; the last one may tell what stopped it.

    Documents may follow each other, as where the answers of a service were joined.
    """
    found: list[Found] = []
    documents = _Documents(frozenset(wanted), found)
    try:
        for piece in _pieces(lines):
            documents.feed(piece)
            yield from found
            found.clear()
        documents.close()
    except Stop as stop:
        reason = f"{stop}; nothing after this was read"
        found.append(Found(Element("stop"), stop.line, reason=reason))
    yield from found


class _Documents:
    """Documents one after the other."""

    def __init__(self, wanted: frozenset[str], found: list[Found]) -> None:
        self._wanted = wanted
        self._found = found
        self._open: Document | None = None
        self._line = 1

    def feed(self, data: bytes) -> None:
        while data:
            if self._open is None:
                start = data.lstrip()
                self._line += data.count(b"\n", 0, len(data) - len(start))
                data = start
                self._open = Document(self._wanted, self._found, self._line) if data else None
            if self._open is not None:
                data = self._open.feed(data)
                if self._open.ended:
                    self._line = self._open.line
                    self._open = None

    def close(self) -> None:
        if self._open is not None:
            self._open.close()


def _pieces(lines: Iterable[str]) -> Iterator[bytes]:
    held: list[str] = []
    size = 0
    for line in lines:
        for start in range(0, len(line), PIECE):
            held.append(line[start : start + PIECE])
            size += len(held[-1])
            if size >= PIECE:
                yield _fit("".join(held))
                held, size = [], 0
    yield _fit("".join(held))


def _fit(text: str) -> bytes:
    """Drop the characters that XML forbids; exports hold them all the same."""
    return _UNFIT.sub(_allowed, visible(text)).encode()


def _allowed(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else int(found[2] or "0")
    plane = 9 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0xFFFF < code < 0x110000
    return found[0] if plane and (code >= 32 or code in (9, 10, 13)) else ""
