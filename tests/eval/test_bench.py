"""The benches: what they sample, run, rank and print."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from eval.bench import ask, ingest, retrieval
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
from rag.build import open_library
from rag.errors import SourceError
from rag.retrieval import Candidate
from rag.schema import Passage
from rag.settings import Settings

TOPICS = ("rivers", "parsers", "proteins", "markets", "galaxies", "dialects", "alloys", "bees")
PAPERS = [
    {
        "_id": f"p{number}",
        "title": f"Report {number} on {topic}",
        "text": f"We measure {topic} with instrument {number}. The error of {topic} is small.",
        "year": 2000 + number,
    }
    for number, topic in enumerate(TOPICS)
]


def jsonl(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def corpus(tmp_path):
    return jsonl(tmp_path / "corpus.jsonl", PAPERS)


@pytest.fixture
def hashed(monkeypatch):
    monkeypatch.setenv("ATTEST_EMBEDDER", "hash")


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
    assert min(drawn.values()) > 60  # 100 on average, standard deviation 9


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


# Retrieval


def candidate(name: str, *, dense: float, lexical: float, score: float) -> Candidate:
    passage = Passage(id=f"{name}#0", paper_id=name, ordinal=0, start=0, end=0, title=name, text="")
    return Candidate(
        paper_id=name,
        passage=passage,
        key=1,
        score=score,
        dense=dense,
        lexical=lexical,
        keys=(1,),
    )


def test_each_system_ranks_by_its_own_score():
    found = [
        candidate("both", dense=0.6, lexical=0.6, score=0.9),
        candidate("words", dense=0.1, lexical=0.9, score=0.5),
        candidate("meaning", dense=0.8, lexical=0.0, score=0.4),
    ]
    ranked = retrieval.rankings(found)
    assert ranked["blend"] == ["both", "words", "meaning"]
    assert ranked["dense"] == ["meaning", "both", "words"]
    assert ranked["lexical"] == ["words", "both"]
    assert sorted(ranked["rank fusion"]) == ["both", "meaning", "words"]


def beir(folder: Path) -> Path:
    folder.mkdir()
    jsonl(folder / "corpus.jsonl", PAPERS)
    queries = [
        {"_id": f"q{n}", "text": f"How large is the error of {t}?"} for n, t in enumerate(TOPICS)
    ]
    jsonl(folder / "queries.jsonl", queries)
    graded = ["query-id\tcorpus-id\tscore", "q0\tp0\t1", "q1\tp1\t2", "q2\tp2\t0"]
    (folder / "qrels.tsv").write_text("\n".join(graded) + "\n", encoding="utf-8")
    return folder


def test_only_queries_with_a_relevant_paper_are_judged(tmp_path):
    judged = retrieval.beir(beir(tmp_path / "set"))
    assert [(one.id, dict(one.relevant)) for one in judged] == [
        ("q0", {"p0": 1}),
        ("q1", {"p1": 2}),
    ]


def test_the_retrieval_bench_scores_a_perfect_lexical_ranking_one(tmp_path, hashed):
    lines = retrieval.table(beir(tmp_path / "set"), tmp_path / "cache").splitlines()
    assert lines[0] == "set: 2 queries"
    assert lines[1].split() == ["nDCG@10", "R@100", "RR@10", "P@1"]
    rows = {line.rsplit(maxsplit=4)[0].strip(): line.split()[-4:] for line in lines[2:]}
    assert rows.keys() == set(retrieval.SYSTEMS)
    assert rows["lexical"] == ["1.0000"] * 4


def test_page_questions_are_scored_by_type_and_unanswerable_ones_left_out(tmp_path, corpus, hashed):
    rows = [
        {
            "id": f"d{n}",
            "type": kind,
            "question": f"How large is the error of {TOPICS[n]}?",
            "history": [],
            "answerable": kind != "unanswerable",
            "gold": [{"title": str(PAPERS[n]["title"]).upper(), "evidence": []}],
        }
        for n, kind in enumerate(("factoid", "factoid", "method", "unanswerable"))
    ]
    printed = retrieval.by_type(jsonl(tmp_path / "asked.jsonl", rows), corpus, tmp_path / "cache")
    lines = {line.split()[0]: line.split()[1:] for line in printed.splitlines()}
    assert lines["3"][0] == "questions,"
    assert {"all", "factoid", "method"} <= lines.keys()
    assert "unanswerable" not in lines
    assert lines["all"] == ["1.000"] * len(retrieval.SYSTEMS)


# Asking


@pytest.fixture
def library(tmp_path, corpus, hashed):
    settings = Settings(library=tmp_path / "library")
    open_library(settings).add([corpus])
    return settings


def test_questions_are_made_of_titles_and_are_always_the_same(library):
    asked = ask.questions(library, None, 5)
    assert len(asked) == 5
    assert asked == ask.questions(library, None, 5)
    assert all(any(str(paper["title"]) in each for paper in PAPERS) for each in asked)


def test_questions_of_a_file_are_taken_as_they_stand(library, tmp_path):
    file = jsonl(tmp_path / "asked.jsonl", [{"question": "Why?"}, {"question": "How?"}])
    assert ask.questions(library, file, 1) == ["Why?"]


def test_the_warm_table_has_every_stage_and_a_total(library):
    printed = ask.warm(library, ask.questions(library, None, 8))
    assert f"8 questions on {len(PAPERS)} papers" in printed
    stages = [line.split("  ")[1] for line in printed.splitlines()[2:]]
    assert {"retrieve", "answer", "total", "total, filtered"} <= set(stages)


# Whole commands


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "ATTEST_EMBEDDER": "hash"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_retrieval_command_asks_for_something_to_measure():
    done = command("eval.bench.retrieval")
    assert done.returncode == 2
    assert "name a BEIR folder" in done.stderr


def test_the_ask_command_prints_its_table(library):
    done = command("eval.bench.ask", "--library", library.library, "--count", "3")
    assert done.returncode == 0, done.stderr
    assert "3 questions on" in done.stdout


# Ingest


def test_each_system_adds_the_same_papers_to_its_own_empty_folder(tmp_path):
    bench = ingest.Bench("python", tmp_path / "model", tmp_path / "papers.jsonl", tmp_path)
    places = [bench.place(system, number) for system in ("attest", *IMPORTS) for number in (0, 1)]
    assert len(set(places)) == len(places)
    for system in ("attest", *IMPORTS):
        command = bench.command(system, bench.place(system, 0))
        assert {str(bench.papers), str(bench.place(system, 0))} <= set(command)


@pytest.mark.parametrize(("sign", "least"), [(1, "1.000000"), (-1, "-1.000000")])
def test_agreement_is_the_cosine_of_vectors_of_the_same_text(
    tmp_path, corpus, hashed, monkeypatch, sign, least
):
    bench = ingest.Bench("python", tmp_path / "model", corpus, tmp_path)
    own = open_library(Settings(library=bench.place("attest", 0)))
    own.add([corpus])

    def stored(arguments: list[str], _: Path) -> None:
        """Write what a peer would: the same vectors, or turned round, and a text of its own."""
        with own.snapshot() as snapshot:
            rows = [
                {
                    "text": text_of(each.title, each.text),
                    "vector": [3 * sign * float(x) for x in np.frombuffer(each.vector, "<f2")],
                }
                for each in snapshot.entries()
            ]
        other = {"text": "Another text", "vector": [1.0] * 384}
        jsonl(Path(arguments[-1]), [*rows, other])

    monkeypatch.setattr(ingest, "run", stored)
    printed = ingest.agreement(bench, "chroma", tmp_path / "chroma-0")
    assert f"least {least} over {len(PAPERS)} texts" in printed
