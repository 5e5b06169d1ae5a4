"""Workbooks: the sheet that is read, the texts in its cells, and what hostile ones are refused."""

from pathlib import Path

import pytest
from books import book, sheet, zipped
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import grows_linearly

from rag.errors import SourceError
from rag.schema import Record, Rejection
from rag.sources import read_papers

HEADER = ("PMID", "Article Title", "Authors", "Publication Year", "Abstract")
BEES = ("31415926", "Bees & <gardens>", "Roe, Jane; Wit, Piet", "2021", "One.\nTwo.")
ANTS = ("27182818", "Ants", "Ost, Ann", "2020", "Three.")


def read(folder: Path, data: bytes) -> list[Record | Rejection]:
    path = folder / "a.xlsx"
    path.write_bytes(data)
    return list(read_papers(path))


def titles(folder: Path, data: bytes) -> list[str]:
    return [one.title for one in read(folder, data) if isinstance(one, Record)]


def complaint(folder: Path, data: bytes) -> str:
    """Return the message where the workbook as a whole is refused."""
    try:
        found = read(folder, data)
    except SourceError as error:
        return str(error)
    assert [one.source.position for one in found] in ([0] * len(found), [*range(1, len(found) + 1)])
    return ""


def rows_of(*rows: str) -> str:
    return f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>"


def test_a_sheet_is_read_like_any_table(tmp_path: Path):
    bees, ants = read(tmp_path, book({"Hits": sheet([HEADER, BEES, ANTS])}))

    assert isinstance(bees, Record)
    assert (bees.title, bees.abstract, bees.year) == ("Bees & <gardens>", "One. Two.", 2021)
    assert bees.authors == ("Jane Roe", "Piet Wit")
    assert bees.identifiers.pmid == "31415926"
    assert (bees.source.format, bees.source.position) == ("workbook", 1)
    assert bees.source.file == str(tmp_path / "a.xlsx")
    assert isinstance(ants, Record)
    assert ants.source.position == 2


def test_every_kind_of_cell_tells_its_text(tmp_path: Path):
    strings = (
        "<sst><si><t>Title</t></si><si><r><rPr/><t>Be</t></r><r><t>es</t></r>"
        "<rPh><t>no</t></rPh></si><si><t>line_x000D_end _x005F_x41_</t></si></sst>"
    )
    cells = rows_of(
        '<row r="1"><c r="A1" t="s"><v>0</v></c>'
        '<c r="C1" t="inlineStr"><is><t>Abstract</t></is></c>'
        '<c t="str"><v>Year</v></c><c t="str"><v>PMID</v></c></row>',
        '<row r="5"><c r="A5" t="s"><v>1</v></c><c r="C5" t="s"><v>2</v></c>'
        "<c><f>2000+1</f><v>2001.0</v></c><c><v>3.1415926E7</v></c></row>",
        '<row r="6"><c t="str"><f>A5</f><v>Ants</v></c><c t="b"><v>1</v></c>'
        '<c t="e"><v>#N/A</v></c><c t="s"><v>99</v></c></row>',
    )
    bees, ants = read(tmp_path, book({"S": cells}, strings))

    assert isinstance(bees, Record)
    assert (bees.title, bees.abstract) == ("Bees", "line end _x41_")
    assert (bees.year, bees.identifiers.pmid) == (2001, "31415926")
    assert isinstance(ants, Record)
    assert (ants.title, ants.abstract, ants.year) == ("Ants", "", None)


def test_dates_that_are_numbers_give_their_year(tmp_path: Path):
    cells = rows_of(
        '<row><c t="str"><v>Title</v></c><c t="str"><v>Publication Date</v></c></row>',
        '<row><c t="str"><v>Bees</v></c><c><v>43830</v></c></row>',
    )
    (bees,) = read(tmp_path, book({"S": cells}))
    assert isinstance(bees, Record)
    assert bees.year == 2019


def test_the_first_sheet_with_names_of_columns_is_read_and_others_are_told(tmp_path: Path):
    data = book(
        {
            "Cover": sheet([["What we found in 2021"], ["by Jane Roe", "and others"]]),
            "In": sheet([["Search of May"], [], HEADER, BEES]),
            "Out": sheet([HEADER, ANTS]),
        }
    )
    bees, out = read(tmp_path, data)
    assert isinstance(bees, Record)
    assert isinstance(out, Rejection)
    assert "sheet Out: not read" in out.reason
    assert out.source.position == 2


def test_a_hidden_sheet_comes_last(tmp_path: Path):
    workbook = (
        '<workbook xmlns:r="r"><sheets><sheet name="A" state="hidden" r:id="rId1"/>'
        '<sheet name="B" r:id="rId2"/></sheets></workbook>'
    )
    sheets = {"A": sheet([HEADER, BEES]), "B": sheet([HEADER, ANTS])}
    assert titles(tmp_path, book(sheets, workbook=workbook)) == ["Ants"]


def test_empty_rows_are_no_entries_and_others_without_title_are_told(tmp_path: Path):
    rows = [HEADER, ["", " "], ["7"], BEES, HEADER]
    broken, bees = read(tmp_path, book({"S": sheet(rows)}))
    assert isinstance(broken, Rejection)
    assert broken.reason.startswith("line 3: neither title nor abstract; columns read: title = Art")
    assert isinstance(bees, Record)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (book({"S": sheet([["a", "b"], ["c", "d"]])}), "no sheet of papers"),
        (book({"S": "<worksheet><row>"}), "no element found"),
        (book({"S": "<!DOCTYPE a [<!ENTITY x 'y'>]><worksheet>&x;</worksheet>"}), "document type"),
        (book({"S": "<!DOCTYPE a SYSTEM 'http://a.example/a.dtd'><worksheet/>"}), "document type"),
        (book({"S": "<worksheet>&x;</worksheet>"}), "undefined entity"),
        (book({"S": "<a>" * 1_000}), "inside each other"),
        (book({"S": f'<worksheet a="{"x" * 3_000_000}"/>'}), "a tag over 1 MiB"),
        (book({"S": rows_of("<row/>" * 1_100_000)}), "more than 1048576 rows"),
        (book({"S": sheet([HEADER, BEES])}, "<sst><si>"), "damaged workbook"),
        (book({"S": sheet([HEADER, BEES])}, workbook="nothing"), "damaged workbook"),
        (zipped({"[Content_Types].xml": "", "word/document.xml": "x"}), "office document"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "office document"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused_with_one_line(tmp_path, data: bytes, why: str):
    with pytest.raises(SourceError, match=why) as caught:
        read(tmp_path, data)
    assert "\n" not in str(caught.value)
    assert "a.xlsx" in str(caught.value)


def test_rows_before_the_damage_are_kept(tmp_path: Path):
    whole = sheet([HEADER, *[BEES] * 500])
    *records, last = read(tmp_path, book({"S": whole[: len(whole) // 2]}))
    assert 200 < len(records) < 300
    assert isinstance(last, Rejection)
    assert "nothing after this was read" in last.reason
    assert last.source.position == len(records) + 1


def test_a_long_text_that_many_rows_share_is_a_bomb(tmp_path: Path):
    strings = f"<sst><si><t>Title</t></si><si><t>{'bee ' * 500_000}</t></si></sst>"
    head = '<row><c t="s"><v>0</v></c><c t="str"><v>Abstract</v></c></row>'
    row = '<row><c t="str"><v>Bees</v></c><c t="s"><v>1</v></c></row>'
    with pytest.raises(SourceError, match="bomb"):
        read(tmp_path, book({"S": rows_of(head, row * 5_000)}, strings))


def test_a_cell_that_swells_is_a_bomb(tmp_path: Path):
    rows = [HEADER, *[BEES] * 100, ("1", "x" * 70_000_000)]
    *records, last = read(tmp_path, book({"S": sheet(rows)}))
    assert len(records) == 100
    assert isinstance(last, Rejection)
    assert "bomb" in last.reason or "a row over 64 MiB" in last.reason


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6))
def test_every_row_that_is_written_comes_back(tmp_path_factory, table):
    folder = tmp_path_factory.mktemp("rows")
    found = read(folder, book({"S": sheet([("Title", "Abstract"), *table])}))
    full = [row for row in table if any(cell.strip() for cell in row)]
    assert [one.source.position for one in found] == list(range(1, len(full) + 1))


GOOD = book({"S": sheet([HEADER, BEES, ANTS])})


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=6), st.integers(0, 9))
def test_a_damaged_workbook_raises_nothing_but_a_source_error(tmp_path_factory, at, bits, cut):
    data = GOOD[:at] + bits + GOOD[at + cut :]
    assert "\n" not in complaint(tmp_path_factory.mktemp("damage"), data)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>/=\"'&;!?[]-cvtrowsi \x00\ufffe1", max_size=80))
def test_a_sheet_of_anything_raises_nothing_but_a_source_error(tmp_path_factory, text: str):
    folder = tmp_path_factory.mktemp("sheet")
    for member in (text, rows_of(text), sheet([HEADER, BEES]).replace("Ants", text)):
        assert "\n" not in complaint(folder, book({"S": member}))


def test_reading_takes_linear_time(tmp_path: Path):
    def work(count: int) -> None:
        read(tmp_path, book({"S": sheet([HEADER, *[BEES] * count])}))

    assert grows_linearly(work, size=2_000)


@pytest.mark.parametrize("part", ["<row/>", "<a/>", "&#65;", "<!-- -->", "<si/>", " "])
def test_odd_parts_take_linear_time(tmp_path: Path, part: str):
    def work(count: int) -> None:
        cells = rows_of(f"<row><c t='str'><v>Title</v></c><c><v>{part * count}</v></c></row>")
        complaint(tmp_path, book({"S": cells}, f"<sst>{part * count}</sst>"))

    assert grows_linearly(work, size=50_000)
