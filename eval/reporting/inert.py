"""Text of papers, models and data sets made harmless for where it is written.

Nothing here trusts its input: a title may hold markup, formulas, control
characters, or a million letters.
"""

import re

# What is obeyed or hidden instead of shown: controls, marks that reorder the text
# around them, characters without width, tags, and halves of characters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKS = re.compile(r"[\\`*_\[\]<>|~&@#$]|:(?=//)|(?<=www)\.|(?<=GH)-")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_JOINER = "\u2060"


def visible(text: str) -> str:
    """Return a text in which every hidden character is spelled out, as ``⟨U+202E⟩``."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _HIDDEN.sub(lambda match: f"⟨U+{ord(match.group()):04X}⟩", lines)


def clipped(text: str, limit: int) -> str:
    """Return a text of at most ``limit`` characters and a note of how many were left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]} … ({len(text) - limit:,} more characters)"


def one_line(text: str, limit: int = 300) -> str:
    """Return a text as one clipped line in which nothing is hidden."""
    return " ".join(visible(clipped(text, limit)).split())


def for_xml(text: str) -> str:
    """Return a text without the characters that XML 1.0 does not allow."""
    return _NOT_XML.sub("", text)


def for_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    OWASP, *CSV Injection*: an apostrophe goes before the characters that start one.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def for_markdown(text: str, limit: int = 300) -> str:
    """Return a text as one line of Markdown that is only text.

    Every mark becomes an entity, which is never read as structure (CommonMark
    2.5). A joiner after those that call people, issues and addresses, which
    GitHub looks for in the finished page.
    """
    return _MARKS.sub(_entity, one_line(text, limit))


def for_command(text: str) -> str:
    """Return the message of a GitHub workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def for_property(text: str) -> str:
    """Return a property of a GitHub workflow command."""
    return for_command(text).replace(":", "%3A").replace(",", "%2C")


def _entity(match: re.Match[str]) -> str:
    mark = match.group()
    return f"&#{ord(mark)};" + (_JOINER if mark in "@#:.-" else "")
