"""``attest papers``: lists, filters and exports what the library holds."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rag.cli.app import app

Attest = Callable[..., Result]
ROWS = [
    {
        "_id": "owls",
        "title": "Barn owls hunt by hearing",
        "text": "Owls find {mice} & voles in 5% of the dark. They hear $x_1$ < 2.",
        "authors": ["Eva von Ahn", "The Owl Group"],
        "year": 2001,
        "venue": "Journal of Owls",
        "doi": "10.1234/owls",
        "pmid": "12",
        "arxiv": "2001.00001",
    },
    {"_id": "bats", "title": "Bats fly at night", "text": "Bats hear echoes.", "year": 2010},
    {"_id": "moths", "title": "Moths listen, too", "year": 2015},
    {
        "_id": "newts",
        "title": "RETRACTED: Newts of the north",
        "text": "Newts swim.",
        "authors": ["王伟"],
        "url": "https://example.org/newts",
    },
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers")
    (folder / "papers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    assert run(folder, "add", str(folder / "papers.jsonl")).exit_code == 0
    return folder


def run(folder: Path, *arguments: str) -> Result:
    environment = {
        **os.environ,
        "ATTEST_EMBEDDER": "hash",
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    return CliRunner().invoke(
        app, ["--library", str(folder / "library"), *arguments], env=environment
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["owls", "bats", "moths", "newts"]),
        (["--year-from", "2010"], ["bats", "moths"]),
        (["--year-to", "2010"], ["owls", "bats"]),
        (["--venue", "OWLS"], ["owls"]),
        (["--author", "ahn"], ["owls"]),
        (["--source", "papers.jsonl"], ["owls", "bats", "moths", "newts"]),
        (["--source", "elsewhere"], []),
        (["--title", "HEAR"], ["owls"]),
        (["--text", "hear"], ["owls", "bats"]),
        (["--text", "hear", "--year-from", "2005"], ["bats"]),
        (["--text", "%"], ["owls"]),
        (["--retracted"], ["newts"]),
    ],
)
def test_papers_are_filtered_in_lists_and_exports(
    made: Path, options: list[str], expected: list[str]
):
    lines = run(made, "papers", *options).stdout.splitlines()
    assert sorted(line.split("\t")[0] for line in lines) == sorted(expected)
    exported = json.loads(run(made, "papers", *options, "--format", "csl").stdout)
    assert len(exported) == len(expected)


def test_marks_say_what_is_special(made: Path):
    rows = {
        line.split("\t")[0]: line.split("\t") for line in run(made, "papers").stdout.split("\n")
    }
    assert {name: row[3] for name, row in rows.items() if name} == {
        "owls": "",
        "bats": "",
        "moths": "title only",
        "newts": "[RETRACTED]",
    }
    told = [json.loads(line) for line in run(made, "papers", "--json").stdout.splitlines()]
    assert [row["id"] for row in told if row["title_only"]] == ["moths"]
    assert [row["id"] for row in told if row["retraction"] == "retracted"] == ["newts"]


@pytest.mark.parametrize("form", ["bibtex", "ris", "csl"])
def test_what_is_exported_comes_in_again_as_what_is_there(made: Path, form: str, tmp_path: Path):
    file = tmp_path / "out"
    assert run(made, "papers", "--format", form, "-o", str(file)).exit_code == 0
    again = tmp_path / "again"
    again.mkdir()
    for name in ("library", "config"):
        if (made / name).exists():
            (again / name).mkdir()
    for path in (made / "library").rglob("*"):
        target = again / "library" / path.relative_to(made / "library")
        target.mkdir(parents=True) if path.is_dir() else target.write_bytes(path.read_bytes())
    report = json.loads(run(again, "add", str(file), "--json").stdout)
    counts = {name: report[name] for name in ("read", "new", "updated", "rejected", "papers")}
    assert counts == {"read": 4, "new": 0, "updated": 0, "rejected": 0, "papers": 4}


def test_an_export_is_not_written_over_a_file_unless_that_is_wanted(made: Path, tmp_path: Path):
    file = tmp_path / "out.bib"
    file.write_text("mine")
    refused = run(made, "papers", "-o", str(file))
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert file.read_text() == "mine"
    assert run(made, "papers", "-o", str(file), "--force").exit_code == 0
    assert file.read_text().count("@") == 4


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--format", "docx"], "choose one of bibtex, ris, csl"),
        (["-o", "out.docx"], "choose one of bibtex, ris, csl"),
        (["-o", "out.xyz"], "tells no format"),
        (["--json", "--format", "ris"], "choose one"),
    ],
)
def test_what_cannot_be_served_is_one_line(
    made: Path, options: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    result = run(made, "papers", *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())
