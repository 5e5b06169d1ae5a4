"""Exports as others' tools read them, and what each format holds."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from exportable import ABSTRACT, BATS, OWLS, answered, citation, exported, saved, tags, text

from rag.exports.bibtex import record
from rag.exports.exported import Item, gathered
from rag.exports.formats import FORMATS, format_of
from rag.schema import Refusal


def test_a_format_is_told_by_the_ending_of_a_file():
    for name, form in FORMATS.items():
        assert format_of(Path(f"x{form.suffixes[0]}")) == name


def test_bibtex_is_read_by_bibtexparser():
    read = parse_string(text("bibtex"))
    assert not read.failed_blocks
    assert len(read.entries) == 2
    owls = read.entries[0]
    assert owls.entry_type == "article"
    assert owls["title"] == r"Owls \& {BERT}: a study\_of 5\% \{x\}"
    assert owls["year"] == "2019"
    assert owls["doi"] == "10.1000/owl_1"
    assert "{The ATLAS Collaboration}" in owls["author"]
    assert owls["author"].startswith("Ōno, María José and van Beethoven, Ludwig")
    assert len({entry.key for entry in read.entries}) == 2


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("a {b} c", r"a \{b\} c"),
        ("a } b {", r"a {\textbraceright} b {\textbraceleft}"),
        ("a {bERT} c", r"a {{\textbraceleft}bERT{\textbraceright}} c"),
    ],
)
def test_braces_of_a_title_stay_in_pairs_that_bibtex_can_count(plain: str, written: str):
    paper = BATS.model_copy(update={"title": plain, "venue": "Proceedings of Owls"})
    page = record(paper, "key")
    assert f"title = {{{written}}}," in page
    assert "booktitle = {{Proceedings of Owls}}," in page
    assert not parse_string(page).failed_blocks


def test_ris_is_read_by_rispy():
    owls, bats = rispy.loads(text("ris"))
    assert owls["title"] == OWLS.title
    assert owls["abstract"] == ABSTRACT
    assert owls["authors"][0] == "Ōno, María José"
    assert owls["authors"][2] == "The ATLAS Collaboration"
    assert owls["year"] == "2019"
    assert owls["doi"] == "10.1000/owl_1"
    assert bats["title"] == "Bats hear"


def test_csl_is_read_by_citeproc():
    from citeproc.source.json import CiteProcJSON

    items = json.loads(text("csl"))
    assert [each["title"] for each in items] == [OWLS.title, "Bats hear"]
    assert set(CiteProcJSON(items)) == {each["id"].lower() for each in items}
    assert items[0]["issued"] == {"date-parts": [[2019]]}
    assert items[0]["DOI"] == "10.1000/owl_1"


def test_csv_has_a_row_for_every_claim_and_quote():
    rows = list(csv.DictReader(io.StringIO(text("csv"))))
    assert [(row["claim"], row["marker"], row["paper_id"]) for row in rows] == [
        ("1", "1", "owl"), ("2", "2", "bat"), ("2", "1", "owl"),
    ]  # fmt: skip
    assert rows[0]["quote"] == ABSTRACT[:25]


def test_json_is_the_contract_with_what_made_it():
    content = json.loads(text("json"))
    (one,) = content["answers"]
    assert one["question"] == "What do owls do?"
    assert one["citations"][0]["quote"] == ABSTRACT[:25]
    assert {"filters", "model", "settings", "library"} <= one.keys()


def test_markdown_and_latex_hold_quote_paper_and_verdict():
    page = text("markdown")
    assert page.count("[^1-1]") >= 2
    assert "Owls hunt at night" in page
    assert "1 sentence was dropped" in page
    latex = text("latex")
    assert r"\begin{document}" in latex
    assert latex.count(r"\cite") >= 2


def test_html_is_one_file_that_runs_and_loads_nothing():
    found = tags(text("html"))
    names = {tag for tag, _ in found}
    assert not names & {"script", "img", "iframe", "svg", "form", "link", "object", "embed"}
    assert "details" in names
    policy = [each for tag, each in found if tag == "meta" and "http-equiv" in each]
    assert "default-src 'none'" in str(policy)
    links = [each["href"] or "" for tag, each in found if tag == "a" and "href" in each]
    assert all(each.startswith(("#", "https://doi.org/", "https://arxiv.org/")) for each in links)


def test_docx_has_real_footnotes_with_the_quotes(tmp_path: Path):
    from docx import Document

    path = saved(tmp_path, "docx")
    with zipfile.ZipFile(path) as parts:
        notes = parts.read("word/footnotes.xml").decode()
        body = parts.read("word/document.xml").decode()
    assert "Owls hunt at night" in notes
    assert body.count("<w:footnoteReference ") == 3
    assert "What do owls do?" in "\n".join(each.text for each in Document(str(path)).paragraphs)


@pytest.mark.parametrize("style", ["numeric", "author-year", "vancouver"])
@pytest.mark.parametrize("order", ["cited", "author"])
def test_a_bibliography_holds_only_cited_papers(style: str, order: str):
    page = text("markdown", style=style, order=order)
    listed = page.partition("## References")[2]
    assert listed.count("2019") >= 2
    assert "Bats hear" in listed
    first = listed.index("Bats hear") < listed.index("BERT")
    assert first is (order == "author" and "王" < "Ō") or order == "cited"


def test_the_same_names_and_year_are_told_apart():
    twin = BATS.model_copy(update={"id": "bat2", "title": "Bats fly"})
    answer = answered((twin, BATS))
    page = text("markdown", exported(answer, (twin, BATS)), style="author-year")
    assert "2019a" in page
    assert "2019b" in page


def test_a_refusal_is_exported_with_what_came_nearest():
    refused = answered().model_copy(
        update={
            "claims": (),
            "citations": (),
            "refusal": Refusal(
                reason="it holds no paper on this.",
                probability=0.1,
                nearest=(citation(1, BATS, 0, 10),),
            ),
        }
    )
    for form in ("markdown", "html", "csv", "json", "latex"):
        page = text(form, exported(refused))
        assert "holds no paper on this" in page
        assert "Bats hear." in page


def test_a_paper_that_is_gone_is_told_by_its_citation():
    made = gathered([Item(answer=answered())], {})
    assert [paper.title for paper in made.papers] == [OWLS.title, "Bats hear"]
