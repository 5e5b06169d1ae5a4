"""``attest eval …`` through the real program, on the bundled sample."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from chatserver import ChatEndpoint
from light import SAMPLE, library_of
from typer.testing import CliRunner, Result

from rag.cli.app import app

ROOT = Path(__file__).parents[2]
RULES = """
[gate]
coverage = 1.0
errors = 0
same = ["data", "judge"]
controls = 0

[metrics."nDCG@10"]
tolerance = 0.01
floor = {floor}
"""

Attest = Callable[..., Result]


def environment(folder: Path) -> dict[str, str]:
    return {
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "COLUMNS": "200",
        "ATTEST_EMBEDDER": "hash",
        "ATTEST_LIBRARY": str(folder / "library"),
        # What is refused is calibrated for another embedder and is not the matter here.
        "ATTEST_REFUSE_BELOW": "0",
    }


def evaluated(folder: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["eval", *map(str, arguments)], env=environment(folder))


def jsonl(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a library and scored runs of the sample; not to be changed."""
    folder = tmp_path_factory.mktemp("evaluated")
    library_of(folder / "library", SAMPLE / "papers.jsonl")
    result = evaluated(
        folder, "run", SAMPLE, "--library", folder / "library", "--out", folder / "run"
    )
    assert result.exit_code == 0, result.output
    assert "40 cases put, 0 kept from before" in result.stderr
    assert "nDCG@10" in result.stdout
    data = jsonl(folder / "few.jsonl", lines(SAMPLE / "questions.jsonl")[:4])
    few = evaluated(folder, "run", data, "--library", folder / "library", "--out", folder / "few")
    assert few.exit_code == 0, few.output
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of it, in which the test runs."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def attest(folder: Path) -> Attest:
    return lambda *arguments: evaluated(folder, *arguments)


def failure(result: Result, code: int) -> str:
    """Return the one line that a failing command wrote."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("attest: ")
    return line


# Running


def test_a_run_is_a_folder_that_holds_all_of_it(made: Path):
    run = made / "run"
    names = {path.name for path in run.iterdir()}
    assert names == {
        ".lock", "run.json", "data.json", "trials.jsonl", "scores.json", "report.html",
    }  # fmt: skip
    asked = [row["id"] for row in lines(SAMPLE / "questions.jsonl")]
    card = json.loads((run / "scores.json").read_text())
    assert [row["case"] for row in card["rows"]] == asked
    assert sorted(row["case"] for row in lines(run / "trials.jsonl")) == sorted(asked)
    modes = {path.stat().st_mode for path in run.iterdir()}
    assert len(modes) == 1, "all files of a run are for the same readers"


def test_run_again_asks_nothing(attest: Attest, folder: Path):
    before = (folder / "few" / "trials.jsonl").read_bytes()
    result = attest("run", "few.jsonl", "--library", "library", "--out", "few")
    assert result.exit_code == 0
    assert "0 cases put, 4 kept from before" in result.stderr
    assert (folder / "few" / "trials.jsonl").read_bytes() == before


def test_what_is_missing_is_asked(attest: Attest, folder: Path):
    path = folder / "few" / "trials.jsonl"
    path.write_bytes(path.read_bytes()[:-100])
    result = attest("run", "few.jsonl", "--library", "library", "--out", "few")
    assert "1 cases put, 3 kept from before" in result.stderr


def test_a_run_is_not_continued_with_other_settings(attest: Attest):
    result = attest("run", SAMPLE, "--library", "library", "--out", "run", "--depth", "50")
    assert "of a run with another depth" in failure(result, 2)


def test_a_run_that_could_not_begin_leaves_the_folder_free(attest: Attest, folder: Path):
    arguments = ("run", "few.jsonl", "--library", "library", "--out", "new")
    minilm = {**environment(folder), "ATTEST_EMBEDDER": "minilm"}
    result = CliRunner().invoke(app, ["eval", *map(str, arguments)], env=minilm)
    assert "was made with embedding model" in failure(result, 1)
    assert attest(*arguments).exit_code == 0


def test_the_papers_beside_the_data_make_a_library(attest: Attest, folder: Path):
    shutil.copy(SAMPLE / "papers.jsonl", folder / "papers.jsonl")
    rows = lines(SAMPLE / "questions.jsonl")[:3]
    data = jsonl(folder / "cases.jsonl", rows)
    result = attest("run", data, "--out", "own")
    assert result.exit_code == 0, result.output
    assert "Asking the papers that came with the data" in result.stderr
    assert (folder / "own" / "library" / "catalogue.sqlite").exists()
    manifest = json.loads((folder / "own" / "run.json").read_text())
    assert (manifest["papers"], manifest["gold_missing"]) == (79, [])


def test_gold_that_the_library_lacks_is_told(attest: Attest, folder: Path):
    gold = [{"title": "Of no library"}]
    case = {"id": "a", "question": "Who?", "answerable": True, "gold": gold}
    data = jsonl(folder / "lost.jsonl", [case])
    result = attest("run", data, "--library", "library", "--out", "lost")
    assert result.exit_code == 0
    assert "1 cases have a gold paper that the library lacks, such as a." in result.stderr


def test_rankings_alone_are_scored_as_rankings(attest: Attest):
    result = attest("run", SAMPLE, "--library", "library", "--rankings", "--out", "ranked")
    assert result.exit_code == 0
    assert "nDCG@10" in result.stdout
    assert "citation recall" not in result.stdout
    assert "refusal" not in result.stdout


# Foreign answers


def foreign(folder: Path, *, right: int = 40) -> Path:
    rows: list[dict[str, object]] = []
    for number, case in enumerate(lines(SAMPLE / "questions.jsonl")):
        title = case["gold"][0]["title"] if case["gold"] and number < right else "Another paper"
        said = case["answer"] if case["answerable"] else "I cannot answer this."
        rows.append({"id": case["id"], "answer": said, "hits": [{"title": title}]})
    return jsonl(folder / "theirs.jsonl", rows)


def test_answers_made_elsewhere_are_scored(attest: Attest, folder: Path):
    result = attest("run", SAMPLE, "--answers", foreign(folder), "--out", "theirs")
    assert result.exit_code == 0, result.output
    assert "theirs on sample" in result.stdout
    assert json.loads((folder / "theirs" / "run.json").read_text())["library"] == ""
    beside = attest("report", "run", "--beside", "theirs", "--format", "json")
    assert beside.exit_code == 0
    assert "theirs" in {each["name"] for each in json.loads(beside.stdout)["rivals"]}


def test_a_missing_foreign_answer_is_an_error_and_not_left_out(attest: Attest, folder: Path):
    rows = lines(foreign(folder))[1:]
    result = attest("run", SAMPLE, "--answers", jsonl(folder / "part", rows), "--out", "part-run")
    assert result.exit_code == 0
    card = json.loads((folder / "part-run" / "scores.json").read_text())
    assert {each["state"] for each in card["rows"][0]["outcomes"].values()} == {"error"}
    (folder / "rules.toml").write_text(RULES.format(floor=0.01))
    gated = attest("gate", "part-run", "--rules", "rules.toml")
    assert gated.exit_code == 4
    assert "attest: errors: 1 of 40 cases have an error" in gated.stderr


# Scoring and reporting


def test_scoring_anew_changes_nothing_unless_the_judge_does(attest: Attest, folder: Path):
    path = folder / "few" / "scores.json"
    before = path.read_bytes()
    assert attest("score", "few").exit_code == 0
    assert path.read_bytes() == before
    assert attest("score", "few", "--judge", "overlap").exit_code == 0
    assert json.loads(path.read_text())["judge"].startswith("overlap")


def test_a_model_on_a_server_judges_after_its_cost_was_told(attest: Attest, folder: Path):
    endpoint = ChatEndpoint()
    try:
        spec = f"server:org/model@{endpoint.url}/v1"
        found = attest("score", "few", "--judge", spec, "--votes", "3", "--price", "1,2")
    finally:
        endpoint.close()
    assert found.exit_code == 0, found.output
    told = re.search(r"called at most ([\d,]+) times: [\d,]+ tokens, \$\d", found.stderr)
    assert told
    assert 0 < len(endpoint.requests) <= int(told[1].replace(",", "")) + 3 * 2 * 60
    assert f"sends questions, evidence and claims to {endpoint.url[7:]}" in found.stderr
    card = json.loads((folder / "few" / "scores.json").read_text())
    assert card["judge"].startswith("llm:org/model")
    # It says yes to everything, which its controls show.
    assert card["controls"]["said_foreign"] == 0


@pytest.mark.parametrize("form", ["html", "markdown", "junit", "csv", "figures", "json"])
def test_a_report_has_every_form_and_is_written_as_it_is_printed(
    made: Path, tmp_path: Path, form: str
):
    printed = evaluated(made, "report", made / "run", "--format", form)
    assert printed.exit_code == 0, printed.output
    target = tmp_path / "deep" / "report"
    assert evaluated(made, "report", made / "run", "-f", form, "-o", target).stdout == ""
    assert target.read_bytes().decode() == printed.stdout
    assert "NaN" not in printed.stdout
    if form == "json":
        assert len(json.loads(printed.stdout)["cases"]) == 40
    if form == "junit":
        assert Xml.fromstring(printed.stdout) is not None


def test_a_report_on_the_terminal_is_the_default(made: Path, tmp_path: Path):
    printed = evaluated(made, "report", made / "run")
    assert "attest extractive on sample" in printed.stdout
    assert "\x1b" not in printed.stdout
    assert evaluated(made, "report", made / "run", "-o", tmp_path / "r").exit_code == 0
    assert "attest extractive on sample" in (tmp_path / "r").read_text(encoding="utf-8")


def test_a_comparison_names_the_difference(attest: Attest, folder: Path):
    for name, right in (("before", 40), ("after", 0)):
        answers = foreign(folder, right=right).rename(folder / f"{name}.jsonl")
        assert attest("run", SAMPLE, "--answers", answers, "--out", name).exit_code == 0
    result = attest("compare", "before", "after", "--format", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["comparison"]["differences"]
    differences = {each["name"]: each for each in found}
    assert differences["nDCG@10"]["delta"]["high"] < -0.4
    assert attest("report", "after", "--against", "before", "-f", "json").stdout == result.stdout
    assert "Difference from before to after" in attest("compare", "before", "after").stdout


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("trials.jsonl", lambda text: text.replace("karpukhin", "Karpukhin", 1), "of other trials"),
        ("trials.jsonl", lambda text: text[: text.rindex("\n", 0, -1) + 1], "of other trials"),
        ("data.json", lambda text: text.replace("FAISS", "Faiss"), "was changed"),
        ("data.json", lambda text: text[:-20], "is damaged"),
        ("run.json", lambda text: text.replace("attest extractive", "best"), "of other trials"),
        ("scores.json", lambda text: text[:-20], "is damaged"),
        ("scores.json", lambda text: text.replace('"scorer":"', '"scorer":"0'), "another version"),
    ],
)
def test_a_run_that_was_changed_after_scoring_is_refused(
    attest: Attest, folder: Path, name: str, change: Callable[[str], str], said: str
):
    path = folder / "run" / name
    text = path.read_text(encoding="utf-8")
    assert change(text) != text
    path.write_text(change(text), encoding="utf-8")
    assert said in failure(attest("report", "run"), 2)


# Gating


def test_a_gate_is_green_on_its_own_baseline(attest: Attest, folder: Path):
    (folder / "rules.toml").write_text(RULES.format(floor=0.5))
    kept = attest("baseline", "run", "--rules", "rules.toml", "--to", "baseline.json")
    assert kept.exit_code == 0, kept.output
    assert kept.stdout == ""
    result = attest("gate", "run", "--rules", "rules.toml", "--baseline", "baseline.json")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "gate green\n", "")


def test_a_red_gate_is_exit_4_with_its_reasons_and_every_file(attest: Attest, folder: Path):
    (folder / "rules.toml").write_text(RULES.format(floor=0.999))
    (folder / "summary.md").write_text("# Before\n")
    result = attest(
        "gate", "run", "--rules", "rules.toml", "--annotations", "--summary", "summary.md",
        "--junit", "junit.xml", "--report", "report.html",
    )  # fmt: skip
    assert result.exit_code == 4
    (reason,) = result.stderr.splitlines()
    assert reason.startswith("attest: floor: nDCG@10: ")
    assert "at least 0.999" in reason
    *commands, verdict = result.stdout.splitlines()
    assert verdict == "gate red"
    assert any(line.startswith("::error") and "nDCG@10" in line for line in commands)
    summary = (folder / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("# Before\n")
    assert "failed: **floor: nDCG" in summary
    assert Xml.parse(folder / "junit.xml").findall(".//failure")
    assert "nDCG@10" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_gate_sees_what_got_worse_than_the_baseline(attest: Attest, folder: Path):
    (folder / "rules.toml").write_text(RULES.format(floor=0.01))
    for name, right in (("before", 40), ("after", 20)):
        answers = foreign(folder, right=right).rename(folder / f"{name}.jsonl")
        found = attest("run", SAMPLE, "--answers", answers, "--out", name, "--name", "theirs")
        assert found.exit_code == 0
    attest("baseline", "before", "--rules", "rules.toml", "--to", "baseline.json")
    gate = ("--rules", "rules.toml", "--baseline", "baseline.json")
    same = attest("gate", "before", *gate)
    assert same.exit_code == 0, same.output
    worse = attest("gate", "after", *gate)
    assert worse.exit_code == 4
    assert "regression: nDCG@10" in worse.stderr


# Data sets


def test_made_cases_run_on_their_own_papers_and_beside_their_originals(
    attest: Attest, folder: Path
):
    kinds = ("counterfactual-number", "paraphrase", "unanswerable")
    chosen = [part for kind in kinds for part in ("--kind", kind)]
    result = attest("make", "--out", "made", "--per-kind", "2", *chosen)
    assert result.exit_code == 0, result.output
    types = {row["type"] for row in lines(folder / "made" / "cases.jsonl")}
    assert types == {*kinds, "paraphrase-source"}
    assert attest("validate-data", "made").exit_code == 0
    assert attest("run", "made", "--out", "changed").exit_code == 0
    unchanged = ("made/originals.jsonl", "--library", "library")
    assert attest("run", *unchanged, "--out", "unchanged").exit_code == 0
    alone = json.loads(attest("report", "changed", "-f", "json").stdout)
    both = attest("report", "changed", "--originals", "unchanged", "-f", "json")
    names = {each["name"] for each in json.loads(both.stdout)["robustness"]}
    assert len(names) > len(alone["robustness"])
    assert any("counterfactual" in name for name in names)
    again = attest("make", "--out", "again", "--per-kind", "2", *chosen)
    assert again.exit_code == 0
    written = [(folder / name / "cases.jsonl").read_bytes() for name in ("made", "again")]
    assert written[0] == written[1]


def test_a_clean_data_set_is_exit_0(made: Path):
    result = evaluated(made, "validate-data", SAMPLE)
    assert (result.exit_code, result.stdout) == (0, "40 cases, 0 faults\n")
    assert evaluated(made, "validate-data", SAMPLE, "--library").exit_code == 0


def test_every_fault_of_a_data_set_is_told_with_its_line(attest: Attest, folder: Path):
    path = folder / "cases.jsonl"
    path.write_text('{"id": "a", "question": "Who?"}\n{"id": "a", "question": "Why?"}\n{\n')
    result = attest("validate-data", path)
    assert result.exit_code == 1
    told = result.stdout.splitlines()
    assert any(f"{path}:2" in line for line in told)
    assert any(f"{path}:3" in line for line in told)


def test_a_judge_is_held_against_people(attest: Attest, folder: Path):
    rows: list[dict[str, object]] = [
        {
            "id": f"r{number}",
            "question": "What do owls eat?",
            "context": f"Owls of bay {number} eat {'voles' if number % 2 else 'mice'} at night.",
            "response": f"Owls of bay {number} eat voles at night.",
            "label": bool(number % 2),
        }
        for number in range(20)
    ]
    (folder / "sets").mkdir()
    jsonl(folder / "sets" / "owls.jsonl", rows)
    result = attest("validate-scorer", "sets", "--markdown", "--no-keep")
    assert result.exit_code == 0, result.output
    assert "| owls" in result.stdout
    assert "Kept" not in result.stderr
    kept = attest("validate-scorer", "sets")
    assert kept.exit_code == 0
    assert "owls" in kept.stdout
    assert "Kept, to be quoted in reports" in kept.stderr
    assert any((folder / "data").rglob("*.json"))


# Failing


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run", "nothing", "--out", "new"], 1, "nothing: no such file"),
        (["run", SAMPLE, "--out", "new", "--library", "none"], 1, "no library in none"),
        (["run", SAMPLE, "--out", "new", "--judge", "odd"], 2, "no judge is called 'odd'"),
        (["run", SAMPLE, "--out", "new", "--price", "x"], 2, "--price is 'x'"),
        (["run", SAMPLE, "--out", "new", "--answers", "no"], 2, "no cannot be read"),
        (["run", SAMPLE, "--out", "library/lock"], 2, "cannot hold a run"),
        (["run", SAMPLE, "--out", "made"], 2, "data.json is there and of no run"),
        (["score", "library"], 2, "library holds no run"),
        (["report", "library"], 2, "library holds no run"),
        (["report", "run", "--format", "odd"], 2, "no form of report is called 'odd'"),
        (["report", "run", "--to", "library/lock/x", "-f", "json"], 2, "cannot be written"),
        (["compare", "run", "library"], 2, "library holds no run"),
        (["gate", "run", "--rules", "none.toml"], 1, "none.toml: rules cannot be read"),
        (["gate", "run", "--rules", "bad.toml"], 2, "not TOML"),
        (["baseline", "run", "--rules", "none.toml", "--to", "x"], 1, "none.toml"),
        (["make", "--out", "new", "--kind", "odd"], 2, "no kind of case is called 'odd'"),
        (["validate-scorer", "none"], 1, "none: no such file"),
        (["scaling", SAMPLE, "--papers", "x", "--sizes", "1,x", "--out", "new"], 2, "--sizes is"),
        (["scaling", SAMPLE, "--papers", "x", "--sizes", "50", "--out", "new"], 1, "x"),
    ],
)
def test_what_cannot_be_served_is_one_line(
    attest: Attest, folder: Path, arguments: list[object], code: int, said: str
):
    (folder / "bad.toml").write_text("= 3\n")
    (folder / "made").mkdir()
    (folder / "made" / "data.json").write_text("{}")
    if arguments[:1] == ["run"] and "--library" not in arguments and "--answers" not in arguments:
        arguments = [*arguments, "--library", "library"]
    assert said in failure(attest(*arguments), code)


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["run", SAMPLE], ["compare", "run"], ["run", SAMPLE, "--out", "x", "--jobs", 0]],
)
def test_a_wrong_command_line_is_exit_2_and_no_traceback(made: Path, arguments: list[object]):
    result = evaluated(made, *arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_the_missing_extra_is_named(made: Path, monkeypatch: pytest.MonkeyPatch):
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "jinja2" else there(name, *a)
    )
    line = failure(evaluated(made, "report", made / "run"), 2)
    assert "pip install 'attest-rag[eval]'" in line


# The process


def process(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **environment(folder), "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_the_evaluation_and_loads_nothing_of_it(tmp_path: Path):
    probe = (
        "import sys\nfrom rag.cli import main\ntry:\n    main()\nfinally:\n"
        "    print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = process(tmp_path, "-c", probe, "--help")
    assert done.returncode == 0
    assert "\n  eval " in done.stdout
    heavy = {"numpy", "ir_measures", "jinja2", "scipy", "rich", "eval.harness", "chromadb"}
    assert not heavy & set(done.stderr.split())
    help_of_eval = process(tmp_path, "-c", probe, "eval", "--help")
    for name in ("run", "score", "report", "compare", "gate", "baseline", "make", "scaling"):
        assert f"\n  {name} " in help_of_eval.stdout
    assert not heavy & set(help_of_eval.stderr.split())


def test_the_exit_codes_are_those_of_the_process(folder: Path):
    (folder / "rules.toml").write_text(RULES.format(floor=0.999))
    red = process(folder, "-m", "rag", "-q", "eval", "gate", "run", "--rules", "rules.toml")
    assert (red.returncode, red.stdout) == (4, "gate red\n")
    assert red.stderr.startswith("attest: floor: nDCG@10: ")
