"""Exported pages as others' tools read them: questions, texts, notes and references.

A page is compared with what the answer says, by every character; in a PDF, where lines are
broken and words divided, a quote by its letters and digits, in at most two pieces, because a
footnote may run on to the next page.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any, NamedTuple

from eval.bench.comparing import Seen, Tally, compared, letters
from eval.bench.pandocpage import Shown, pandoc
from eval.bench.programs import NotInstalled, converted, found, output
from eval.bench.webpagereader import html
from rag.exports.exported import Exported, Options
from rag.exports.page import Document, Note, Page, document, told

Export = tuple[Exported, Path]
_MARKER = re.compile(r"\s*\[\d+\]")


class Reader(NamedTuple):
    """A tool that reads a format of pages."""

    form: str
    tool: str
    read: Callable[[Sequence[Export], Path], Iterator[Seen]]


def tally(reader: Reader, exports: Sequence[Export], folder: Path) -> Tally:
    """Return what a tool read of some exports; what it writes goes into a folder."""
    seen: list[Seen] = []
    try:
        seen += reader.read(exports, folder)
    except NotInstalled as missing:
        return Tally(reader.form, reader.tool, remarks=(str(missing),))
    return Tally(reader.form, reader.tool, tuple(seen))


def _written(exported: Exported, *, each_use: bool) -> Shown:
    """Return what the pages say; a note once, or as often as it is referred to."""
    whole = document(exported, Options())
    notes = [note for page in whole.pages for note in (_used(page) if each_use else page.notes)]
    return Shown(
        [_told(page) for page in whole.pages],
        [{"quote": each.quote, "source": each.reference, "link": each.link} for each in notes],
        [{"reference": f"{text} {link}".strip()} for text, link in whole.references],
    )


def _told(page: Page) -> dict[str, str]:
    return {"question": page.question, "text": " ".join(told(line) for line in page.lines)}


def _used(page: Page) -> list[Note]:
    by_number = {note.n: note for note in page.notes}
    return [by_number[part] for line in page.lines for part in line if isinstance(part, int)]


def _shown(
    show: Callable[[Path], Shown], *, each_use: bool
) -> Callable[[Sequence[Export], Path], Iterator[Seen]]:
    def read(exports: Sequence[Export], _: Path) -> Iterator[Seen]:
        for exported, path in exports:
            written = _written(exported, each_use=each_use)
            for ours, theirs in zip(written, show(path), strict=True):
                yield from compared(ours, theirs)

    return read


def _python_docx(exports: Sequence[Export], _: Path) -> Iterator[Seen]:
    import docx

    for exported, path in exports:
        written = _written(exported, each_use=True)
        opened: Any = docx.Document(str(path))
        styled = [(each.style.name, each.text) for each in opened.paragraphs]
        pages: list[dict[str, str]] = []
        for style, text in styled:
            if style == "Heading 1":
                pages.append({"question": text, "text": ""})
            elif style == "Attest Line":
                pages[-1]["text"] += f" {text}"
        # It gives no footnote marks, so none is wanted.
        ours = [{**page, "text": _MARKER.sub("", page["text"])} for page in written.pages]
        theirs = [{**page, "text": _MARKER.sub("", page["text"])} for page in pages]
        yield from compared(ours, theirs)
        entries = [{"reference": text} for style, text in styled if style == "Attest Reference"]
        yield from compared(written.references, entries)


def _word_pdf(exports: Sequence[Export], folder: Path) -> Iterator[Seen]:
    found("pdftotext")
    pages = converted([path for _, path in exports], "pdf", folder / "word-pdf")
    for (exported, _), page in zip(exports, pages, strict=True):
        yield from _printed(document(exported, Options()), page)


def _latex(exports: Sequence[Export], folder: Path) -> Iterator[Seen]:
    found("pdftotext")
    found("pdflatex")
    place = folder / "latex-pdf"
    place.mkdir(exist_ok=True)
    for exported, path in exports:
        flags = ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error")
        try:
            for _ in range(2):
                output("pdflatex", *flags, f"-output-directory={place}", str(path))
        except CalledProcessError as error:
            yield Seen("compiled", "yes", str(error.stdout[-200:]))
            continue
        yield Seen("compiled", "yes", "yes")
        log = (place / f"{path.stem}.log").read_text(encoding="utf-8", errors="replace")
        yield Seen("open citations", "0", str(log.count("undefined")))
        yield from _printed(document(exported, Options()), place / f"{path.stem}.pdf")


def _printed(whole: Document, pdf: Path) -> Iterator[Seen]:
    text = letters(output("pdftotext", str(pdf), "-"))
    for page in whole.pages:
        yield _within("question", page.question, text)
        yield from (_within("quote", note.quote, text) for note in page.notes)
    yield from (_within("reference", entry, text) for entry, _ in whole.references)


def _within(field: str, wanted: str, text: str) -> Seen:
    bare = letters(wanted)
    if any(bare[:cut] in text and bare[cut:] in text for cut in range(len(bare), 0, -1)):
        return Seen(field, bare, bare)
    length = next(n for n in range(len(bare), -1, -1) if bare[:n] in text)
    start = text.find(bare[:length])
    return Seen(field, bare, text[start : start + len(bare)])


def _csv(exports: Sequence[Export], _: Path) -> Iterator[Seen]:
    for exported, path in exports:
        written = [
            (claim.text, cited[n].quote, cited[n].paper_id)
            for item in exported.items
            for cited in ({each.n: each for each in item.answer.citations},)
            for claim in item.answer.claims
            for n in claim.citations
        ]
        with path.open(encoding="utf-8", newline="") as file:
            rows = [(row["text"], row["quote"], row["paper_id"]) for row in csv.DictReader(file)]
        names = ("claim", "quote", "paper")
        yield from compared(
            [dict(zip(names, row, strict=True)) for row in written],
            [dict(zip(names, map(_unguarded, row), strict=True)) for row in rows],
        )


def _unguarded(cell: str) -> str:
    return cell[1:] if re.match(r"'[\s\W]*?[=+\-@＝＋－＠]", cell) else cell


def _calc(exports: Sequence[Export], folder: Path) -> Iterator[Seen]:
    sheets = converted([path for _, path in exports], "fods", folder / "calc")
    for (_, path), sheet in zip(exports, sheets, strict=True):
        if not sheet.exists():
            raise NotInstalled("not read: LibreOffice Calc is not installed")
        content = sheet.read_text(encoding="utf-8")
        with path.open(encoding="utf-8", newline="") as file:
            rows = sum(1 for _ in csv.reader(file))
        yield Seen("formula cells", "0", str(content.count("table:formula=")))
        yield Seen("rows", str(rows), str(_rows(content)))


def _rows(sheet: str) -> int:
    """Return the rows of a sheet that hold something; equal ones are written once, with a count."""
    rows = re.findall(r"<table:table-row\b([^>]*)>(.*?)</table:table-row>", sheet, re.DOTALL)
    repeated = (re.search(r'number-rows-repeated="(\d+)"', head) for head, body in rows
                if "<text:p>" in body)  # fmt: skip
    return sum(int(each[1]) if each else 1 for each in repeated)


def _json(exports: Sequence[Export], _: Path) -> Iterator[Seen]:
    for exported, path in exports:
        content = json.loads(path.read_text(encoding="utf-8"))
        abstracts = {paper["id"]: paper["abstract"] for paper in content["papers"]}
        for item, answer in zip(exported.items, content["answers"], strict=True):
            yield Seen("question", item.answer.question, answer["question"])
            yield Seen("text", item.answer.text, answer["answer"])
            for each, cited in zip(item.answer.citations, answer["citations"], strict=True):
                told = abstracts[cited["paper_id"]][cited["start"] : cited["end"]]
                yield Seen("quote", each.quote, told)


READERS = (
    Reader("markdown", "pandoc", _shown(pandoc("commonmark+footnotes"), each_use=True)),
    Reader("html", "html.parser", _shown(html, each_use=False)),
    Reader("docx", "python-docx", _python_docx),
    Reader("docx", "pandoc", _shown(pandoc("docx"), each_use=True)),
    Reader("docx", "LibreOffice, pdftotext", _word_pdf),
    Reader("latex", "pdflatex, pdftotext", _latex),
    Reader("csv", "csv", _csv),
    Reader("csv", "LibreOffice Calc", _calc),
    Reader("json", "json", _json),
)
