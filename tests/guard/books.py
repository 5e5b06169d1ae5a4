"""Small workbooks in the form of Excel, written by hand so that they can be as odd as needed."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def sheet(rows: Sequence[Sequence[str]]) -> str:
    """Return a worksheet with the texts in its cells."""
    inside = "".join(
        f'<row r="{number}">' + "".join(_cell(text) for text in row) + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{SPACE}"><sheetData>{inside}</sheetData></worksheet>'


def _cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def book(sheets: Mapping[str, str], strings: str = "<sst/>", **changed: str) -> bytes:
    """Return a workbook with these sheets; ``changed`` replaces members by their stems."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"/>'
        for at, name in enumerate(names, start=1)
    )
    related = "".join(
        f'<Relationship Id="rId{at}" Type="{RELATED}/worksheet" Target="worksheets/s{at}.xml"/>'
        for at, _ in enumerate(names, start=1)
    )
    members = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": changed.get("workbook")
        or f'<workbook xmlns="{SPACE}" xmlns:r="{RELATED}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": changed.get("rels")
        or f"<Relationships>{related}"
        f'<Relationship Id="t" Type="{RELATED}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        "</Relationships>",
        "xl/sharedStrings.xml": strings,
    }
    worksheets = {f"xl/worksheets/s{at}.xml": sheets[n] for at, n in enumerate(names, start=1)}
    return zipped({**members, **worksheets})
