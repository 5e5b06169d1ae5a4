"""One XML document while it is parsed: the elements asked for are built, all others passed over.

Expat does the parsing. Its handlers refuse what could do harm; see ``markup``, which is
what readers use.
"""

from collections.abc import Mapping
from html.entities import html5
from typing import NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from rag.sources.entry import OVERHEAD
from rag.sources.reader import WHOLE

LONGEST = 2**20
"""Bytes of one tag or comment, and of all that stands before the first element."""

DEEPEST = 200
"""Elements inside each other; articles with formulas reach about 40."""

NAMES = 10_000
"""Different names in a document; the parser remembers every one."""

_CODES = expat.errors.codes
_NOTHING = _CODES[expat.errors.XML_ERROR_NO_ELEMENTS]
_ANOTHER = (
    _CODES[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT],
    _CODES[expat.errors.XML_ERROR_MISPLACED_XML_PI],
)


class Found(NamedTuple):
    """An element that was asked for; names and attributes have lost their prefixes.

    Attributes:
        element: The element; empty where there is a reason.
        line: Where it begins, or where it goes wrong.
        around: Name and attributes of the elements that hold it, outermost first.
        reason: Why it cannot be taken, if it cannot.
    """

    element: Element
    line: int
    around: tuple[tuple[str, Mapping[str, str]], ...] = ()
    reason: str = ""


class Stop(Exception):
    """Nothing can be read from here on.

    Attributes:
        line: Where that is.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


class Document:
    """A document in the making; what it finds goes into a list.

    Attributes:
        ended: Whether the outermost element was closed.
    """

    def __init__(self, wanted: frozenset[str], found: list[Found], line: int) -> None:
        """Begin at a line of the file."""
        self.ended: bool = False
        self._wanted = wanted
        self._found = found
        self._first_line = line
        self._fed: int = 0
        self._depth: int = 0
        self._around: list[tuple[str, Mapping[str, str]]] = []
        # The wanted element that is open: its depth or 0, its line, what it cost so far.
        self._top: int = 0
        self._begun: int = 0
        self._size: int = 0
        self._builder: TreeBuilder | None = None
        self._fault: tuple[int, str] | None = None
        self._parser = self._parser_made()

    def _parser_made(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        # Newer parsers may wait for more before they parse on, and then tell places late;
        # what that is to prevent, the limit to one tag does.
        defer = getattr(parser, "SetReparseDeferralEnabled", None)
        if defer is not None:
            defer(False)
        # Defaults out of a document type could be repeated without end.
        parser.specified_attributes = True
        # As if a document type that nobody reads knew all names: the handler judges them.
        parser.UseForeignDTD(True)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.SkippedEntityHandler = self._named
        parser.EntityDeclHandler = self._declared
        return parser

    @property
    def line(self) -> int:
        """Where the parser is."""
        return self._first_line - 1 + self._parser.CurrentLineNumber

    def feed(self, data: bytes) -> bytes:
        """Parse on and return what stands behind the end of the document.

        Raises:
            Stop: The document is broken or refused.
        """
        before = self._fed
        self._fed += len(data)
        try:
            self._parser.Parse(data, False)
        except expat.ExpatError as error:
            rest = data[self._parser.ErrorByteIndex - before :]
            if self.ended and error.code in _ANOTHER and rest.startswith(b"<"):
                return rest
            raise self._broken(error) from None
        self._guard()
        return data[self._parser.CurrentByteIndex - before :] if self.ended else b""

    def _guard(self) -> None:
        prolog = 0 if self._depth or self.ended else self._fed
        if max(prolog, self._fed - self._parser.CurrentByteIndex) > LONGEST:
            raise Stop(self.line, f"over {LONGEST // 2**20} MiB of XML without an element")
        if len(self._parser.intern) > NAMES:
            raise Stop(self.line, f"over {NAMES:,} different names")

    def close(self) -> None:
        """Say that nothing follows.

        Raises:
            Stop: The document is not whole.
        """
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            if error.code != _NOTHING:
                raise self._broken(error) from None
            if self._depth:
                raise Stop(self.line, "XML cut short") from None

    def _broken(self, error: expat.ExpatError) -> Stop:
        return Stop(self.line, f"broken XML ({expat.ErrorString(error.code)})")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Stop(self.line, f"over {DEEPEST} elements inside each other")
        if ":" in name:
            name = name.rpartition(":")[2]
        if not self._top:
            if name not in self._wanted:
                self._around.append((name, attributes))
                return
            self._top, self._begun, self._size = self._depth, self.line, 0
            self._builder = TreeBuilder()
        if self._builder is not None:
            cost = OVERHEAD
            if attributes:
                attributes = {key: text for key, text in attributes.items() if ":" not in key}
                cost += sum(OVERHEAD + len(text) for text in attributes.values())
            self._builder.start(name, attributes)
            self._grow(cost)

    def _text(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)
            self._grow(len(text))

    def _grow(self, by: int) -> None:
        self._size += by
        if self._size > WHOLE:
            self._refuse(self._begun, f"entry over {WHOLE // 2**20} MiB")

    def _refuse(self, line: int, reason: str) -> None:
        self._builder = None
        self._fault = self._fault or (line, reason)

    def _end(self, name: str) -> None:
        if not self._top:
            self._around.pop()
        elif self._builder is not None:
            self._builder.end(name)
        if self._depth == self._top:
            self._take()
        self._depth -= 1
        self.ended = self._depth == 0

    def _take(self) -> None:
        around = tuple(self._around)
        if self._fault is not None:
            line, reason = self._fault
            self._found.append(Found(Element("refused"), line, around, reason))
        elif self._builder is not None:
            self._found.append(Found(self._builder.close(), self._begun, around))
        self._top, self._builder, self._fault = 0, None, None

    def _named(self, name: str, is_parameter: bool) -> None:
        if is_parameter:
            return
        character = html5.get(f"{name};")
        if character is not None:
            self._text(character)
        elif self._top:
            self._refuse(self.line, f"unknown entity &{name};")
        else:
            raise Stop(self.line, f"unknown entity &{name};")

    def _declared(self, name: str, *_: object) -> None:
        raise Stop(self.line, f"declares the entity {name}, which is not allowed")
