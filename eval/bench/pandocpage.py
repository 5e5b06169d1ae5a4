"""Pages as pandoc reads them, of Markdown or of a Word document."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from eval.bench.programs import output

Record = dict[str, str]


class Shown(NamedTuple):
    """What stands on exported pages."""

    pages: list[Record]
    """``question``, and all lines as ``text``, a note in them as ``[n]``."""
    notes: list[Record]
    """``quote``, ``source`` and ``link``, in the order of the pages."""
    references: list[Record]
    """Each a ``reference`` with its link."""


def pandoc(form: str) -> Callable[[Path], Shown]:
    """Return a reader of a format by pandoc's name for it; notes come as they are referred to."""

    def read(path: Path) -> Shown:
        return _shown(json.loads(output("pandoc", "-f", form, "-t", "json", str(path)))["blocks"])

    return read


def _shown(blocks: Sequence[dict[str, Any]]) -> Shown:
    found = Shown([], [], [])
    numbers: dict[str, int] = {}
    listed = False
    for kind, content in ((block["t"], block.get("c", ())) for block in blocks):
        if kind == "Header":
            heading = _told(content[2])
            listed = heading == "References" and found.references == []
            numbers = {}
            if not listed:
                found.pages.append({"question": heading, "text": ""})
        elif kind == "BulletList":
            found.references.extend({"reference": _told(item[0]["c"])} for item in content)
        elif kind in ("Para", "Plain"):
            text = _text(content, found.notes, numbers)
            if listed and not text.startswith("attest-"):
                found.references.append({"reference": text})
            elif not text.startswith("attest-"):
                found.pages[-1]["text"] += f" {text}"
    return found


def _text(inlines: Sequence[dict[str, Any]], notes: list[Record], numbers: dict[str, int]) -> str:
    parts: list[str] = []
    for each in inlines:
        if each["t"] == "Note":
            note, mark = _note(each["c"])
            notes.append(note)
            parts.append(f" [{numbers.setdefault(mark, len(numbers) + 1)}]")
        else:
            parts.append(_told([each]))
    return "".join(parts)


def _note(blocks: Sequence[dict[str, Any]]) -> tuple[Record, str]:
    """Return a note and its mark; its lines are paragraphs in Word, broken ones in Markdown."""
    lines = [text for block in blocks for text in _told(block["c"]).split("\n")]
    quote, *source, mark = lines
    link = next(filter(None, (_link(block["c"]) for block in blocks)), "")
    if not link and len(source) > 1 and source[-1].startswith("http"):
        link = source[-1]
    told = " ".join(source).removesuffix(link)
    return {"quote": quote.strip().strip("“”"), "source": told, "link": link}, mark.strip()


def _link(inlines: Sequence[dict[str, Any]]) -> str:
    return next((each["c"][2][0] for each in inlines if each["t"] == "Link"), "")


def _told(inlines: Sequence[dict[str, Any]]) -> str:
    return "".join(_each(inlines))


def _each(inlines: Sequence[dict[str, Any]]) -> Iterator[str]:
    for each in inlines:
        kind, content = each["t"], each.get("c", ())
        if kind == "Str":
            yield str(content)
        elif kind == "Space":
            yield " "
        elif kind in ("SoftBreak", "LineBreak"):
            yield "\n"
        elif kind == "Code":
            yield content[1]
        elif kind == "Quoted":
            marks = "“”" if content[0]["t"] == "DoubleQuote" else "‘’"
            yield f"{marks[0]}{_told(content[1])}{marks[1]}"
        elif kind in ("Link", "Span"):
            yield _told(content[1])
        elif kind != "Note":
            yield f"<{kind}>"
