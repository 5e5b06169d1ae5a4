"""Exports and their check from the command line."""

from pathlib import Path

import pytest
from exportable import CHECKABLE
from light import SAMPLE, library_of
from typer.testing import CliRunner

from rag.cli.app import app
from rag.exports.formats import FORMATS


def run(folder: Path, *arguments: str):
    return CliRunner().invoke(app, ["--library", str(folder / "library"), *arguments])


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("asked")
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
