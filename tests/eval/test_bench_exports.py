"""The bench of exports, in short: what it compares, what it finds, and what it says is missing."""

import shutil
from pathlib import Path

import pytest
from exportable import STORED, exported

from eval.bench.comparing import Seen, Tally, compared
from eval.bench.exports import Chunk, checked, table, written
from eval.bench.recordreaders import READERS, tally

HERE = {"bibtexparser, pylatexenc", "rispy", "citeproc-py", "html.parser", "python-docx", "csv"}


@pytest.fixture(scope="module")
def chunks(tmp_path_factory: pytest.TempPathFactory) -> list[Chunk]:
    return written([(exported(), STORED)], tmp_path_factory.mktemp("exports"))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without pandoc, LibreOffice and LaTeX."""
    monkeypatch.setattr(shutil, "which", lambda name: None)


@pytest.mark.parametrize(
    ("written_", "read", "kind"),
    [
        ("A “b” – c", 'A "b" - c', "quotes and dashes"),
        ("Big Cats", "Big cats", "letter case"),
        ("a_b {c}", "a b c", "blanks and signs"),
        ("cats", "dogs", "other words"),
        ("cats", "", "missing"),
    ],
)
def test_a_difference_is_of_the_smallest_kind(written_: str, read: str, kind: str):
    seen = Seen("title", written_, read)
    assert not seen.equal
    assert seen.difference == kind


def test_blanks_and_composed_accents_make_no_difference():
    assert Seen("title", "Cafe\u0301  au\nlait", "Café au lait").equal


def test_records_that_are_lost_or_new_are_differences():
    rows = [{"title": "a", "year": ""}, {"title": "b", "year": "1"}]
    assert [each.equal for each in compared(rows, rows[:1])] == [True, True, False, False]
    assert [each.field for each in compared(rows[:1], rows)] == ["title", "year", "a record"]


def test_a_tally_lists_each_kind_with_an_example():
    seen = (Seen("title", "cats", "dogs"), Seen("title", "owls", "bats"), Seen("year", "1", "1"))
    row, line = Tally("ris", "rispy", seen).lines()
    assert row.split() == ["ris", "rispy", "3", "1", "2"]
    assert line.strip() == "2 × title: other words; 'cats' as 'dogs'"


def test_what_can_be_read_here_is_read_equal(chunks: list[Chunk], bare: None, tmp_path: Path):
    rows = table(chunks, tmp_path).splitlines()[1:]
    told = {row[12:40].strip(): row[40:].split() for row in rows if row[2] != " "}
    assert told.keys() >= HERE
    for name in HERE:
        fields, equal, differing = map(int, told[name])
        assert fields == equal > 0, (name, rows)
        assert differing == 0
    assert sum("pandoc is not installed" in row for row in rows) == 4
    assert sum("soffice is not installed" in row for row in rows) == 1
    assert told["pandoc"] == ["0", "0", "0"]


def test_a_fault_in_a_file_is_seen(chunks: list[Chunk], tmp_path: Path):
    reader = next(each for each in READERS if each.tool == "rispy")
    path = tmp_path / "x.ris"
    page = chunks[0].files["ris"].read_text(encoding="utf-8")
    path.write_text(page.replace("Bats hear", "Bats see"), encoding="utf-8", newline="")
    found = tally(reader, [(chunks[0].exported, path)])
    assert {(each.field, each.difference) for each in found.seen if not each.equal} == {
        ("title", "other words"),
        ("abstract", "other words"),
        ("quotes", "other words"),
    }


def test_the_check_is_counted(chunks: list[Chunk], bare: None, tmp_path: Path):
    alarms, again, *caught = checked(chunks, 64, tmp_path).splitlines()[1:]
    assert alarms.endswith("markdown 0, html 0, json 0, docx 0")
    assert again.endswith("soffice is not installed")
    assert len(caught) == 4
    # No quote of these answers has a number to change.
    assert all(
        each.endswith(
            "12/12 (changed number 0/0, swapped source 4/4, edited quote 4/4, removed footnote 4/4)"
        )
        for each in caught
    )
