"""Hostile texts in every field of every export."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from exportable import BATS, CHECKABLE, OWLS, answered, exported, saved, tags, text
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.exports.exported import Exported
from rag.exports.reread import reread

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
