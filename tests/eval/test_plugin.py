"""The pytest plugin, in a pytest of its own as a user of the package would run it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from light import SAMPLE, library_of

ROOT = Path(__file__).parents[2]
QUESTIONS = (SAMPLE / "questions.jsonl").read_text(encoding="utf-8").splitlines()
MARKED = """
import pytest

@pytest.mark.attest_cases("cases.jsonl")
def test_the_paper_is_found(attest_case, attest_outcomes):
    assert attest_case.id.startswith("s")
    assert attest_outcomes["right papers@5"].value == 1
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plugin") / "library"
    library_of(folder, SAMPLE / "papers.jsonl")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "cases.jsonl").write_text("\n".join(QUESTIONS[:3]) + "\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\naddopts = --strict-markers --strict-config\nfilterwarnings = error\n"
    )
    return tmp_path


def run(project: Path, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, *map(str, arguments)],
        cwd=project,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "ATTEST_EMBEDDER": "hash",
            "XDG_CONFIG_HOME": str(project / "config"),
            "XDG_DATA_HOME": str(project / "data"),
            "CI": "",
            **more,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def write(project: Path, text: str) -> None:
    (project / "test_cases.py").write_text(text, encoding="utf-8")


def test_each_case_is_a_test_of_its_own(project: Path, library: Path):
    write(project, MARKED)
    done = run(project, "-vv", "--attest-library", library)
    assert done.returncode == 0, done.stdout
    for name in ("s001", "s002", "s003"):
        assert f"test_the_paper_is_found[{name}] PASSED" in done.stdout
    assert "3 passed" in done.stdout
    one = run(project, "-k", "s002", ATTEST_LIBRARY=str(library))
    assert "1 passed, 2 deselected" in one.stdout


def test_a_case_that_fails_fails_alone(project: Path, library: Path):
    wrong = {**json.loads(QUESTIONS[1]), "gold": [{"title": "A paper of no library"}]}
    lines = [QUESTIONS[0], json.dumps(wrong), QUESTIONS[2]]
    (project / "cases.jsonl").write_text("\n".join(lines) + "\n")
    write(project, MARKED)
    done = run(project, "--attest-library", library)
    assert done.returncode == 1
    assert "1 failed, 2 passed" in done.stdout
    assert "test_the_paper_is_found[s002]" in done.stdout


def test_all_outcomes_are_there_and_settings_can_be_overridden(project: Path, library: Path):
    write(
        project,
        f"""
import pytest
from rag.settings import Settings

@pytest.fixture(scope="session")
def attest_settings():
    return Settings(library={str(library)!r})

@pytest.mark.attest_cases({str(project / "cases.jsonl")!r})
def test_outcomes(attest_outcomes):
    assert {{"nDCG@10", "answer correct", "markers resolve"}} & set(attest_outcomes)
    assert {{each.state for each in attest_outcomes.values()}} <= {{"scored", "not applicable"}}
    assert attest_outcomes["RR@10"].value is not None
""",
    )
    done = run(project)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_it_is_silent_and_light_where_it_is_not_used(project: Path):
    write(
        project,
        "import sys\n"
        "def test_nothing():\n"
        "    assert 'eval.plugin' in sys.modules\n"
        "    heavy = {'numpy', 'pydantic', 'rag.schema', 'eval.harness', 'ir_measures'}\n"
        "    assert not heavy & set(sys.modules)\n",
    )
    done = run(project)
    assert done.returncode == 0, done.stdout
    assert "attest" not in done.stdout + done.stderr
    write(project, "def test_nothing(): pass\n")
    without = run(project, "-p", "no:attest")
    assert without.returncode == 0, without.stdout + without.stderr


def test_the_marker_and_the_option_are_explained(project: Path):
    assert (
        "@pytest.mark.attest_cases(path): run the test once per case"
        in run(project, "--markers").stdout
    )
    told = run(project, "--help").stdout
    assert "--attest-library=DIR" in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MARKED.replace("cases.jsonl", "none.jsonl"), "none.jsonl: no such file"),
        (MARKED.replace('"cases.jsonl"', ""), "attest_cases takes the path of a data set"),
        (MARKED.replace('@pytest.mark.attest_cases("cases.jsonl")\n', ""), "mark the test"),
        (MARKED.replace("cases.jsonl", "bad.jsonl"), "bad.jsonl:1"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(project: Path, library: Path, text: str, said: str):
    (project / "bad.jsonl").write_text('{"id": "a"}\n')
    write(project, text)
    done = run(project, "--attest-library", library)
    assert done.returncode != 0
    assert said in done.stdout
    assert "Traceback" not in done.stdout
    assert "plugin.py" not in done.stdout


def test_a_marked_test_that_asks_for_no_case_runs_once(project: Path):
    write(
        project,
        'import pytest\n@pytest.mark.attest_cases("none.jsonl")\ndef test_plain(): pass\n',
    )
    assert "1 passed" in run(project).stdout
