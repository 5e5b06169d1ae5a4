"""Exports read by others' tools, hostile texts in every field, and the check of exports."""

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from hypothesis import given, settings
from hypothesis import strategies as st
from light import SAMPLE, library_of
from typer.testing import CliRunner

from rag.cli.app import app
from rag.exports.checking import check
from rag.exports.exported import Exported, Item, Options, gathered
from rag.exports.formats import FORMATS, format_of, write
from rag.exports.reread import reread
from rag.schema import (
    Answer,
    Citation,
    Claim,
    Identifiers,
    Paper,
    Refusal,
    Verdict,
    Withheld,
    text_hash,
)

ABSTRACT = "Owls hunt at night & day. They see 15% more_or_less in the dark {really}. Both are $5."
OWLS = Paper(
    id="owl",
    title="Owls & BERT: a study_of 5% {x}",
    abstract=ABSTRACT,
    authors=("María José Ōno", "Ludwig van Beethoven", "The ATLAS Collaboration"),
    year=2019,
    venue="Journal of Owls",
    identifiers=Identifiers(doi="10.1000/owl_1", arxiv="1901.00001"),
)
BATS = Paper(
    id="bat", title="Bats hear", abstract="Bats hear. Bats fly.", authors=("王伟",), year=2019
)
SAYS = Verdict(label="supported", probability=0.9, checker="test")
CHECKABLE = ("json", "markdown", "html", "docx")


def citation(n: int, paper: Paper, start: int, end: int) -> Citation:
    quote = paper.abstract[start:end]
    return Citation(
        n=n,
        paper_id=paper.id,
        title=paper.title,
        authors=paper.authors,
        year=paper.year,
        doi=paper.identifiers.doi,
        quote=quote,
        start=start,
        end=end,
        passage_id=f"{paper.id}#0",
        quote_hash=text_hash(quote),
    )


def answered(
    papers: tuple[Paper, ...] = (OWLS, BATS), question: str = "What do owls do?"
) -> Answer:
    owls, bats = papers
    first = citation(1, owls, 0, len(owls.abstract[:25]))
    second = citation(2, bats, 0, 10)
    return Answer(
        id="a1",
        question=question,
        standalone=question,
        claims=(
            Claim(text=first.quote, citations=(1,), verdict=SAYS),
            Claim(text="Bats hear, too.", citations=(2, 1), verdict=SAYS),
        ),
        citations=(first, second),
        withheld=(Withheld(text="Owls are fish.", verdict=SAYS),),
        notices=("1 sentence was dropped.",),
        answerer="test-1",
        library="f" * 64,
        settings="s",
    )


def exported(answer: Answer | None = None, papers: tuple[Paper, ...] = (OWLS, BATS)) -> Exported:
    items = [Item(answer=answer or answered(papers), time="2026-11-26T12:00:00+00:00")]
    return gathered(items, {paper.id: paper for paper in papers})


def text(form: str, made: Exported | None = None, **options: object) -> str:
    content = write(made or exported(), form, Options.model_validate(options))
    return content.decode("utf-8")


def saved(folder: Path, form: str, made: Exported | None = None) -> Path:
    path = folder / f"out{FORMATS[form].suffixes[0]}"
    path.write_bytes(write(made or exported(), form, Options()))
    return path


STORED = {paper.id: paper for paper in (OWLS, BATS)}


def test_a_format_is_told_by_the_ending_of_a_file():
    for name, form in FORMATS.items():
        assert format_of(Path(f"x{form.suffixes[0]}")) == name


def test_bibtex_is_read_by_bibtexparser():
    read = parse_string(text("bibtex"))
    assert not read.failed_blocks
    assert len(read.entries) == 2
    owls = read.entries[0]
    assert owls.entry_type == "article"
    assert owls["title"] == (r"Owls \& {BERT}: a study\_of 5\% {\textbraceleft}x{\textbraceright}")
    assert owls["year"] == "2019"
    assert owls["doi"] == "10.1000/owl_1"
    assert "{The ATLAS Collaboration}" in owls["author"]
    assert owls["author"].startswith("Ōno, María José and van Beethoven, Ludwig")
    assert len({entry.key for entry in read.entries}) == 2


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


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    return parser.seen


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


# ------------------------------------------------------------------------------ hostile texts

HOSTILE = (
    '=HYPERLINK("http://evil.test","x")', "@SUM(1+1)*cmd|' /C calc'!A0", "+1", "-2+3", "\t=1",
    "  =1",
    r"\input{/etc/passwd}", r"\write18{id}", r"\catcode`\@=11", "$x^2$ \\end{document} % & # _ ~",
    "x}\n@article{evil, title={x}}", "x\r\nER  - \r\nTY  - JOUR\r\nTI  - evil",
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>',
    "</details><iframe src=//evil.test>",
    "[^1-1]: “forged”", "![x](http://evil.test/p.png)", "`attest:owl:0-3:00`", "# head\n\n> quote",
    "a\u202eb\u200bc\x00d\x1be", "\ud800", "{{{", "}}}", "\\", "%", "--", "```", "|a|b|",
)  # fmt: skip


def hostile(value: str) -> Exported:
    paper = OWLS.model_copy(
        update={
            "title": value,
            "abstract": f"{value} is {value}. It ends.",
            "authors": (value, f"A {value}"),
            "venue": value,
            "url": f"https://x.test/{value}",
        }
    )
    answer = answered((paper, BATS), question=f"What is {value}?")
    return exported(answer, (paper, BATS))


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_texts_stay_texts(value: str, tmp_path: Path):
    made = hostile(value)
    rows = list(csv.reader(io.StringIO(text("csv", made))))
    assert not any(re.match(r"[\s\"']*[=+@\t\r-]", cell) and cell[0] != "'" for row in rows
                   for cell in row if not re.fullmatch(r"-?[\d.]+", cell))  # fmt: skip
    assert len(rows) == 4
    records = rispy.loads(text("ris", made))
    assert len(records) == 2
    read = parse_string(text("bibtex", made))
    assert len(read.entries) == 2
    assert not read.failed_blocks
    assert len(json.loads(text("csl", made))) == 2
    latex = text("latex", made)
    body = latex.partition(r"\begin{document}")[2]
    assert not re.search(r"(?<!\\)\\(?:input|write|catcode|include|openin|immediate)\b", body)
    assert body.count(r"\end{document}") == 1
    page = text("html", made)
    assert not {tag for tag, _ in tags(page)} & {"script", "img", "iframe"}
    assert not any(name.startswith("on") for _, each in tags(page) for name in each)
    for form in CHECKABLE:
        reread(saved(tmp_path, form, made))
    markdown = text("markdown", made)
    assert not re.search(r"(?m)^!\[|(?<!\\)!\[", markdown)
    for form in ("markdown", "html", "latex", "bibtex", "ris", "csv", "json", "csl"):
        assert not re.search("[\x00\x1b\u202e\ud800]", text(form, made))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30))
def test_any_text_survives_the_readers_of_records(value: str):
    made = hostile(value)
    assert len(rispy.loads(text("ris", made))) == 2
    read = parse_string(text("bibtex", made))
    assert len(read.entries) == 2
    assert len(list(csv.reader(io.StringIO(text("csv", made))))) == 4


# ---------------------------------------------------------------------------------- the check


@pytest.mark.parametrize("form", CHECKABLE)
def test_what_was_not_touched_is_unchanged(form: str, tmp_path: Path):
    report = check(reread(saved(tmp_path, form)), STORED)
    assert report.faults == 0
    assert sum(row.note > 0 for row in report.rows) == 2


@pytest.mark.parametrize("form", CHECKABLE)
def test_a_library_that_moved_on_is_found(form: str, tmp_path: Path):
    read = reread(saved(tmp_path, form))

    def statuses(owls: Paper | None) -> set[str]:
        papers = {"bat": BATS} | ({"owl": owls} if owls else {})
        return {row.status for row in check(read, papers).rows if row.note == 1}

    assert statuses(None) == {"paper gone"}
    assert statuses(OWLS.model_copy(update={"abstract": f"Yes. {ABSTRACT}"})) == {"moved"}
    edited = ABSTRACT.replace("night", "noon")
    assert statuses(OWLS.model_copy(update={"abstract": edited})) == {"edited"}


Edit = Callable[[str], str]
EDITS: dict[str, Edit] = {
    "number": lambda page: page.replace("25", "26", 1) if "0-25" in page else page,
    "quote": lambda page: page.replace("at night", "at noon"),
    "one quote": lambda page: "at noon".join(page.rsplit("at night", 1)),
    "claim": lambda page: page.replace("Bats hear, too", "Bats are deaf, too"),
    "question": lambda page: page.replace("owls do", "owls not do"),
}


@pytest.mark.parametrize("form", ["json", "markdown", "html"])
def test_two_hundred_planted_edits_are_found(form: str, tmp_path: Path):
    chance = random.Random(form)
    page = text(form)
    words = [each for each in re.finditer(r"Owls|hunt|night|Bats|hear|day", page)]
    found = planted = 0
    while planted < 67:
        each = chance.choice(words)
        other = chance.choice(["cats", "seven", "not", "71"])
        altered = page[: each.start()] + other + page[each.end() :]
        path = tmp_path / f"{planted}{FORMATS[form].suffixes[0]}"
        path.write_text(altered, encoding="utf-8")
        report = check(reread(path), STORED)
        found += report.faults > 0
        planted += 1
    assert found == planted


@pytest.mark.parametrize("form", ["json", "markdown", "html"])
@pytest.mark.parametrize("name", [name for name in EDITS if name != "number"])
def test_edits_of_every_kind_are_found(form: str, name: str, tmp_path: Path):
    page = text(form)
    altered = EDITS[name](page)
    assert altered != page
    path = tmp_path / f"x{FORMATS[form].suffixes[0]}"
    path.write_text(altered, encoding="utf-8")
    assert check(reread(path), STORED).faults > 0


def test_a_footnote_taken_out_is_missed(tmp_path: Path):
    page = text("markdown")
    note = re.search(r"(?m)^\[\^1-2\]:.*\n(?: {4}.*\n)*", page)
    assert note is not None
    path = tmp_path / "x.md"
    path.write_text(page.replace(note.group(), ""), encoding="utf-8")
    assert "missing" in {row.status for row in check(reread(path), STORED).rows}


# ---------------------------------------------------------------------------- the command line


def run(folder: Path, *arguments: str):
    return CliRunner().invoke(app, ["--library", str(folder / "library"), *arguments])


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    lines = (SAMPLE / "papers.jsonl").read_text(encoding="utf-8").splitlines()
    papers = tmp_path / "papers.jsonl"
    papers.write_text("\n".join([each for each in lines if "LoRA" in each][:4]), encoding="utf-8")
    library_of(tmp_path / "library", papers, embedder="minilm")
    assert run(tmp_path, "ask", "How does LoRA change the weights of a model?").exit_code == 0
    return tmp_path


def test_answers_are_exported_and_checked_from_the_command_line(asked: Path):
    for form in FORMATS:
        target = asked / f"answer{FORMATS[form].suffixes[0]}"
        assert run(asked, "export", "--last", "-o", str(target)).exit_code == 0, form
        assert target.stat().st_size > 100
        again = run(asked, "export", "--last", "-o", str(target))
        assert again.exit_code != 0
        assert run(asked, "export", "--last", "-o", str(target), "--force").exit_code == 0
        if form in CHECKABLE:
            assert run(asked, "check", str(target)).exit_code == 0
    page = asked / "answer.md"
    page.write_text(page.read_text(encoding="utf-8").replace("LoRA", "LoRB"), encoding="utf-8")
    assert run(asked, "check", str(page)).exit_code == 1
    assert run(asked, "export", "--format", "ris").stdout.startswith("TY  - ")


def test_an_answer_is_exported_as_it_is_asked(asked: Path):
    target = asked / "now.md"
    question = "How does LoRA change the weights of a model?"
    assert run(asked, "ask", "--export", str(target), question).exit_code == 0
    assert question in target.read_text(encoding="utf-8")
    assert run(asked, "ask", "--export", str(target), question).exit_code != 0
    assert run(asked, "ask", "--export", str(asked / "now.xyz"), question).exit_code != 0


@pytest.mark.parametrize(
    "arguments",
    [["--format", "tarot"], ["--style", "loud", "-f", "markdown"], ["none", "-f", "json"], [],
     ["--order", "size", "-f", "ris"]],
)  # fmt: skip
def test_an_export_that_cannot_be_is_one_line(asked: Path, arguments: list[str]):
    result = run(asked, "export", *arguments)
    assert result.exit_code != 0
    assert result.stdout == ""


@pytest.mark.parametrize("content", [b"", b"plain text", b"{}", b"PK\x03\x04broken", b"\xff\xfe"])
@pytest.mark.parametrize("name", ["x.json", "x.md", "x.html", "x.docx", "x.bin"])
def test_what_is_no_export_is_said_in_one_line(asked: Path, name: str, content: bytes):
    path = asked / name
    path.write_bytes(content)
    result = run(asked, "check", str(path))
    assert result.exit_code != 0
    assert not isinstance(result.exception, RuntimeError | KeyError | ValueError)
