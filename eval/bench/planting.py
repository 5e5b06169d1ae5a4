"""Edits planted in exports, such as a hand or a tool makes: what ``attest check`` must find."""

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, get_args
from xml.etree import ElementTree

Kind = Literal["changed number", "swapped source", "edited quote", "removed footnote"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FORMS = ("markdown", "html", "json", "docx")
"""The formats that are checked."""

Changes = dict[str, str]
"""New texts of a note by field: ``quote``, ``source`` and ``mark``."""

_NUMBER = re.compile(r"(?<![\w&#])\d+")
_WORD = re.compile(r"(?<![\w&\\])[A-Za-z]{4,}\b")
_WORDS = ("never", "seven", "rarely", "double", "cats")
_MARKDOWN = re.compile(
    r"^\[\^\d+-\d+\]: “(?P<quote>.*)”\n {4}(?P<source>.*)\n {4}`(?P<mark>.*)`\n?", re.MULTILINE
)
_HTML = re.compile(
    r'<li class="note".*?<span class="source">(?P<source>.*?)</span>.*?'
    r"<blockquote>“(?P<quote>.*?)”</blockquote>.*?<code>(?P<mark>.*?)</code>.*?</li>\n",
    re.DOTALL,
)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def planted(content: bytes, form: str, kind: Kind, draw: random.Random) -> bytes | None:
    """Return an export with one edit of a kind in one of its notes, None where none can be made.

    A swapped source takes the place of another note's, every other time with its mark too.
    """
    editor = _EDITORS[form]
    notes = editor.notes(content)
    for n in draw.sample(range(len(notes)), len(notes)):
        if kind == "removed footnote":
            return editor.edited(content, n, None)
        changes = _changes(kind, notes, n, draw)
        if changes is not None:
            return editor.edited(content, n, changes)
    return None


def _changes(kind: Kind, notes: list[Changes], n: int, draw: random.Random) -> Changes | None:
    quote = notes[n]["quote"]
    if kind == "swapped source":
        others = [each for each in notes if each["source"] != notes[n]["source"]]
        other = draw.choice(others) if others else None
        names = ("source", "mark") if draw.random() < 0.5 else ("source",)
        return {name: other[name] for name in names} if other else None
    found = list((_NUMBER if kind == "changed number" else _WORD).finditer(quote))
    if not found:
        return None
    place = draw.choice(found)
    new = str(int(place[0]) + 1) if kind == "changed number" else draw.choice(_WORDS)
    return {"quote": quote[: place.start()] + new + quote[place.end() :]}


class _Editor(NamedTuple):
    notes: Callable[[bytes], list[Changes]]
    edited: Callable[[bytes, int, Changes | None], bytes]
    """Content, place of the note, and its new texts; None takes the note out."""


def _of_text(pattern: re.Pattern[str]) -> _Editor:
    def notes(content: bytes) -> list[Changes]:
        return [found.groupdict() for found in pattern.finditer(content.decode())]

    def edited(content: bytes, n: int, changes: Changes | None) -> bytes:
        text = content.decode()
        found = list(pattern.finditer(text))[n]
        spans = {found.span(): ""} if changes is None else {
            found.span(name): new for name, new in changes.items()
        }  # fmt: skip
        for (start, end), new in sorted(spans.items(), reverse=True):
            text = text[:start] + new + text[end:]
        return text.encode()

    return _Editor(notes, edited)


def _json_notes(content: bytes) -> list[Changes]:
    return [
        {"quote": each["quote"], "source": each["title"], "mark": each["paper_id"]}
        for each, _ in _cited(json.loads(content))
    ]


def _json_edited(content: bytes, n: int, changes: Changes | None) -> bytes:
    whole = json.loads(content)
    note, home = _cited(whole)[n]
    if changes is None:
        home.remove(note)
    else:
        names = {"quote": "quote", "source": "title", "mark": "paper_id"}
        note.update({names[name]: new for name, new in changes.items()})
    return json.dumps(whole, ensure_ascii=False, indent=2).encode()


def _cited(whole: Mapping[str, Any]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    return [
        (note, answer[name])
        for answer in whole["answers"]
        for name in ("citations", "nearest")
        for note in answer[name]
    ]


def _word_notes(content: bytes) -> list[Changes]:
    root, _ = _parts(content)
    return [{name: _told(each) for name, each in _fields(note).items()} for note in _notes(root)]


def _word_edited(content: bytes, n: int, changes: Changes | None) -> bytes:
    root, body = _parts(content)
    note = _notes(root)[n]
    if changes is None:
        # As a person does it: the reference goes, and the note with it.
        root.remove(note)
        for run in body.iter(f"{_W}r"):
            mark = run.find(f"{_W}footnoteReference")
            if mark is not None and mark.get(f"{_W}id") == note.get(f"{_W}id"):
                run.remove(mark)
    else:
        fields = _fields(note)
        for name, new in changes.items():
            first, *rest = fields[name].iter(f"{_W}t")
            first.text = new
            for each in rest:
                each.text = ""
    return _rezipped(content, {"word/footnotes.xml": root, "word/document.xml": body})


def _parts(content: bytes) -> tuple[ElementTree.Element, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = ("word/footnotes.xml", "word/document.xml")
        notes, body = (ElementTree.fromstring(parts.read(name)) for name in names)
    return notes, body


def _notes(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [each for each in root if f"{_W}type" not in each.attrib]


def _fields(note: ElementTree.Element) -> dict[str, ElementTree.Element]:
    paragraphs = list(note.iter(f"{_W}p"))
    return {"quote": paragraphs[0], "source": paragraphs[1], "mark": paragraphs[-1]}


def _told(paragraph: ElementTree.Element) -> str:
    return "".join(each.text or "" for each in paragraph.iter(f"{_W}t"))


def _rezipped(content: bytes, changed: Mapping[str, ElementTree.Element]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = changed.get(name)
            new.writestr(name, old.read(name) if part is None else ElementTree.tostring(part))
    return out.getvalue()


_EDITORS: Mapping[str, _Editor] = {
    "markdown": _of_text(_MARKDOWN),
    "html": _of_text(_HTML),
    "json": _Editor(_json_notes, _json_edited),
    "docx": _Editor(_word_notes, _word_edited),
}
