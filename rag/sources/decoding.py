"""Lines of text out of bytes whose encoding is marked, declared or guessed."""

import codecs
import re
from collections.abc import Callable, Iterator
from io import BufferedReader, TextIOWrapper

HEAD = 2**16
"""Bytes in which a declaration is looked for and on which a guess rests."""

LONGEST_LINE = 2**26
"""Bytes of a line that are kept; the rest is dropped, so that a line cannot fill the memory."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))
"""How XML in UTF-16 begins that lost its mark (XML 1.0, appendix F)."""

_NO_CHARSETS = frozenset("idna punycode unicode-escape raw-unicode-escape utf-7".split())
"""Encodings of Python that no file is written in, and that do not take every byte."""

_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932"}
"""What is meant by some names, as browsers have it (https://encoding.spec.whatwg.org)."""
_DECLARED = re.compile(
    rb"^[ \t]*%[^\n]{0,80}?\bencoding[ \t]*:[ \t]*([\w.:-]{2,20})"  # JabRef, Emacs
    rb"|\A\s*<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{2,20})"
    rb"|<meta[^>]{0,200}?charset=[\"']?([\w.:-]{2,20})",
    re.IGNORECASE | re.MULTILINE,
)
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")

Decode = Callable[[bytes], str]


def text_lines(stream: BufferedReader) -> Iterator[str]:
    r"""Yield the lines of a byte stream with ``\n`` ends, never failing on a byte.

    Tried in order: byte-order mark, declaration (``% Encoding:``, XML, HTML), UTF-8, and
    where a line is not UTF-8, GBK if the text around looks like it, else Windows-1252.
    """
    head = stream.peek(HEAD)[:HEAD]
    for mark, codec in _MARKS:
        if head.startswith(mark):
            stream.read(len(mark))
            yield from (
                _marked(stream, codec) if codec != "utf-8" else _split(stream, _Guess(stream))
            )
            return
    for start, codec in _UNMARKED:
        if head.startswith(start):
            yield from _marked(stream, codec)
            return
    yield from _split(stream, declared(head) or _Guess(stream))


def _marked(stream: BufferedReader, codec: str) -> Iterator[str]:
    text = TextIOWrapper(stream, encoding=codec, errors="replace", newline=None)
    while line := text.readline(LONGEST_LINE):
        yield line


def _split(stream: BufferedReader, decode: Decode) -> Iterator[str]:
    while raw := stream.readline(LONGEST_LINE):
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            _drop_line(stream)
        line = decode(raw)
        if "\r" in line:
            yield from _ended(line.replace("\r\n", "\n").replace("\r", "\n"))
        else:
            yield line


def _ended(text: str) -> Iterator[str]:
    r"""Cut at ``\n`` only; ``splitlines`` would at U+2028 and others, which stand inside cells."""
    *lines, last = text.split("\n")
    yield from (f"{line}\n" for line in lines)
    if last:
        yield last


def _drop_line(stream: BufferedReader) -> None:
    while (more := stream.readline(HEAD)) and not more.endswith(b"\n"):
        pass


def declared(head: bytes) -> Decode | None:
    """Return the decoder that a file's own words ask for, if it is one we can follow."""
    found = _DECLARED.search(head)
    if found is None:
        return None
    named = next(filter(None, found.groups())).decode("ascii", "replace")
    try:
        codec = codecs.lookup(named).name
        codec = _WIDER.get(codec, codec)
        ascii_stays = b"@{".decode(codec) == "@{"
    except (LookupError, ValueError):
        return None
    if codec == "utf-8" or codec in _NO_CHARSETS or not ascii_stays:
        return None
    return lambda raw: _as(raw, codec)


def _as(raw: bytes, codec: str) -> str:
    if codec in ("cp1252", "iso8859-1", "ascii"):
        # Files are re-saved as UTF-8 under an old header; Latin text is hardly ever valid UTF-8.
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return _western(raw)
    return raw.decode(codec, "replace")


def _western(raw: bytes) -> str:
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


class _Guess:
    """Decode UTF-8, and settle on one other encoding at the first line that is not."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self._fallback: Decode | None = None
        self._mixed = False

    def __call__(self, raw: bytes) -> str:
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError:
            if self._fallback is None:
                sample = (raw + self._stream.peek(HEAD))[:HEAD]
                gbk = not self._mixed and looks_gbk(sample)
                self._fallback = (lambda raw: raw.decode("gb18030", "replace")) if gbk else _western
            return self._fallback(raw)
        self._mixed = self._mixed or not line.isascii()
        return line


def looks_gbk(sample: bytes) -> bool:
    """Tell whether bytes decode as GBK and mostly come in pairs, as Chinese does.

    ``Dörner`` in Windows-1252 decodes as GBK too; its high bytes stand alone.
    """
    try:
        codecs.getincrementaldecoder("gb18030")().decode(sample)
    except UnicodeDecodeError:
        return False
    runs = [len(run) for run in _HIGH_RUN.findall(sample)]
    return sum(run for run in runs if run % 2 == 0) * 2 > sum(runs)
