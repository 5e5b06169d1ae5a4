"""The benches: what they rank, ask, add and print."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from eval.bench import ask, ingest, retrieval
from eval.bench.peers import IMPORTS, text_of
from eval.bench.process import ROOT
from rag.build import open_library
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
