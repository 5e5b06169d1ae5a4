"""HTML as `rag.exports.webpage` writes it, read back."""

import re
from typing import TYPE_CHECKING

from rag.exports.page import Note
from rag.exports.reread.found import Draft, Found, found

if TYPE_CHECKING:
    from bs4 import Tag


def read(text: str) -> Found:
    """Return what an HTML export shows now."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(text, "html.parser")
    drafts = [_draft(article) for article in soup.select("article")]
    references = [_entry(each) for each in soup.select("li.reference")]
    return found(drafts, references, _text(soup, "code.last"))


def _draft(article: "Tag") -> Draft:
    draft = Draft(_text(article, "h1"))
    for line in article.select("p.line"):
        draft.lines.append(line.get_text())
        marks = (re.sub(r"\D", "", each.get_text()) for each in line.select("a.marker"))
        draft.markers += [int(mark) for mark in marks if mark]
    draft.notes = [_note(each, n) for n, each in enumerate(article.select("li.note"), start=1)]
    draft.seal = _text(article, "code.seal").strip()
    return draft


def _note(item: "Tag", place: int) -> Note:
    number = re.match(r"\s*\[(\d+)\]", _text(item, "summary"))
    quote = _text(item, "blockquote").strip().removeprefix("“").removesuffix("”")
    n = int(number[1]) if number else place
    return Note(n, quote, _text(item, ".source"), _link(item), _text(item, "code").strip())


def _entry(item: "Tag") -> tuple[str, str]:
    return _text(item, "span"), _link(item)


def _link(item: "Tag") -> str:
    """Return the address of a link; where its text says another, both, so that it is found."""
    link = item.select_one("a.link")
    if link is None:
        return ""
    target, shown = str(link.get("href", "")), link.get_text().strip()
    return target if target == shown else f"{target} {shown}"


def _text(item: "Tag", selector: str) -> str:
    found_ = item.select_one(selector)
    return found_.get_text() if found_ else ""
