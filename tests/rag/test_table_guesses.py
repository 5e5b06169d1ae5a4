"""What the columns of a table are taken for is shown where that is a guess."""

import json
from pathlib import Path

import pytest
from books import book, sheet, zipped
from light import library_of
from typer.testing import CliRunner

from rag.cli.app import app

PROSE = (
    "We studied how bees find their way home in small gardens, and measured the length of each "
    "flight in three summers. Most of the bees came back within an hour, some only after a day."
)
GUESSED = [["Title", "What they say"], ["Bees in gardens", PROSE], ["Ants at home", PROSE[9:]]]
KNOWN = [
    ["Title", "Abstract", "Authors", "Year", "DOI", "Source title"],
    ["Bees in gardens", PROSE, "Roe, J.", "2001", "10.1000/b", "Bees"],
]
COLUMNS = {"title": "Title", "abstract": "What they say"}


def table(rows: list[list[str]]) -> str:
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", table(GUESSED).encode()),
        ("a.tsv", table(GUESSED).replace('","', '"\t"').encode()),
        ("a.xlsx", book({"Sheet": sheet(GUESSED)})),
    ],
)
def test_a_guess_is_told_once_for_each_table(tmp_path: Path, name: str, content: bytes):
    (tmp_path / "in").mkdir()
    file, packed = tmp_path / "in" / name, tmp_path / "in" / "all.zip"
    file.write_bytes(content)
    packed.write_bytes(zipped({"known.csv": table(KNOWN), name: content}))
    library = library_of(tmp_path / "library")
    told = {each.file: each.columns for each in library.add([tmp_path / "in"]).tables}
    assert told == {str(file): COLUMNS, f"{packed}!{name}": COLUMNS}


def test_columns_of_an_export_are_no_guess(tmp_path: Path):
    (tmp_path / "known.csv").write_text(table(KNOWN))
    assert library_of(tmp_path / "library").add([tmp_path / "known.csv"]).tables == ()


def test_the_command_line_tells_it_beside_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ATTEST_EMBEDDER", "hash")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(table(GUESSED))

    def attest(*arguments: str, stdin: str | None = None):
        command = ["--library", str(tmp_path / "library"), *arguments]
        return CliRunner().invoke(app, command, input=stdin)

    said = "columns read as title = Title, abstract = What they say\n"
    assert attest("add", "a.csv").stderr == f"a.csv: {said}"
    assert attest("add", "-", stdin=table(GUESSED)).stderr == f"stdin: {said}"
    assert attest("--quiet", "add", "a.csv").stderr == ""
    told = json.loads(attest("add", "a.csv", "--json").stdout)
    assert told["tables"] == [{"file": "a.csv", "columns": COLUMNS}]
