"""Every string of the shared hostile lists in every field: nothing obeyed, all read back equal."""

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from exportable import CHECKABLE, saved, tags, text
from hostiletexts import abstract, exported_of, hostile_texts, venue
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from rag.exports.checking import check
from rag.exports.exported import Exported
from rag.exports.reread import reread
from rag.exports.ris import name
from rag.exports.safe import tidy
from rag.schema import Record
from rag.sources import read_papers
from rag.sources.cleaning import visible

pytestmark = pytest.mark.may_skip("the lists lie beside the checkout, not in it")


class Hostile(NamedTuple):
    texts: list[str]
    made: Exported

    def fields(self) -> Iterator[dict[str, str]]:
        """What a reader should find of each paper."""
        for number, value in enumerate(self.texts):
            found = {"title": value, "abstract": abstract(value), "venue": venue(number, value)}
            yield {key: tidy(each) for key, each in found.items() if tidy(each)}


@pytest.fixture(scope="module")
def hostile() -> Hostile:
    data = Path(__file__).parents[3] / "shared" / "data"
    if not data.is_dir():
        pytest.skip("needs the shared data beside the checkout (../shared/data)")
    texts = hostile_texts(data)
    assert len(texts) > 590
    return Hostile(texts, exported_of(texts))


def test_ris_holds_the_records_and_no_other(hostile: Hostile):
    page = text("ris", hostile.made)
    assert len(re.findall(r"(?m)^TY  - ", page)) == len(hostile.texts)
    assert len(re.findall(r"(?m)^ER  - ", page)) == len(hostile.texts)
    told = {"title": "title", "abstract": "abstract", "secondary_title": "venue"}
    read = rispy.loads(page)
    found = [{told[tag]: row[tag] for tag in told if tag in row} for row in read]
    assert found == list(hostile.fields())
    authors = [[each for each in (value, f"Ann {value}") if tidy(each)] for value in hostile.texts]
    assert [row["authors"] for row in read] == [
        [name(tidy(each)) for each in row] for row in authors
    ]


def test_bibtex_holds_the_records_and_no_other(hostile: Hostile):
    page = text("bibtex", hostile.made)
    assert len(re.findall(r"(?m)^@", page)) == len(hostile.texts)
    read = parse_string(page)
    assert not read.failed_blocks
    known = get_default_latex_context_db()
    # These three pylatexenc does not know, or knows as another sign.
    signs = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^"}
    known.add_context_category(
        "ours", prepend=True, macros=[MacroTextSpec(*each) for each in signs.items()]
    )
    decoder = LatexNodes2Text(math_mode="verbatim", latex_context=known, strict_latex_spaces=True)
    told = {"title": "title", "abstract": "abstract", "journal": "venue", "booktitle": "venue"}
    found = [
        {told[f.key]: decoder.latex_to_text(f.value) for f in entry.fields if f.key in told}
        for entry in read.entries
    ]
    assert found == list(hostile.fields())


def test_csl_and_json_hold_the_records_and_no_other(hostile: Hostile):
    items = json.loads(text("csl", hostile.made))
    told = {"title": "title", "abstract": "abstract", "container-title": "venue"}
    found = [{told[key]: item[key] for key in told if key in item} for item in items]
    assert found == list(hostile.fields())
    content = json.loads(text("json", hostile.made))
    assert [each["question"] for each in content["answers"]] == hostile.texts
    assert [each["title"] for each in content["papers"]] == hostile.texts


def unmarked(cell: str) -> str:
    """Return a cell as it was before it was made harmless, by what OWASP counts as formulas."""
    guarded = cell.startswith("'") and re.match(r"[\s\W]*?[=+\-@＝＋－＠]", cell[1:])
    return cell[1:] if guarded else cell


def test_csv_has_no_cell_that_is_a_formula(hostile: Hostile):
    rows = list(csv.DictReader(io.StringIO(text("csv", hostile.made), newline="")))
    assert len(rows) == len(hostile.texts)
    cells = [cell for row in rows for cell in row.values()]
    assert not [each for each in cells if re.match(r"[\s\"“”‘’`;,|]*[=+\-@＝＋－＠\t\r\n]", each)]
    cited = [item.answer.citations[0] for item in hostile.made.items]
    told = zip(rows, hostile.fields(), hostile.texts, cited, strict=True)
    for row, fields, value, citation in told:
        assert unmarked(row["title"]) == fields.get("title", "")
        assert unmarked(row["venue"]) == fields["venue"]
        assert unmarked(row["question"]) == unmarked(row["text"]) == tidy(value)
        assert unmarked(row["quote"]) == tidy(citation.quote)


_TAGS = frozenset(
    "html head meta title style body main article h1 h2 p a ol ul li details summary span "
    "blockquote code".split()
)


def test_html_holds_no_tag_of_theirs(hostile: Hostile):
    found = tags(text("html", hostile.made))
    assert {tag for tag, _ in found} == _TAGS
    assert {name for _, each in found for name in each} <= {
        "lang", "charset", "http-equiv", "content", "name", "class", "href", "rel", "id", "open",
    }  # fmt: skip
    links = [each["href"] or "" for tag, each in found if tag == "a"]
    assert all(each.startswith(("#n", "https://x.test/")) for each in links)
    assert sum(tag == "article" for tag, _ in found) == len(hostile.texts)


def test_latex_holds_no_command_of_theirs(hostile: Hostile):
    page = text("latex", hostile.made)
    names = set(re.findall(r"\\([A-Za-z@]+)", page))
    assert not names & set(
        "input include write catcode immediate openin openout read newread newwrite csname def "
        "let lstinputlisting verbatiminput closein closeout loop repeat href unicode".split()
    )
    assert page.count(r"\begin{document}") == page.count(r"\end{document}") == 1


@pytest.mark.parametrize("form", CHECKABLE)
def test_what_can_be_checked_is_read_back_equal(form: str, hostile: Hostile, tmp_path: Path):
    stored = {paper.id: paper for paper in hostile.made.papers}
    report = check(reread(saved(tmp_path, form, hostile.made)), stored)
    assert [row for row in report.rows if row.faulty] == []
    assert len(report.rows) == len(hostile.texts)


@pytest.mark.parametrize("form", ["bibtex", "ris", "csl"])
def test_our_own_readers_take_the_records_in_again(form: str, hostile: Hostile, tmp_path: Path):
    records = list(read_papers(saved(tmp_path, form, hostile.made)))
    assert len(records) == len(hostile.texts)
    for record, fields in zip(records, hostile.fields(), strict=True):
        assert isinstance(record, Record)
        # In CSL-JSON a title may hold markup, and its reader takes tags and entities out.
        if form != "csl" or not re.search("[<&]", fields["venue"]):
            # What is read in loses joiners and variation selectors, which nobody sees.
            assert record.title == visible(fields.get("title", ""))
            assert record.abstract == visible(fields["abstract"])
            assert record.venue == visible(fields["venue"])


def test_a_word_document_has_no_field_and_no_link(hostile: Hostile, tmp_path: Path):
    from docx import Document

    made = Document(str(saved(tmp_path, "docx", hostile.made)))
    headings = [each.text for each in made.paragraphs if each._p.style == "Heading1"]
    assert headings == [tidy(value) or "?" for value in hostile.texts]
    assert not re.search(r"<w:(?:instrText|fldSimple|hyperlink|object|drawing)", made.element.xml)


def test_latex_compiles_without_a_shell(hostile: Hostile, tmp_path: Path):
    if shutil.which("pdflatex") is None:
        pytest.skip("needs pdflatex (Debian: texlive-latex-recommended)")
    # The labels of this style hold names, and the second run reads them from a file.
    page = text("latex", hostile.made, style="author-year")
    (tmp_path / "x.tex").write_text(page, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "x"]
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=100, check=False)
        assert done.returncode == 0, done.stdout[-2000:].decode("utf-8", "replace")


def test_markdown_is_text_to_pandoc(hostile: Hostile, tmp_path: Path):
    if shutil.which("pandoc") is None:
        pytest.skip("needs pandoc")
    path = saved(tmp_path, "markdown", hostile.made)
    command = ["pandoc", "-f", "gfm+footnotes", "-t", "json", str(path)]
    done = subprocess.run(command, capture_output=True, timeout=100, check=True)
    nodes = list(_nodes(json.loads(done.stdout)["blocks"]))
    kinds = {node["t"] for node in nodes}
    assert not kinds & {"RawInline", "RawBlock", "Image", "Math", "Table", "BlockQuote", "Emph"}
    links = [node["c"][2][0] for node in nodes if node["t"] == "Link"]
    assert all(each.startswith("https://x.test/") for each in links)
    assert sum(node["t"] == "Note" for node in nodes) == len(hostile.texts)
    assert sum(node["t"] == "Header" for node in nodes) == len(hostile.texts) + 1


def _nodes(content: object) -> Iterator[dict]:
    if isinstance(content, list):
        for each in content:
            yield from _nodes(each)
    elif isinstance(content, dict) and "t" in content:
        yield content
        yield from _nodes(content.get("c"))
