import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from rag.cli.app import app
from rag.cli.failures import reported
from rag.cli.narration import Narration, described, lasting
from rag.conversations import FILE, Conversations, Feedback
from rag.errors import AttestError
from rag.store.lock import Lock

ROOT = Path(__file__).parent.parent.parent
PAPERS = [
    {
        "_id": "owls",
        "title": "Barn owls hunt by hearing alone",
        "text": "We kept 12 barn owls in complete darkness. Barn owls locate a mouse by hearing "
        "alone. They struck within 5 degrees of the mouse in 84% of all trials.",
        "authors": ["Ada Ames", "Bo Berg", "Cy Cho"],
        "year": 2001,
        "venue": "Owl Letters",
        "doi": "10.1234/owls",
    },
    {
        "_id": "bats",
        "title": "Echolocation of brown bats over water",
        "text": "Brown bats emit calls at 40 kHz while they hunt over water. The echo tells them "
        "the size of a moth.",
        "authors": ["Dee Dorn"],
        "year": 2010,
        "venue": "Journal of Bats",
    },
    {
        "_id": "moths",
        "title": "Tiger moths jam the sonar of bats",
        "text": "Tiger moths answer the calls of bats with clicks. The clicks jam the sonar, and "
        "bats miss 9 of 10 moths.",
        "authors": ["Eve Ek"],
        "year": 2015,
        "venue": "Journal of Bats",
    },
]
QUESTION = "How do barn owls locate a mouse?"

Attest = Callable[..., Result]


def _write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _environment(folder: Path) -> dict[str, str]:
    return {
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "COLUMNS": "80",
        "ATTEST_EMBEDDER": "hash",
        # What is refused is calibrated for another embedder and is not the matter here.
        "ATTEST_REFUSE_BELOW": "0",
    }


def _process(*arguments: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rag.cli", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": _path(), **_environment(folder), **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _path() -> str:
    return os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with papers and a library made of them; not to be changed."""
    folder = tmp_path_factory.mktemp("made")
    papers = _write(folder / "papers.jsonl", PAPERS)
    arguments = ["--library", str(folder / "library"), "add", str(papers), "--json"]
    result = CliRunner().invoke(app, arguments, env=_environment(folder))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["new"] == 3
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of one's own with a library, in which the test runs."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ATTEST_LIBRARY", raising=False)
    return tmp_path


@pytest.fixture
def attest(folder: Path) -> Attest:
    """Return the command line on that library."""

    def run(*arguments: str, stdin: str | bytes | None = None, **more: str) -> Result:
        return CliRunner().invoke(
            app,
            ["--library", str(folder / "library"), *arguments],
            input=stdin,
            env={**_environment(folder), **more},
        )

    return run


def _line(result: Result) -> str:
    """Return the one line that a failing command wrote."""
    (only,) = result.stderr.splitlines()
    return only


# Adding and removing


def test_adding_again_changes_nothing(attest: Attest, made: Path):
    result = attest("add", str(made / "papers.jsonl"))
    assert result.exit_code == 0
    assert "3 read, 0 new" in result.stdout
    assert "3 unchanged" in result.stdout


def test_a_file_that_fails_is_listed_and_the_others_are_taken(attest: Attest, folder: Path):
    cats = {"_id": "cats", "title": "Cats", "text": "Cats purr."}
    (folder / "more.jsonl").write_text(json.dumps(cats) + '\n{"_id": \n')
    result = attest("add", "missing.bib", "more.jsonl", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (found["read"], found["new"], found["rejected"], found["papers"]) == (1, 1, 1, 4)
    assert found["errors"][0]["file"] == "missing.bib"
    (rejection,) = found["rejections"]
    assert (rejection["file"], rejection["position"]) == ("more.jsonl", 2)
    again = attest("add", "missing.bib", "more.jsonl")
    assert f"  - more.jsonl, record 2: {rejection['reason'][:20]}" in again.stdout
    assert "  ! not read: " in again.stdout


def test_removing_takes_papers_and_the_answers_that_show_them(attest: Attest, folder: Path):
    attest("ask", QUESTION)
    result = attest("remove", "owls")
    assert result.exit_code == 0, result.output
    assert "Removed 1 paper." in result.stdout
    assert attest("show", "owls").exit_code == 1
    for path in (folder / "library").rglob("*"):
        assert path.is_dir() or b"locate a mouse by hearing" not in path.read_bytes(), path


def test_a_dry_run_removes_nothing(attest: Attest):
    result = attest("remove", "--dry-run", "owls", "--json")
    assert json.loads(result.stdout) == {"papers": ["owls"], "removed": 0}
    assert attest("show", "owls").exit_code == 0


def test_what_came_from_a_file_can_be_named(attest: Attest, folder: Path):
    result = attest("remove", "--dry-run", "--file", str(folder / "papers.jsonl"), "--json")
    assert json.loads(result.stdout)["papers"] == []
    made = json.loads(attest("show", "owls", "--json").stdout)["sources"][0]
    result = attest("remove", "--dry-run", "--file", made["file"], "--json")
    assert sorted(json.loads(result.stdout)["papers"]) == ["bats", "moths", "owls"]
    result = attest("remove", "--dry-run", "--batch", made["batch"], "--json")
    assert len(json.loads(result.stdout)["papers"]) == 3


def test_removing_an_unknown_paper_removes_none(attest: Attest):
    result = attest("remove", "owls", "cats")
    assert result.exit_code == 1
    assert "no paper 'cats'" in _line(result)
    assert attest("show", "owls").exit_code == 0


def test_removing_needs_something_to_remove(attest: Attest):
    result = attest("remove")
    assert result.exit_code == 2
    assert "name papers" in _line(result)


def test_a_library_can_be_rebuilt_and_verified(attest: Attest):
    before = json.loads(attest("status", "--json").stdout)["fingerprint"]
    assert before in attest("rebuild").stdout.replace("\n", "")
    assert before in attest("verify").stdout.replace("\n", "")


def test_verify_names_a_conversation_that_was_altered(attest: Attest, folder: Path):
    attest("ask", "Where do bells crack?")
    path = folder / "library" / "conversations.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE answers SET question = 'Where do dogs bark?'")
    connection.close()
    found = attest("verify")
    assert found.exit_code == 1
    assert "1 of the conversations hold an altered answer, which is not shown" in " ".join(
        found.stderr.split()
    )


# Reading


def test_a_paper_is_shown_as_stored(attest: Attest):
    paper = json.loads(attest("show", "owls", "--json").stdout)
    assert paper["abstract"] == PAPERS[0]["text"]
    assert paper["identifiers"]["doi"] == "10.1234/owls"
    assert "Barn owls hunt by hearing alone" in attest("show", "owls").stdout


def test_papers_are_listed_with_tabs_for_programs(attest: Attest):
    rows = [line.split("\t") for line in attest("papers").stdout.splitlines()]
    assert ["owls", "2001", "Barn owls hunt by hearing alone", ""] in rows
    objects = [json.loads(line) for line in attest("papers", "--json").stdout.splitlines()]
    bats = {"id": "bats", "year": 2010, "title": PAPERS[1]["title"]}
    assert {**bats, "title_only": False, "retraction": None} in objects


def test_the_status_has_the_promised_keys(attest: Attest):
    found = json.loads(attest("status", "--json").stdout)
    keys = ["papers", "passages", "fingerprint", "version", "store", "model", "writer"]
    assert list(found) == keys
    assert (found["papers"], found["writer"]) == (3, None)
    assert "papers    3\n" in attest("status").stdout


# Asking


def test_a_search_lists_the_best_passage_of_each_paper(attest: Attest):
    found = json.loads(attest("search", QUESTION, "--json", "-k", "2").stdout)
    assert list(found) == ["question", "hits"]
    assert [hit["rank"] for hit in found["hits"]] == [1, 2]
    assert found["hits"][0]["paper_id"] == "owls"
    assert attest("search", QUESTION).stdout.startswith("1  Barn owls hunt by hearing alone\n")


def test_an_answer_quotes_stored_abstracts_to_the_letter(attest: Attest):
    result = attest("ask", QUESTION, "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["refused"] is False
    assert found["citations"]
    for citation in found["citations"]:
        paper = json.loads(attest("show", citation["paper_id"], "--json").stdout)
        span = paper["abstract"][citation["start"] : citation["end"]]
        assert span == citation["quote"]
        assert f"[{citation['n']}]" in found["answer"]


def test_a_question_may_come_in_words_or_on_stdin(attest: Attest):
    assert json.loads(attest("ask", *QUESTION.split(), "--json").stdout)["question"] == QUESTION
    assert json.loads(attest("ask", "-", "--json", stdin=QUESTION).stdout)["question"] == QUESTION


def test_an_answer_for_a_person_has_footnotes_and_says_how_long_it_took(attest: Attest):
    result = attest("ask", QUESTION)
    assert "[1] Ames et al. 2001. Barn owls hunt by hearing alone." in result.stdout
    assert "\x1b" not in result.output
    assert result.stderr.endswith(" s, 3 papers searched\n")
    assert attest("-q", "ask", QUESTION).stderr == ""


def test_a_refusal_is_an_answer_unless_it_is_asked_to_fail(attest: Attest):
    nothing = ("ask", QUESTION, "--year-from", "3000")
    result = attest(*nothing)
    assert result.exit_code == 0
    assert "the filters allow" in result.stdout
    assert attest(*nothing, "--fail-on-refusal").exit_code == 3
    assert json.loads(attest(*nothing, "--json").stdout)["refused"] is True


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (["--year-to", "2005"], {"owls"}),
        (["--year-from", "2005", "--year-to", "2012"], {"bats"}),
        (["--venue", "journal of BATS"], {"bats", "moths"}),
        (["--author", "dorn"], {"bats"}),
        (["--source", "papers.jsonl"], {"owls", "bats", "moths"}),
    ],
)
def test_filters_narrow_a_search(attest: Attest, filters: list[str], expected: set[str]):
    found = json.loads(attest("search", "Who hunts what?", "--json", *filters).stdout)
    assert {hit["paper_id"] for hit in found["hits"]} == expected


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask"], "ask something"),
        (["ask", ""], "blank"),
        (["ask", "   "], "blank"),
        (["search", "  "], "blank"),
        (["ask", "x", "--out", "y"], "--out needs --batch"),
        (["ask", "x", "--batch", "y"], "cannot stand beside --batch"),
        (["ask", "-c", "--batch", "y"], "cannot stand beside --batch"),
        (["ask", "--batch", "missing.jsonl"], "missing.jsonl cannot be read"),
        (["--embedder", "nothing", "ask", "x"], "no embedder is called 'nothing'"),
    ],
)
def test_what_cannot_be_served_is_one_line_and_exit_2(
    attest: Attest, arguments: list[str], said: str
):
    result = attest(*arguments)
    assert result.exit_code == 2
    assert said in _line(result)
    assert _line(result).startswith("attest: ")
    assert result.stdout == ""


@pytest.mark.parametrize("arguments", [["nothing"], ["ask", "x", "-k", "0"], ["show"], ["--nope"]])
def test_a_wrong_command_line_is_exit_2(attest: Attest, arguments: list[str]):
    assert attest(*arguments).exit_code == 2


def test_a_huge_question_is_refused_in_one_line(attest: Attest):
    result = attest("ask", "-", stdin="owl " * 250_000)
    assert result.exit_code == 2
    assert "999,999 characters" in _line(result)


def test_bytes_that_are_no_text_are_a_question_all_the_same(attest: Attest):
    assert attest("ask", "-", "--json", stdin=b"barn owls \xff\xfe mouse?").exit_code == 0
    assert attest("ask", "barn owls \udcff mouse?").exit_code == 0


@pytest.mark.parametrize(
    "command", [["ask", "x"], ["search", "x"], ["show", "x"], ["papers"], ["status"], ["verify"]]
)
def test_a_missing_library_is_one_line_and_exit_1(attest: Attest, command: list[str]):
    result = attest("--library", "elsewhere", *command)
    assert result.exit_code == 1
    assert "no library in elsewhere; make one with 'attest add'" in _line(result)


def test_an_empty_library_is_one_line_and_exit_1(attest: Attest):
    attest("--library", "empty", "add", "missing.bib")
    result = attest("--library", "empty", "ask", QUESTION)
    assert result.exit_code == 1
    assert "no papers in" in _line(result)


def test_an_unknown_paper_is_one_line_and_exit_1(attest: Attest):
    result = attest("show", "cats")
    assert result.exit_code == 1
    assert _line(result) == "attest: no paper 'cats' in the library; see 'attest papers'"


def test_a_second_writer_is_told_who_writes(attest: Attest, folder: Path):
    with Lock(folder / "library" / "lock"):
        result = attest("add", "papers.jsonl")
        status = json.loads(attest("status", "--json").stdout)
    assert result.exit_code == 1
    assert f"process {os.getpid()}" in _line(result)
    assert status["writer"]["pid"] == os.getpid()


def test_a_damaged_library_is_one_line_and_exit_1(attest: Attest, folder: Path):
    (folder / "library" / "catalogue.sqlite").write_bytes(b"no database" * 999)
    result = attest("status")
    assert result.exit_code == 1
    assert _line(result).startswith("attest: ")


# Conversations


def test_a_follow_up_carries_the_last_conversation_on(attest: Attest):
    attest("ask", QUESTION)
    found = json.loads(attest("ask", "-c", "And in how many trials?", "--json").stdout)
    assert found["standalone"] == f"{QUESTION} And in how many trials?"
    fresh = json.loads(attest("ask", "And in how many trials?", "--json").stdout)
    assert fresh["standalone"] == "And in how many trials?"


def test_the_first_question_may_already_ask_to_continue(attest: Attest):
    result = attest("ask", "-c", QUESTION)
    assert result.exit_code == 0
    assert "a new conversation begins" in result.stderr


def test_the_history_lists_what_was_asked(attest: Attest):
    attest("ask", QUESTION)
    attest("ask", "-c", "And bats?")
    newest, oldest = map(json.loads, attest("history", "--json").stdout.splitlines())
    assert (newest["question"], oldest["question"]) == ("And bats?", QUESTION)
    assert newest["conversation"] == oldest["conversation"]
    assert QUESTION in attest("history", "-n", "2").stdout


def test_the_history_tells_what_was_said_about_an_answer(attest: Attest, folder: Path):
    attest("ask", QUESTION)
    attest("ask", "And bats?")
    newest = json.loads(attest("history", "--json", "-n", "1").stdout)
    said = Feedback(kind="missed paper", note="Griffin 1958")
    Conversations(folder / "library").judge(newest["id"], said)
    newest, oldest = map(json.loads, attest("history", "--json").stdout.splitlines())
    assert newest["feedback"] == {"kind": "missed paper", "note": "Griffin 1958"}
    assert "feedback" not in oldest


def test_a_follow_up_does_not_enter_the_conversation_of_a_signed_in_user(
    attest: Attest, folder: Path
):
    found = json.loads(attest("ask", QUESTION, "--json").stdout)
    conversations = Conversations(folder / "library")
    kept = conversations.answer(found["id"])
    assert kept is not None
    conversations.keep(kept.answer.model_copy(update={"id": "hers"}), owner="anna")
    attest("ask", "-c", "And bats?")
    assert conversations.recent(1)[0].conversation == kept.conversation


def test_asking_works_where_nothing_can_be_kept(attest: Attest, folder: Path):
    (folder / "library" / FILE).mkdir()
    found = attest("ask", QUESTION, "--json")
    assert found.exit_code == 0
    assert "not kept" in json.loads(found.stdout)["notices"][0]
    assert "Note: this answer was not kept" in attest("ask", QUESTION).stdout


# Batches


def _batch(folder: Path, count: int) -> Path:
    rows = [{"id": n, "question": f"{QUESTION} Number {n}?"} for n in range(count)]
    return _write(folder / "questions.jsonl", rows)


def test_a_batch_answers_in_order_with_ids(attest: Attest, folder: Path):
    earlier = [{"question": QUESTION, "answer": "By hearing."}]
    rows = [
        {"id": "a", "question": QUESTION},
        {"id": "b", "question": "And in how many trials?", "history": earlier},
        {"id": "c", "question": QUESTION, "filters": {"year_from": 3000}},
    ]
    _write(folder / "questions.jsonl", rows)
    result = attest("ask", "--batch", "questions.jsonl", "--out", "out", "--fail-on-refusal")
    assert result.exit_code == 3, result.stderr
    assert result.stdout == ""
    found = [json.loads(line) for line in (folder / "out").read_text().splitlines()]
    assert [each["id"] for each in found] == ["a", "b", "c"]
    assert [each["refused"] for each in found] == [False, False, True]
    assert found[1]["standalone"].startswith(QUESTION)
    assert attest("history").stdout == ""


def test_a_batch_without_out_goes_to_stdout(attest: Attest, folder: Path):
    text = _batch(folder, 2).read_text()
    result = attest("search", "--batch", "-", "-k", "1", stdin=text)
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [list(each) for each in found] == [["question", "hits", "id"]] * 2


def test_a_bad_line_stops_a_batch_before_anything_is_asked(attest: Attest, folder: Path):
    path = _batch(folder, 2)
    path.write_text(path.read_text() + "{broken\n")
    result = attest("ask", "--batch", "questions.jsonl", "--out", "out")
    assert result.exit_code == 2
    assert "questions.jsonl:3: not JSON" in _line(result)
    assert not (folder / "out").exists()


def test_a_batch_is_not_resumed_into_a_foreign_file(attest: Attest, folder: Path):
    _batch(folder, 2)
    (folder / "out").write_text('{"question": "Another?", "id": 0}\n')
    result = attest("ask", "--batch", "questions.jsonl", "--out", "out")
    assert result.exit_code == 2
    assert "choose another --out" in _line(result)


def test_answers_of_another_state_of_the_library_are_pointed_out(attest: Attest, folder: Path):
    _batch(folder, 1)
    attest("ask", "--batch", "questions.jsonl", "--out", "out")
    assert "another state" not in attest("ask", "--batch", "questions.jsonl", "--out", "out").stderr
    (line,) = (folder / "out").read_text().splitlines()
    _write(folder / "out", [{**json.loads(line), "library": "0" * 64}])
    assert "another state" in attest("ask", "--batch", "questions.jsonl", "--out", "out").stderr


def test_a_batch_that_is_killed_goes_on_where_it_stopped(folder: Path):
    _batch(folder, 40)
    library = str(folder / "library")
    arguments = ["--library", library, "ask", "--batch", "questions.jsonl", "--out", "out"]
    out = folder / "out"
    with subprocess.Popen(
        [sys.executable, "-m", "rag.cli", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": _path(), **_environment(folder)},
        stderr=subprocess.DEVNULL,
    ) as process:
        while not (out.exists() and out.read_bytes().count(b"\n") >= 3):
            assert process.poll() is None
            time.sleep(0.002)
        process.kill()
    kept = out.read_bytes()
    kept = kept[: kept.rfind(b"\n") + 1]
    assert kept.count(b"\n") < 40
    assert _process(*arguments, folder=folder).returncode == 0
    assert out.read_bytes().startswith(kept)
    found = [json.loads(line)["id"] for line in out.read_text().splitlines()]
    assert found == list(range(40))


# Surroundings


def test_settings_are_told_with_their_origin(attest: Attest, folder: Path):
    (folder / "attest.toml").write_text("hits = 7\n")
    found = json.loads(attest("config", "--json").stdout)
    assert found["library"]["origin"] == "--library"
    assert found["embedder"] == {"value": "hash", "origin": "ATTEST_EMBEDDER"}
    assert found["hits"] == {"value": "7", "origin": "attest.toml"}
    assert "hits          7 (attest.toml)" in attest("config").stdout
    (folder / "attest.toml").unlink()
    assert json.loads(attest("config", "--json").stdout)["hits"]["origin"] == "default"


@pytest.mark.parametrize(
    ("content", "said"), [("hits = 0", "'hits'"), ("nope = 1", "'nope'"), ("hits =", "TOML")]
)
def test_a_wrong_setting_is_one_line_and_exit_2(
    attest: Attest, folder: Path, content: str, said: str
):
    (folder / "attest.toml").write_text(content)
    result = attest("status")
    assert result.exit_code == 2
    assert said in _line(result)


def test_where_names_library_and_settings(attest: Attest, folder: Path):
    found = json.loads(attest("where", "--json").stdout)
    assert found["library"] == str(folder / "library")
    assert found["settings of the user"].startswith(str(folder / "config"))
    assert "not there" in attest("where").stdout


def test_the_version_is_told(attest: Attest):
    assert attest("--version").stdout.startswith("attest ")


# The process


def test_help_is_light_and_lists_every_command(tmp_path: Path):
    probe = (
        "import sys, time\nfrom rag.cli import main\ntry:\n    main()\nfinally:\n"
        "    print(time.process_time(), *sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, "--help"],
        env={**os.environ, "PYTHONPATH": _path()},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, *modules = done.stderr.split()
    assert float(seconds) < 1.0
    assert not {"rich", "numpy", "chromadb", "pydantic_settings", "sqlite3"} & set(modules) - {
        "sqlite3"
    }
    for name in ("add", "ask", "compare", "agree", "trace", "search", "show", "models", "demo"):
        assert f"\n  {name} " in done.stdout
    assert "..." not in done.stdout.replace("[ARGS]...", "")


def test_an_interrupt_is_one_line_and_exit_130(folder: Path):
    _batch(folder, 4000)
    with subprocess.Popen(
        [sys.executable, "-m", "rag", "ask", "--batch", "questions.jsonl", "--out", "out"],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": _path(),
            **_environment(folder),
            "ATTEST_LIBRARY": str(folder / "library"),
        },
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not (folder / "out").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    ended = (process.returncode, said)
    assert ended == (130, "attest: interrupted; what was finished is kept\n")


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("from a callback"),
        AttestError("odd"),
        sqlite3.InterfaceError("from a driver"),
        SystemError("a result with an error set"),
    ],
)
def test_an_interrupt_that_comes_out_as_an_error_of_another_is_still_one(error: Exception, capsys):
    def work() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise error from None

    with pytest.raises(typer.Exit) as ended, reported():
        work()
    assert ended.value.exit_code == 130
    assert capsys.readouterr().err == "attest: interrupted; what was finished is kept\n"


def test_a_reader_that_goes_away_is_no_news(folder: Path):
    command = f"{sys.executable} -m rag.cli --library library papers --json | true"
    env = {**os.environ, "PYTHONPATH": _path(), **_environment(folder)}
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_a_defect_is_one_line_and_keeps_its_traceback_for_v(folder: Path):
    planted = (
        "import sys, rag.library\n"
        "def broken(self): raise ZeroDivisionError('planted')\n"
        "rag.library.Library.status = broken\n"
        "from rag.cli import main\nmain()"
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", planted, *arguments, "status"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": _path(), **_environment(folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    brief, full = run(), run("-v")
    assert (brief.returncode, full.returncode) == (1, 1)
    assert brief.stderr == (
        "attest: ZeroDivisionError: planted; this is a defect of Attest: run again with -v to "
        "see where\n"
    )
    assert full.stderr.startswith("Traceback")


def test_a_pipe_and_no_color_give_no_escape_codes(folder: Path):
    done = _process("--library", "library", "ask", QUESTION, folder=folder, NO_COLOR="1")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "“" in done.stdout


def test_output_that_is_not_utf8_still_comes(folder: Path):
    question = f"{QUESTION} – Größe?"
    arguments = ("--library", "library", "ask", question, "--json")
    done = _process(*arguments, folder=folder, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert json.loads(done.stdout)["question"] == question


def test_vendors_are_told_to_stay_offline_and_silent(tmp_path: Path):
    probe = (
        "import os\nfrom rag.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*(os.environ[n] for n in ('ANONYMIZED_TELEMETRY', 'HF_HUB_DISABLE_TELEMETRY', "
        "'GRADIO_ANALYTICS_ENABLED', 'HF_HUB_OFFLINE')))"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", probe, "--version"],
        env={**clean, "PYTHONPATH": _path()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[1] == "False 1 False 1"


# Narration


class _Stream:
    def __init__(self, *, live: bool) -> None:
        self.written = ""
        self._live = live

    def isatty(self) -> bool:
        return self._live

    def write(self, text: str) -> int:
        self.written += text
        return len(text)

    def flush(self) -> None:
        pass


def _narrated(*, live: bool, quiet: bool = False) -> str:
    stream = _Stream(live=live)
    now = iter(range(10_000))
    narration = Narration(stream, quiet=quiet, clock=lambda: float(next(now)))  # pyright: ignore
    for done in range(31):
        narration("embed", done, 30)
    narration.end()
    return stream.written


def test_progress_in_a_log_is_at_most_a_line_in_five_seconds():
    lines = _narrated(live=False).splitlines()
    assert lines == [
        "embedding 5/30 passages · 1.0/s · 25 s left",
        "embedding 10/30 passages · 1.0/s · 20 s left",
        "embedding 15/30 passages · 1.0/s · 15 s left",
        "embedding 20/30 passages · 1.0/s · 10 s left",
        "embedding 25/30 passages · 1.0/s · 5 s left",
        "embedding 30/30 passages · 1.0/s · 0 s left",
    ]


def test_progress_on_a_terminal_is_one_line_that_goes_away():
    written = _narrated(live=True)
    assert "\n" not in written
    assert "\x1b" not in written
    assert written.rsplit("\r", 2)[1].strip() == ""


def test_quiet_is_quiet():
    assert _narrated(live=True, quiet=True) == ""


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.2, "0 s"), (59, "59 s"), (87, "1 min 27 s"), (7500, "2 h 5 min")]
)
def test_durations_are_in_words(seconds: float, expected: str):
    assert lasting(seconds) == expected


def test_a_stage_that_nobody_named_is_called_as_it_is():
    assert described("polish", 1, 2, 0) == "polish 1/2"
