"""What the benches stand on: samples, processes and peers."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from eval.bench.peers import IMPORTS, INSTALL, TASKS, text_of
from eval.bench.process import (
    ROOT,
    Cost,
    ProcessFailed,
    environment,
    last_line,
    middle,
    run,
    size_of,
)
from eval.bench.sample import Sampled, sample, write
from rag.errors import SourceError
from rag.schema import Passage

PAPERS = [
    {
        "_id": f"p{number}",
        "title": f"Report {number} on {topic}",
        "text": f"We measure {topic} with instrument {number}. The error of {topic} is small.",
    }
    for number, topic in enumerate(("rivers", "parsers", "alloys", "markets", "dialects", "bees"))
]


def jsonl(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def corpus(tmp_path):
    return jsonl(tmp_path / "corpus.jsonl", PAPERS)


def of(path: Path, count: int, **options: int) -> list[str]:
    return [each.id for each in sample(path, count, **options)]


# Samples


def test_a_sample_is_the_same_for_the_same_seed_and_another_for_another(tmp_path):
    rows = [{**PAPERS[0], "_id": f"n{n}", "title": f"Title {n}"} for n in range(200)]
    path = jsonl(tmp_path / "many.jsonl", rows)
    assert of(path, 20) == of(path, 20)
    assert of(path, 20) != of(path, 20, seed=1)


def test_a_sample_keeps_the_order_of_the_file(corpus):
    drawn = of(corpus, 5)
    assert len(drawn) == 5
    assert drawn == sorted(drawn)


def test_a_sample_of_more_than_there_is_is_everything(corpus):
    assert of(corpus, 1_000) == [paper["_id"] for paper in PAPERS]


def test_no_title_and_no_id_is_drawn_twice_and_no_paper_without_abstract(tmp_path):
    first, second, third, fourth = PAPERS[:4]
    rows = [
        first,
        {**second, "title": str(first["title"]).upper()},
        {**third, "_id": first["_id"]},
        {**fourth, "text": ""},
    ]
    assert of(jsonl(tmp_path / "some.jsonl", rows), 10) == [first["_id"]]


def test_every_paper_is_drawn_about_equally_often(corpus):
    drawn = Counter(name for seed in range(400) for name in of(corpus, 2, seed=seed))
    assert len(drawn) == len(PAPERS)
    assert min(drawn.values()) > 90  # 133 on average, standard deviation 9


def test_a_file_without_papers_is_refused_by_name(tmp_path):
    path = jsonl(tmp_path / "empty.jsonl", [{"_id": "a", "title": "No abstract here"}])
    with pytest.raises(SourceError, match=r"empty\.jsonl"):
        sample(path, 3)


def test_what_is_written_is_what_every_system_reads(tmp_path):
    papers = [Sampled("a", "On “bees”", "They hum.\nThey dance.", 1999)]
    assert sample(write(papers, tmp_path / "out.jsonl"), 5)[0].title == "On “bees”"


# Processes


def test_a_run_books_its_wall_and_cpu_time_and_that_of_its_children(tmp_path):
    burn = "import time; s = time.process_time()\nwhile time.process_time() < s + .3: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    cost = run([sys.executable, "-c", parent], tmp_path / "log")
    assert cost.cpu >= 0.3
    assert cost.wall >= 0.3
    assert cost.rss > 1


def test_a_run_that_fails_says_its_last_line(tmp_path):
    with pytest.raises(ProcessFailed, match="no such thing"):
        run([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path / "log")


def test_a_run_sees_no_settings_of_attest_and_no_network(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTEST_EMBEDDER", "hash")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    names = "'ATTEST_EMBEDDER', 'HF_HUB_OFFLINE'"
    command = f"import os; print([os.environ.get(name) for name in ({names})])"
    run([sys.executable, "-c", command], tmp_path / "log")
    assert last_line(tmp_path / "log") == "[None, '1']"


def test_compiled_modules_are_kept_for_the_next_run_whatever_the_machine_says(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    run([sys.executable, "-c", "import rag.schema"], tmp_path / "log")
    assert list((tmp_path / "bytecode").rglob("schema*.pyc"))


def test_other_variables_reach_a_run(tmp_path):
    assert environment({"LANG": "C"}, tmp_path)["LANG"] == "C"


def test_the_middle_of_costs_is_a_median_but_the_largest_memory():
    costs = [Cost(1, 10, 300), Cost(9, 30, 100), Cost(2, 20, 200)]
    assert middle(costs) == Cost(2, 20, 300)


def test_the_size_of_a_folder_counts_every_file_below_it(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "deep" / "er" / "b").write_bytes(b"123")
    assert size_of(tmp_path) == 8


# Peers


def test_the_peers_file_runs_without_attest(tmp_path):
    script = ROOT / "eval" / "bench" / "peers.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), "no such task"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert "KeyError: 'no such task'" in done.stderr


def test_every_peer_has_a_task_its_imports_and_a_way_to_install_it():
    assert IMPORTS.keys() == INSTALL.keys() <= TASKS.keys()


def test_a_peer_gets_the_text_that_attest_embeds():
    passage = Passage(
        id="a#0", paper_id="a", ordinal=0, start=0, end=9, title="On bees", text="They hum."
    )
    assert text_of("On bees", "They hum.") == passage.embedded_text
