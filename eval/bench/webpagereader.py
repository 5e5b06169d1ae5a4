"""Exported web pages as Python's own HTML parser reads them."""

from html.parser import HTMLParser
from pathlib import Path

from eval.bench.pandocpage import Shown

_PLACES: dict[tuple[str, str | None], str] = {
    ("h1", None): "question",
    ("p", "line"): "text",
    ("blockquote", None): "quote",
    ("span", "source"): "source",
    ("li", "reference"): "reference",
}
_VOID = frozenset({"meta", "br", "hr"})


def html(path: Path) -> Shown:
    """Return what stands on a page; a note once, in the order of the file."""
    parser = _Parser()
    parser.feed(path.read_text(encoding="utf-8"))
    parser.close()
    return parser.shown


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = Shown([], [], [])
        self._open: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag not in _VOID:
            self._open.append((tag, told.get("class")))
        if tag == "article":
            self.shown.pages.append({"question": "", "text": ""})
        elif (tag, told.get("class")) == ("li", "note"):
            self.shown.notes.append({"quote": "", "source": "", "link": ""})
        elif (tag, told.get("class")) == ("li", "reference"):
            self.shown.references.append({"reference": ""})
        elif told.get("class") == "link" and ("li", "note") in self._open:
            self.shown.notes[-1]["link"] = told.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "p" and self.shown.pages:
            self.shown.pages[-1]["text"] += " "

    def handle_data(self, data: str) -> None:
        place = next((_PLACES[each] for each in reversed(self._open) if each in _PLACES), None)
        if place in ("question", "text"):
            self.shown.pages[-1][place] += data
        elif place == "quote":
            self.shown.notes[-1][place] += data.strip("“”\n")
        elif place == "source":
            self.shown.notes[-1][place] += data
        elif place == "reference":
            self.shown.references[-1][place] += data
