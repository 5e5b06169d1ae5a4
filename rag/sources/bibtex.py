"""BibTeX and BibLaTeX, entry by entry: a broken entry costs that entry only."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rag.retractions import in_note
from rag.schema import Record, Rejection, Source
from rag.sources.bibfields import expand, salvage
from rag.sources.bibnames import people
from rag.sources.draft import Draft
from rag.sources.latex import plain, verbatim
from rag.sources.reader import WHOLE, Place

if TYPE_CHECKING:
    from bibtexparser.model import Block as ParsedBlock

name = "bibtex"

# What the parser would log about broken entries comes out as rejections.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)

PIECE = 2**18
"""Characters parsed at once; a larger entry is parsed alone."""

_OPENING = re.compile(r"^[ \t]*@[ \t]*[\w.:+/-]+\s*\{|^[ \t]*@[ \t]*\w+[ \t]*\(", re.MULTILINE)
_ODD_OPENING = re.compile(r"^([ \t]*)@[ \t]*([\w.:+/-]+)(\s*)\{", re.MULTILINE)
_NO_ENTRY = re.compile(r"\s*@\s*(?:comment|string|preamble)", re.IGNORECASE)
_COLLECTIONS = frozenset({"proceedings", "mvproceedings", "collection", "mvcollection", "book"})


class Block(NamedTuple):
    """A parsed entry, or the reason why it is none."""

    line: int
    kind: str
    fields: Mapping[str, str]
    reason: str = ""


def sniff(head: str) -> float:
    """Recognise a line that opens an entry."""
    if head.lstrip()[:1] in ("<", "{", "["):
        return 0.0
    return 0.9 if _OPENING.search(head) else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per entry, or a rejection with the line where it begins."""
    macros: dict[str, str] = {}
    position = 0
    for first, text in _pieces(lines):
        for block in _blocks(first, text, macros):
            position += 1
            yield _settled(block, place(position))


def _settled(block: Block, source: Source) -> Record | Rejection:
    where = f"line {block.line}"
    if block.reason:
        return Rejection(source=source, reason=f"{where}: {block.reason}")
    settled = _draft(block).settle(source)
    if isinstance(settled, Rejection):
        return settled.model_copy(update={"reason": f"{where}: {settled.reason}"})
    return settled


def _pieces(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Cut the file before entries into pieces of at least ``PIECE`` characters."""
    held: list[str] = []
    size, first = 0, 1
    for number, line in enumerate(lines, start=1):
        if size >= PIECE and (_OPENING.match(line) or size >= WHOLE):
            yield first, "".join(held)
            held, size, first = [], 0, number
        held.append(line)
        size += len(line)
    yield first, "".join(held)


def _blocks(first: int, text: str, macros: dict[str, str]) -> Iterator[Block]:
    from bibtexparser.exceptions import BlockAbortedException
    from bibtexparser.model import Entry, ParsingFailedBlock, String

    for block, raw in _parsed(_ODD_OPENING.sub(_usual, text)):
        line = first + (block.start_line or 0)
        while isinstance(block, ParsingFailedBlock) and block.ignore_error_block is not None:
            block = block.ignore_error_block  # a repeated key or field is no fault to us
        if isinstance(block, String):
            macros[block.key.lower()] = expand(block.value, macros)
        elif isinstance(block, Entry):
            pairs = [(field.key, str(field.value)) for field in block.fields]
            yield Block(line, block.entry_type.lower(), _fields(pairs, macros))
        elif isinstance(block, ParsingFailedBlock) and not _NO_ENTRY.match(raw):
            error = block.error
            why = error.abort_reason if isinstance(error, BlockAbortedException) else str(error)
            fields = _fields(salvage(raw).items(), macros)
            yield Block(line, "", fields, "" if fields.get("title") else " ".join(why.split()))


def _parsed(text: str) -> Iterator[tuple["ParsedBlock", str]]:
    """Yield the parser's blocks but remarks, each with its text up to the next one."""
    from bibtexparser.model import ImplicitComment
    from bibtexparser.splitter import Splitter

    found = Splitter(text).split().blocks
    blocks = [block for block in found if not isinstance(block, ImplicitComment)]
    lines = text.splitlines(keepends=True)
    starts = [*(block.start_line or 0 for block in blocks), len(lines)]
    before = -1
    for block, (start, end) in zip(blocks, pairwise(starts), strict=True):
        alone = before < start < end
        yield block, "".join(lines[start:end]) if alone else block.raw or ""
        before = start


def _usual(found: re.Match[str]) -> str:
    """Write an opening as the parser knows it; line ends inside move before it."""
    indent, kind, gap = found.groups()
    return "\n" * gap.count("\n") + f"{indent}@{re.sub(r'[^a-zA-Z0-9_]', '', kind) or 'misc'}{{"


def _fields(pairs: Iterable[tuple[str, str]], macros: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, raw in pairs:
        if key.lower() not in found:  # BibTeX keeps the first
            found[key.lower()] = expand(raw, macros)
    return found


def _draft(block: Block) -> Draft:
    fields = block.fields
    return Draft(
        title=plain(_title(block)),
        abstract=plain(fields.get("abstract", "")),
        authors=people(fields.get("author", "")),
        year=plain(fields.get("year") or fields.get("date") or fields.get("issued") or ""),
        venue=plain(_venue(fields)),
        url=verbatim(fields.get("url") or fields.get("howpublished") or ""),
        names={kind: verbatim(text) for kind, text in _names(fields).items()},
        retraction=in_note(plain(fields.get("note", ""))),
    )


def _title(block: Block) -> str:
    title = block.fields.get("title", "")
    if not title and block.kind in _COLLECTIONS:
        return block.fields.get("booktitle", "")
    subtitle = block.fields.get("subtitle", "")
    return f"{title}: {subtitle}" if title and subtitle else title or subtitle


def _venue(fields: Mapping[str, str]) -> str:
    keys = ("journal", "journaltitle", "booktitle", "shortjournal", "series")
    venue = next((fields[key] for key in keys if fields.get(key)), "")
    # What a preprint was published as is the archive; else this tells an address or a way.
    return venue or ("arXiv" if fields.get("howpublished", "").lower() == "arxiv" else "")


def _names(fields: Mapping[str, str]) -> dict[str, str]:
    names = {kind: fields.get(kind, "") for kind in ("doi", "pmid", "pmcid", "arxiv")}
    names["arxiv"] = names["arxiv"] or fields.get("arxivid", "")
    archive = (fields.get("archiveprefix") or fields.get("eprinttype") or "").lower()
    eprint = fields.get("eprint", "")
    if archive in ("pubmed", "pmid"):
        names["pmid"] = names["pmid"] or eprint
    elif archive in ("arxiv", ""):
        names["arxiv"] = names["arxiv"] or eprint
    # Google Scholar writes "arXiv preprint arXiv:1706.03762", DBLP "CoRR abs/1706.03762".
    for told in (fields.get("journal", ""), fields.get("volume", "")):
        if "arxiv:" in told.lower() or told.startswith("abs/"):
            names["arxiv"] = names["arxiv"] or told
    return names
