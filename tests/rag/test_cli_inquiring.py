import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rag.cli.app import app
from rag.inquiries.tracing import LONGEST
from rag.library import Library

COPIED = "it joins the original SQuAD data with over 50,000 new questions that have no answer"

Attest = Callable[..., Result]


@pytest.fixture
def attest(sample_library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Attest:
    """Return the command line on the bundled papers."""
    monkeypatch.chdir(tmp_path)
    environment = {
        "ATTEST_LIBRARY": str(sample_library.directory),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "COLUMNS": "80",
    }

    def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, list(arguments), env=environment, input=stdin)

    return run


def test_compare_prints_things_and_aspects(attest: Attest):
    result = attest("compare", "-r", "BERT", "-r", "DPR", "-a", "approach")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("A  BERT: ")
    assert "APPROACH" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_compare_as_json_with_filters(attest: Attest):
    result = attest("compare", "language models", "-k", "3", "--year-from", "2020", "--json")
    content = json.loads(result.stdout)
    assert content["refused"] is False
    assert len(content["rows"]) == 3
    assert content["filters"] == {"year_from": 2020}
    assert all(row["year"] >= 2020 for row in content["rows"])


def test_agree_prints_where_papers_stand(attest: Attest):
    result = attest("agree", "GPT-3 has 175 billion parameters", "-k", "3")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("2 support, 0 contradict, 1 undecided (by meaning-2@")


def test_agree_as_json(attest: Attest):
    content = json.loads(attest("agree", "GPT-3 has 75 billion parameters", "--json").stdout)
    assert content["counts"]["contradicts"] == 1
    first = content["positions"][0]
    assert (first["stand"], first["paper_id"]) == ("contradicts", "brown2020gpt3")


def test_trace_reads_a_file_and_stdin(attest: Attest, tmp_path: Path):
    (tmp_path / "draft.txt").write_text(f"We note that {COPIED}, which is much.\r\n")
    by_file = json.loads(attest("trace", "draft.txt", "--json").stdout)
    by_stdin = json.loads(attest("trace", "-", "--json", stdin=f"We note that {COPIED}.").stdout)
    assert by_file["spans"][0]["text"] == by_stdin["spans"][0]["text"] == COPIED
    assert by_file["citations"][0]["paper_id"] == "rajpurkar2018squad2"
    assert "15 words" in attest("trace", "draft.txt").stdout


def test_what_answers_quote_is_traced_whole(attest: Attest):
    answer = attest("ask", "How many questions in SQuAD 2.0 cannot be answered?").stdout
    spans = json.loads(attest("trace", "-", "--json", stdin=answer).stdout)["spans"]
    assert any("over 50,000 new questions" in " ".join(span["text"].split()) for span in spans)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("compare",), "blank"),
        (("compare", "-r", "BERT"), "one row"),
        (("compare", "parsers", "-k", "1"), "one row"),
        (("agree",), "blank"),
        (("agree", "is it not"), "content"),
        (("trace", "missing.txt"), "cannot be read"),
        (("trace", "."), "cannot be read"),
        (("trace", "long.txt"), f"{LONGEST:,}"),
        (("trace", "long.txt", "-n", "1"), "characters"),
    ],
)
def test_bad_input_is_one_line(
    attest: Attest, tmp_path: Path, arguments: tuple[str, ...], why: str
):
    (tmp_path / "long.txt").write_text("owl " * 250_000)
    result = attest(*arguments)
    assert result.exit_code in {1, 2}
    assert why in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
