"""The benches: what they rank, ask, add and print."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from eval.bench import __main__ as bench
from eval.bench import ask, ingest, rivals
from eval.bench.__main__ import BENCHES
from eval.bench.peers import IMPORTS, text_of
from eval.bench.process import ROOT
from eval.datasets import read_dataset
from rag.build import open_library
from rag.cli.app import app
from rag.fusion import reciprocal_ranks
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


# Rivals


QUESTIONS = [
    {"id": f"q{number}", "question": f"How large is the error of {topic}?", "answerable": True,
     "gold": [{"paper_id": f"p{number}"}]}
    for number, topic in enumerate(TOPICS)
]  # fmt: skip
PARTS = ("bm25", "dense", "rank-fusion")


@pytest.fixture
def asked(tmp_path):
    return jsonl(tmp_path / "asked.jsonl", QUESTIONS)


def hits(path: Path) -> dict[str, list[dict]]:
    return {row["id"]: row["hits"] for row in map(json.loads, path.read_text().splitlines())}


@pytest.fixture
def written(library, asked, tmp_path):
    return rivals.write(read_dataset(asked), Path(library.library), tmp_path / "rivals")


def test_every_part_ranks_the_papers_of_every_case(written):
    assert [path.stem for path in written] == list(PARTS)
    for path in written:
        found = hits(path)
        assert list(found) == [row["id"] for row in QUESTIONS]
        for ranking in found.values():
            ids = [hit["paper_id"] for hit in ranking]
            scores = [hit["score"] for hit in ranking]
            assert len(set(ids)) == len(ids)
            assert scores == sorted(scores, reverse=True)
            assert [hit["rank"] for hit in ranking] == list(range(1, len(ranking) + 1))
            assert all(hit["title"] == PAPERS[int(hit["paper_id"][1:])]["title"] for hit in ranking)


def test_each_part_ranks_by_its_own_score(written):
    lexical, dense, fused = map(hits, written)
    for case in lexical:
        assert lexical[case][0]["paper_id"] == f"p{case[1:]}"
        assert len(dense[case]) == len(PAPERS)
        ranked = [[hit["paper_id"] for hit in each[case]] for each in (dense, lexical)]
        scores = reciprocal_ranks(ranked)
        assert {hit["paper_id"]: hit["score"] for hit in fused[case]} == pytest.approx(scores)


def test_many_passages_of_one_paper_do_not_crowd_out_the_others(tmp_path, hashed, asked):
    long = " ".join(f"We measure rivers in valley {n} with one instrument." for n in range(1200))
    papers = jsonl(tmp_path / "long.jsonl", [{**PAPERS[0], "text": long}, *PAPERS[1:]])
    folder = tmp_path / "long"
    library = open_library(Settings(library=folder))
    library.add([papers])
    assert library.status().passages > 5 * len(PAPERS)
    _, dense, _ = map(hits, rivals.write(read_dataset(asked), folder, tmp_path / "rivals"))
    common = jsonl(tmp_path / "common.jsonl", [{"id": "c", "question": "Measure with instrument?"}])
    lexical = hits(rivals.write(read_dataset(common), folder, tmp_path / "common")[0])
    assert len(lexical["c"]) == len(PAPERS)
    assert all(len(ranking) == len(PAPERS) for ranking in dense.values())


def test_what_is_written_is_an_answer_file_of_the_evaluation(written, asked, tmp_path):
    for path in written:
        arguments = ["eval", "run", asked, "--answers", path, "--rankings"]
        folder = tmp_path / path.stem
        result = CliRunner().invoke(app, [*map(str, arguments), "--out", str(folder)])
        assert result.exit_code == 0, result.output
        assert f"{path.stem} on asked" in result.stdout
        rows = json.loads((folder / "scores.json").read_text())["rows"]
        values = {row["outcomes"]["RR@10"]["value"] for row in rows}
        assert None not in values
        assert path.stem != "bm25" or values == {1}


def test_a_peer_ranks_the_same_papers_for_the_same_questions(library, asked, tmp_path, monkeypatch):
    def ranked(command: list[str | Path], _: Path) -> None:
        """Write what a peer would: every paper, the last one first."""
        papers, questions, out = map(Path, command[4:7])
        ids = [json.loads(line)["_id"] for line in papers.read_text().splitlines()]
        asked = [json.loads(line) for line in questions.read_text().splitlines()]
        assert [row["question"] for row in asked] == [row["question"] for row in QUESTIONS]
        ranking = [[name, float(place)] for place, name in enumerate(sorted(ids))][::-1]
        jsonl(out, [{"id": row["id"], "ranking": ranking} for row in asked])

    monkeypatch.setattr(rivals, "run", ranked)
    data = read_dataset(asked)
    path = rivals.peer(data, Path(library.library), tmp_path, python="python", model="m")
    assert path.name == "llama-index.jsonl"
    for ranking in hits(path).values():
        assert [hit["paper_id"] for hit in ranking] == sorted(p["_id"] for p in PAPERS)[::-1]
        assert ranking[0]["title"] == PAPERS[-1]["title"]


def test_the_command_names_what_it_wrote(library, asked, tmp_path, capsys):
    out = tmp_path / "out"
    rivals.main([str(asked), "--library", str(library.library), "--out", str(out)])
    assert capsys.readouterr().out.splitlines() == [str(out / f"{name}.jsonl") for name in PARTS]


def test_every_bench_is_listed(capsys):
    bench.main()
    printed = capsys.readouterr().out
    assert "retrieval" not in BENCHES
    for name in BENCHES:
        assert f"python -m eval.bench.{name}\n" in printed


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


def test_the_rivals_command_asks_for_something_to_rank():
    done = command("eval.bench.rivals")
    assert done.returncode == 2
    assert "--library" in done.stderr


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
