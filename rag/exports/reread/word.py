"""DOCX as `rag.exports.word` writes it, and as Word or LibreOffice saves it again, read back."""

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.exports.page import Note
from rag.exports.reread.found import Draft, Found, found
from rag.sources.archives import Archive

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LINK = re.compile(r"\s*(https?://\S+)$")
_LARGEST = 2**27


def read(content: bytes, name: str) -> Found:
    """Return what a Word document shows now.

    Raises:
        SourceError: It is none, or damaged.
    """
    archive = Archive(io.BytesIO(content), name)
    body = _root(archive, "word/document.xml", name)
    notes = _notes(archive, name)
    drafts: list[Draft] = []
    references: list[tuple[str, str]] = []
    last = ""
    for style, text, marks in _paragraphs(body, _styles(archive, name)):
        if text.strip().startswith("attest-document:"):
            last = text.strip()
        elif text.strip().startswith("attest-answer:") and drafts:
            drafts[-1].seal = text.strip()
        elif style == "heading1":
            drafts.append(Draft(text))
        elif style == "attestreference":
            references.append(_entry(text))
        elif style == "attestline" and drafts:
            _take(drafts[-1], text, marks, notes)
    return found(drafts, references, last)


def _take(draft: Draft, text: str, marks: list[str], notes: dict[str, list[str]]) -> None:
    """Add a line, its footnote marks in the order of this answer's notes."""
    for mark in marks:
        texts = notes.get(mark)
        n = _number(draft, texts)
        draft.markers.append(n)
        text = re.sub(r"\s*\x00", f" [{n}]", text, count=1)
        if texts is not None and n > len(draft.notes):
            draft.notes.append(_note(n, texts))
    draft.lines.append(text)


def _number(draft: Draft, texts: list[str] | None) -> int:
    """Return the number of a footnote in its answer: that of an equal one, or the next."""
    if texts is not None:
        for note in draft.notes:
            if note == _note(note.n, texts):
                return note.n
    return len(draft.notes) + 1


def _note(n: int, texts: list[str]) -> Note:
    quote, *rest = [text.strip() for text in texts] or [""]
    mark = rest.pop() if rest else ""
    link = rest.pop() if len(rest) > 1 and rest[-1].startswith("http") else ""
    return Note(n, quote.removeprefix("“").removesuffix("”"), " ".join(rest), link, mark)


def _entry(text: str) -> tuple[str, str]:
    link = _LINK.search(text)
    return (text[: link.start()], link[1]) if link else (text, "")


def _notes(archive: Archive, name: str) -> dict[str, list[str]]:
    if "word/footnotes.xml" not in archive.names:
        return {}
    root = _root(archive, "word/footnotes.xml", name)
    return {
        each.get(f"{_W}id", ""): [text for _, text, _ in _paragraphs(each, {}) if text.strip()]
        for each in root.iter(f"{_W}footnote")
    }


def _styles(archive: Archive, name: str) -> dict[str, str]:
    """Return the names of styles by id: Word translates the ids, never the names."""
    if "word/styles.xml" not in archive.names:
        return {}
    named = (
        (each.get(f"{_W}styleId", ""), each.find(f"{_W}name"))
        for each in _root(archive, "word/styles.xml", name).iter(f"{_W}style")
    )
    return {style: found.get(f"{_W}val", "") for style, found in named if found is not None}


def _paragraphs(root: "Element", styles: dict[str, str]) -> "Iterator[tuple[str, str, list[str]]]":
    """Yield style, text with NUL for a footnote mark, and the marks of each paragraph."""
    for paragraph in root.iter(f"{_W}p"):
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        parts: list[str] = []
        marks: list[str] = []
        for each in paragraph.iter():
            if each.tag == f"{_W}t":
                parts.append(each.text or "")
            elif each.tag in (f"{_W}tab", f"{_W}br"):
                parts.append(" ")
            elif each.tag == f"{_W}footnoteReference":
                parts.append("\x00")
                marks.append(each.get(f"{_W}id", ""))
        value = style.get(f"{_W}val", "") if style is not None else ""
        yield re.sub(r"[\s_]", "", styles.get(value, value)).lower(), "".join(parts), marks


def _root(archive: Archive, member: str, name: str) -> "Element":
    from xml.etree.ElementTree import ParseError, XMLParser, fromstring

    content = archive.member(member).read(_LARGEST)
    # Entities could make a small file a huge one, and no word processor writes any.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise SourceError(f"{name} has a document type; save it anew from a word processor")
    try:
        return fromstring(content, XMLParser())
    except ParseError as error:
        raise SourceError(f"{name} is damaged ({error}); export it again") from error
