"""DOCX: a Word document with real footnotes, each with its quote, source and mark.

python-docx knows no footnotes, so their part is made here and hung into its document. A
sentence that is cited twice has two equal footnotes: a word processor gives each reference
one of its own, and LibreOffice leaves a second reference to the same one empty.
"""

import io
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from rag.errors import ModelUnavailable
from rag.exports.exported import Exported, Options
from rag.exports.page import Line, Note, Page, document
from rag.exports.safe import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_SEPARATORS = "".join(
    f'<w:footnote w:type="{kind}" w:id="{n}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
    for n, kind in ((-1, "separator"), (0, "continuationSeparator"))
)


def write(exported: Exported, options: Options) -> bytes:
    """Return the document.

    Raises:
        ModelUnavailable: The extra ``docx`` is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise ModelUnavailable(
            "DOCX needs python-docx; install it with: pip install 'attest-rag[docx]'"
        ) from error
    whole = document(exported, options)
    made: Any = docx.Document()
    _dressed(made, exported)
    notes: list[Note] = []
    for number, page in enumerate(whole.pages, start=1):
        _write_page(made, page, number, notes)
    if whole.references:
        _add(made, "Heading2", "References")
    for text, link in whole.references:
        _add(made, "AttestReference", f"{text} {link}".strip())
    _add(made, "AttestSeal", whole.seal)
    _hang(made, notes)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _write_page(made: Any, page: Page, number: int, notes: list[Note]) -> None:  # noqa: ANN401
    _add(made, "Heading1", page.question)
    for line in page.lines:
        _fill(_add(made, "AttestLine"), line, page, notes)
    _add(made, "AttestSeal", page.seal(number))


def _add(made: Any, style: str, text: str = "") -> Any:  # noqa: ANN401
    """Add a paragraph in the style of this id; looking styles up by name takes 2 ms each."""
    paragraph = made.add_paragraph(text)
    paragraph._p.style = style
    return paragraph


def _fill(paragraph: Any, line: Line, page: Page, notes: list[Note]) -> None:  # noqa: ANN401
    """Write a line, and add the notes that it refers to."""
    by_number = {note.n: note for note in page.notes}
    oxml: Any = import_module("docx.oxml")
    qn: Any = import_module("docx.oxml.ns").qn
    for place, part in enumerate(line):
        if isinstance(part, int):
            notes.append(by_number[part])
            mark = oxml.OxmlElement("w:footnoteReference")
            mark.set(qn("w:id"), str(len(notes)))
            run = paragraph.add_run()._r
            run.style = "footnotereference"
            run.append(mark)
        elif part != " " or (place and isinstance(line[place - 1], int)):
            # A mark stands close to its word; a blank keeps two marks apart.
            paragraph.add_run(part)


def _dressed(made: Any, exported: Exported) -> None:  # noqa: ANN401
    """Add the styles that Word knows but python-docx's template lacks, and ours."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    styles = made.styles
    for name in ("footnote text", "Attest Line", "Attest Reference", "Attest Seal"):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    note = styles["footnote text"]
    note.font.size = Pt(9)
    note.paragraph_format.line_spacing = 1.0
    note.paragraph_format.space_after = Pt(2)
    styles["Attest Seal"].font.size = Pt(8)
    styles["Attest Seal"].font.color.rgb = RGBColor(0x59, 0x63, 0x6E)
    styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER).font.superscript = True
    times = [item.time for item in exported.items if item.time]
    made.core_properties.author = "Attest"
    first = next((item.answer.question for item in exported.items), "")
    made.core_properties.title = tidy(first)[:200]
    if times:
        made.core_properties.created = datetime.fromisoformat(max(times))


def _hang(made: Any, notes: list[Note]) -> None:  # noqa: ANN401
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    inner = "".join(_footnote(n, note) for n, note in enumerate(notes, start=1))
    text = f'<w:footnotes xmlns:w="{_NAMES}">{_SEPARATORS}{inner}</w:footnotes>'
    content = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}'.encode()
    part = Part(PackURI("/word/footnotes.xml"), _TYPE, content, made.part.package)
    made.part.relate_to(part, _KIND)


def _footnote(number: int, note: Note) -> str:
    first = '<w:r><w:rPr><w:rStyle w:val="footnotereference"/></w:rPr><w:footnoteRef/></w:r>'
    lines = list(_texts(note))
    paragraphs = "".join(
        '<w:p><w:pPr><w:pStyle w:val="footnotetext"/></w:pPr>'
        f"{first if not place else ''}"
        f'<w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>'
        for place, line in enumerate(lines)
    )
    return f'<w:footnote w:id="{number}">{paragraphs}</w:footnote>'


def _texts(note: Note) -> "Iterator[str]":
    yield f" “{note.quote}”"
    yield note.reference
    if note.link:
        yield note.link
    yield note.mark
