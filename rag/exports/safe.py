"""Text as every format may hold it: one line, nothing that is obeyed, reordered or unseen."""

import re
import unicodedata
from urllib.parse import quote

from rag.terminal.plain import plain

# No XML document may hold these.
_NO_CHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")


def tidy(text: str) -> str:
    """Return a text as one line without control, direction, invisible and forbidden characters."""
    return plain(_NO_CHARACTERS.sub("\ufffd", text))


def settled(text: str) -> str:
    """Return what two readings of a text have in common: tidy, and composed (NFC)."""
    return unicodedata.normalize("NFC", tidy(text))


def address(url: str) -> str:
    """Return a web address or DOI in characters that no format takes for its own syntax.

    What is no plain ASCII of an address, braces, backslashes and carets too, is
    percent-encoded; a per cent sign that is there already stays.
    """
    return quote(tidy(url), safe="-._~:/?#@!$&()*+,;=%<>")


def web(url: str | None) -> str:
    """Return the `address` of a link of http or https, of anything else nothing.

    The pointed brackets of old DOIs are encoded too: they would end a link of Markdown.
    """
    if not url or not url.startswith(("http://", "https://")):
        return ""
    return address(url).replace("<", "%3C").replace(">", "%3E")
