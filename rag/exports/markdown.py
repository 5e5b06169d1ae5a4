"""Markdown with footnotes: plain CommonMark, no HTML, and links to the cited papers only."""

import re

from rag.exports.exported import Exported, Options
from rag.exports.page import Line, Note, Page, document

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$^&!@]")
_ADDRESS = re.compile(r"(?<=[A-Za-z]):(?=//)|(?<=\bwww)\.", re.IGNORECASE)
_START = re.compile(r"^(?=[-+=:])|^(\d+)(?=[.)])")
NOTE = "    "
"""What begins the further lines of a footnote."""


def write(exported: Exported, options: Options) -> str:
    """Return the answers with one footnote per quote and the bibliography."""
    whole = document(exported, options)
    parts = [_page(page, number) for number, page in enumerate(whole.pages, start=1)]
    if whole.references:
        entries = "\n".join(f"- {_linked(text, link)}" for text, link in whole.references)
        parts.append(f"## References\n\n{entries}\n")
    return "\n".join([*parts, f"`{whole.seal}`\n"])


def escaped(text: str) -> str:
    """Return a text in which nothing is Markdown, at the start of a line neither."""
    text = _SPECIAL.sub(r"\\\g<0>", text)
    # A bare address would become a link of its own.
    text = _ADDRESS.sub(r"\\\g<0>", text)
    return _START.sub(lambda found: f"{found[1] or ''}\\", text)


def _page(page: Page, number: int) -> str:
    lines = [f"## {escaped(page.question)}", *(_line(line, number) for line in page.lines)]
    notes = [_note(note, number) for note in page.notes]
    return "\n\n".join([*lines, *notes, f"`{page.seal(number)}`"]) + "\n"


def _line(line: Line, number: int) -> str:
    texts = [
        f"[^{number}-{part}]" if isinstance(part, int) else _inner(part, first=not place)
        for place, part in enumerate(line)
    ]
    return "".join(texts)


def _inner(text: str, *, first: bool) -> str:
    return escaped(text) if first else escaped(f"x{text}")[1:]


def _note(note: Note, number: int) -> str:
    lines = [f"“{_inner(note.quote, first=False)}”", _linked(note.reference, note.link)]
    rest = "".join(f"\n{NOTE}{line}" for line in [*lines[1:], f"`{note.mark}`"])
    return f"[^{number}-{note.n}]: {lines[0]}{rest}"


def _linked(text: str, link: str) -> str:
    return f"{escaped(text)} <{link}>" if link else escaped(text)
