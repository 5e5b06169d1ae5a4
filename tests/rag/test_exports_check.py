"""What the check of an export finds, and what it lets pass."""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from exportable import ABSTRACT, BATS, CHECKABLE, OWLS, STORED, answered, exported, saved, text

from rag.exports.checking import check
from rag.exports.formats import FORMATS
from rag.exports.reread import reread
from rag.schema import Paper


@pytest.mark.parametrize("form", CHECKABLE)
def test_what_was_not_touched_is_unchanged(form: str, tmp_path: Path):
    report = check(reread(saved(tmp_path, form)), STORED)
    assert report.faults == 0
    assert sum(row.note > 0 for row in report.rows) == 2


@pytest.mark.parametrize("form", CHECKABLE)
def test_a_short_answer_after_a_sentence_is_unchanged(form: str, tmp_path: Path):
    sentence, other = answered().claims
    short = other.model_copy(update={"text": "at night", "citations": (2,)})
    made = exported(answered().model_copy(update={"claims": (sentence, short, other)}))
    assert check(reread(saved(tmp_path, form, made)), STORED).faults == 0


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
def test_any_word_that_is_altered_is_found(form: str, tmp_path: Path):
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
