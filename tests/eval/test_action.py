"""The composite action: read as YAML, and its steps run as a runner would run them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from light import SAMPLE, library_of

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".github" / "actions" / "attest-eval" / "action.yml"
ACTION: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"]}
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
RULES = """
[gate]
same = ["data", "judge"]
controls = 0

[metrics."nDCG@10"]
tolerance = 0.01
floor = {floor}
"""


def test_it_is_a_composite_action_with_described_inputs():
    assert ACTION["runs"]["using"] == "composite"
    assert {"name", "description", "inputs", "runs"} <= set(ACTION)
    for name, given in ACTION["inputs"].items():
        assert given["description"], name
        assert given.get("required") or "default" in given, name


def test_every_step_runs_in_a_shell_or_uses_an_action():
    for name, step in STEPS.items():
        assert ("run" in step) != ("uses" in step), name
        assert "uses" in step or step["shell"] == "bash", name


def test_no_input_is_ever_text_of_a_script():
    scripts = [step["run"] for step in STEPS.values() if "run" in step]
    assert len(scripts) == 3
    assert not any("${{" in script for script in scripts)


def test_every_expression_names_what_there_is():
    used = EXPRESSION.findall(FILE.read_text(encoding="utf-8"))
    names = [each for expression in used for each in re.findall(r"inputs\.(\w+)", expression)]
    assert set(names) == set(ACTION["inputs"])


def test_the_report_is_kept_even_if_the_gate_is_red_and_the_library_is_not():
    step = STEPS["Keep the report"]
    assert step["if"] == "${{ always() }}"
    assert "!${{ inputs.out }}/library" in step["with"]["path"].splitlines()


# Running


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("action") / "library"
    library_of(folder, SAMPLE / "papers.jsonl")
    return folder


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    """Return a folder with a data set, rules, and attest on the path."""
    tools = tmp_path / "bin"
    tools.mkdir()
    attest = tools / "attest"
    attest.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rag "$@"\n')
    attest.chmod(0o755)
    (tmp_path / "data set").mkdir()
    questions = (SAMPLE / "questions.jsonl").read_text(encoding="utf-8").splitlines()[:4]
    (tmp_path / "data set" / "questions.jsonl").write_text("\n".join(questions) + "\n")
    (tmp_path / "green.toml").write_text(RULES.format(floor=0.1))
    (tmp_path / "red.toml").write_text(RULES.format(floor=1.1))
    return tmp_path


def step(name: str, sandbox: Path, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step as a runner does: expressions of its variables filled in, then its script."""
    inputs = {key: str(value.get("default", "")) for key, value in ACTION["inputs"].items()}
    inputs |= {"install": "", **given}
    filled = {
        key: EXPRESSION.sub(lambda found: inputs[found[1].removeprefix("inputs.")], value)
        for key, value in STEPS[name]["env"].items()
    }
    path = os.pathsep.join([str(sandbox / "bin"), os.environ["PATH"]])
    python = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]],
        cwd=sandbox,
        env={
            **os.environ,
            **filled,
            "PATH": path,
            "PYTHONPATH": python,
            "ATTEST_EMBEDDER": "hash",
            "XDG_CONFIG_HOME": str(sandbox / "config"),
            "GITHUB_STEP_SUMMARY": str(sandbox / "summary.md"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def baseline(sandbox: Path) -> None:
    command = [
        "attest",
        "eval",
        "baseline",
        "attest-run",
        "--rules",
        "green.toml",
        "--to",
        "b.json",
    ]
    subprocess.run(
        [str(sandbox / "bin" / "attest"), *command[1:]],
        cwd=sandbox,
        env={**os.environ, "PYTHONPATH": str(ROOT), "ATTEST_EMBEDDER": "hash"},
        check=True,
        capture_output=True,
    )


def test_its_steps_run_and_fail_when_the_gate_is_red(sandbox: Path, library: Path):
    given = {"data": "data set", "library": str(library), "baseline": "b.json"}
    ran = step("Run", sandbox, given)
    assert ran.returncode == 0, ran.stderr
    baseline(sandbox)
    green = step("Gate", sandbox, {**given, "rules": "green.toml"})
    assert green.returncode == 0, green.stderr
    assert "gate green" in green.stdout
    red = step("Gate", sandbox, {**given, "rules": "red.toml"})
    assert red.returncode == 4
    assert "::error" in red.stdout
    assert "nDCG@10" in red.stderr
    summary = (sandbox / "summary.md").read_text(encoding="utf-8")
    assert "Gate green" in summary
    assert "Gate red" in summary
    assert {"report.html", "junit.xml"} <= {
        each.name for each in (sandbox / "attest-run").iterdir()
    }


def test_without_a_library_the_papers_beside_the_data_make_one(sandbox: Path):
    shutil.copy(SAMPLE / "papers.jsonl", sandbox / "data set" / "papers.jsonl")
    ran = step("Run", sandbox, {"data": "data set", "out": "other run"})
    assert ran.returncode == 0, ran.stderr
    assert json.loads((sandbox / "other run" / "run.json").read_text())["papers"] == 79


def test_an_input_that_is_a_command_is_only_a_name(sandbox: Path, library: Path):
    evil = '"; touch owned; $(touch owned) `touch owned` #'
    for name in ("Run", "Gate"):
        given = {"data": evil, "library": str(library), "baseline": evil, "rules": evil}
        done = step(name, sandbox, {**given, "out": evil})
        assert done.returncode not in (0, 127)
        assert done.stderr.startswith("attest: ")
        assert not (sandbox / "owned").exists()
    assert step("Run", sandbox, {"data": "data set", "library": evil}).returncode == 1
    assert not (sandbox / "owned").exists()


def test_a_run_that_fails_fails_the_step(sandbox: Path):
    assert step("Run", sandbox, {"data": "none"}).returncode == 1
    gate = step("Gate", sandbox, {"baseline": "none", "rules": "green.toml"})
    assert gate.returncode == 2
    assert "holds no run" in gate.stderr
