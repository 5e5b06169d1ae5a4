"""Markdown as `rag.exports.markdown` writes it, read back; other text around it is passed over."""

import re

from rag.exports.page import Note
from rag.exports.reread.found import Draft, Found, found

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKER = re.compile(r"(?<!\\)\[\^\d+-(\d+)\]")
_NOTE = re.compile(r"\[\^\d+-(\d+)\]:\s*(.*)")
_LINK = re.compile(r"(?<!\\)<(https?://[^<>\s]*)>\s*$")


def read(text: str) -> Found:
    """Return what a Markdown export shows now."""
    drafts: list[Draft] = []
    references: list[tuple[str, str]] = []
    last = ""
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        block = block.strip("\n")
        bare = block.strip().strip("`")
        if bare.startswith("attest-document:"):
            last = bare
        elif block.startswith("## References") or (references and block.startswith("- ")):
            continue
        elif block.startswith("- ") and drafts and drafts[-1].seal:
            references = [_linked(line[2:]) for line in block.split("\n")]
        elif block.startswith("## "):
            drafts.append(Draft(_bare(block[3:])))
        elif drafts and block.strip():
            _take(drafts[-1], block, bare)
    return found(drafts, references, last)


def _take(draft: Draft, block: str, bare: str) -> None:
    note = _NOTE.match(block)
    if bare.startswith("attest-answer:"):
        draft.seal = bare
    elif note:
        draft.notes.append(_note(int(note[1]), [note[2], *block.split("\n")[1:]]))
    else:
        draft.markers += [int(n) for n in _MARKER.findall(block)]
        draft.lines.append(_bare(_MARKER.sub(r"[\1]", block)))


def _note(n: int, lines: list[str]) -> Note:
    lines = [line.strip() for line in lines]
    mark = lines.pop().strip("`") if len(lines) > 1 else ""
    reference, link = _linked(" ".join(lines[1:]))
    quote = _bare(lines[0]).removeprefix("“").removesuffix("”")
    return Note(n, quote, reference, link, mark)


def _linked(text: str) -> tuple[str, str]:
    found_ = _LINK.search(text)
    if found_ is None:
        return _bare(text), ""
    return _bare(text[: found_.start()].rstrip()), found_[1]


def _bare(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)
