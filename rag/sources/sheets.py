"""Rows out of the XML of a spreadsheet, as it comes, with nothing in it expanded.

ECMA-376, part 1, 18.3 (sheets) and 18.4 (shared strings). Any DOCTYPE is refused, since
no spreadsheet has one, and with it every entity.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.parsers import expat

from rag.sources.entry import OVERHEAD
from rag.sources.inflation import CHUNK, Stored
from rag.sources.reader import WHOLE

WIDEST = 1024
"""Columns that are read."""

LONGEST = 2**20
"""Rows of a sheet, which Excel cannot have more of."""

DEEPEST = 64
"""Elements inside each other; a sheet has fewer than ten."""

LONGEST_TAG = 2**20
"""Bytes of a tag; the parser goes over an unfinished one again with each piece."""

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile(r"([A-Za-z]{1,3})\d*")


class Unreadable(Exception):
    """What stands here is no spreadsheet that can be read; the text says why."""


class Line(NamedTuple):
    """A row of a sheet: its number, from 1, and its texts by column, from 0."""

    number: int
    cells: Mapping[int, str]


class Elements:
    """Base of what takes in a piece of XML after the other.

    A subclass says what happens at the start and end of an element by its local name.
    """

    def __init__(self) -> None:
        self.text: list[str] | None = None
        """Where text is gathered while it is wanted."""
        self.size = 0
        """Characters gathered since an entry began."""
        self._depth = 0
        self._fed = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._finish
        self._parser.CharacterDataHandler = self._gather
        self._parser.StartDoctypeDeclHandler = self._refuse

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take in the start of an element."""

    def end(self, name: str) -> None:
        """Take in the end of an element."""

    def feed(self, stream: Stored) -> Iterator[None]:
        """Read all of a stream and come back after each piece.

        Raises:
            Unreadable: It is not XML, or XML that no spreadsheet has.
        """
        while True:
            try:
                data = stream.read(CHUNK)
                self._parser.Parse(data, not data)
            except (expat.ExpatError, OSError, LookupError, ValueError) as error:
                raise Unreadable(f"{error}") from None
            self._fed += len(data)
            if data and self._fed - self._parser.CurrentByteIndex > LONGEST_TAG:
                raise Unreadable(f"a tag over {LONGEST_TAG // 2**20} MiB")
            yield
            if not data:
                return

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable(f"more than {DEEPEST} elements inside each other")
        self.start(name.rpartition(":")[2], attributes)

    def _finish(self, name: str) -> None:
        self._depth -= 1
        self.end(name.rpartition(":")[2])

    def _gather(self, text: str) -> None:
        if self.text is None:
            return
        self.text.append(text)
        self.size += len(text)
        if self.size > WHOLE:
            raise Unreadable(f"a row over {WHOLE // 2**20} MiB")

    def _refuse(self, *_: object) -> None:
        raise Unreadable("it declares a document type, which no spreadsheet does")


class Texts(Elements):
    """Texts of ``si`` elements (shared strings), without the readings of Japanese words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.held = 0
        """Characters of what was found, and what holding it takes."""
        self._parts: list[str] = []
        self._aside = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin a string, or a run of text in one."""
        self._aside += name == "rPh"
        if name == "si":
            self._parts, self.size = [], 0
        elif name == "t" and not self._aside:
            self.text = []

    def end(self, name: str) -> None:
        """Finish a run of text, or a string."""
        self._aside -= name == "rPh"
        if name == "t" and self.text is not None:
            self._parts.append("".join(self.text))
            self.text = None
        elif name == "si":
            self.found.append(unescaped("".join(self._parts)))
            self.held += len(self.found[-1]) + OVERHEAD


class Sheet(Elements):
    """Rows of a worksheet that are not taken yet, in ``found``."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self.found: list[Line] = []
        self.shared = 0
        """Characters of shared strings used, however often."""
        self._texts = texts
        self._number = self._count = 0
        self._cells: dict[int, str] = {}
        self._at = -1
        self._kind = ""
        self._parts: list[str] = []
        self._aside = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin a row, a cell or a value."""
        self._aside += name == "rPh"
        if name == "row":
            told = attributes.get("r", "")
            self._number = int(told) if told.isdecimal() and len(told) < 9 else self._number + 1
            self._cells, self._at, self.size = {}, -1, 0
            self._count += 1
            if self._count > LONGEST:
                raise Unreadable(f"more than {LONGEST} rows")
        elif name == "c":
            self._at = _column(attributes.get("r", ""), self._at + 1)
            self._kind = attributes.get("t", "n")
            self._parts = []
        elif name == "v" or (name == "t" and not self._aside):
            self.text = []

    def end(self, name: str) -> None:
        """Finish a value, a cell or a row."""
        self._aside -= name == "rPh"
        if name in ("v", "t") and self.text is not None:
            self._parts.append("".join(self.text))
            self.text = None
        elif name == "c" and self._at < WIDEST:
            value = self._value("".join(self._parts))
            if value:
                self._cells[self._at] = value
        elif name == "row" and self._cells:
            self.found.append(Line(self._number, self._cells))

    def _value(self, text: str) -> str:
        if self._kind == "s":
            at = int(text) if text.isdecimal() and len(text) < 9 else -1
            value = self._texts[at] if 0 <= at < len(self._texts) else ""
            self.shared += len(value)
            return value
        if self._kind == "n":
            return _number(text)
        return "" if self._kind == "e" else unescaped(text)


def _column(place: str, following: int) -> int:
    """Return the column, from 0, of a place such as ``AB12``."""
    found = _PLACE.match(place)
    if found is None:
        return following
    at = 0
    for letter in found[1].upper():
        at = at * 26 + ord(letter) - 64
    return at - 1


def _number(text: str) -> str:
    """Write a whole number without point or exponent."""
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else text


def unescaped(text: str) -> str:
    """Return a text with characters for what is written as ``_x000D_``."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
