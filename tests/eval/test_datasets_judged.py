"""Test collections in BEIR's and TREC's form: what becomes gold, and what is wrong."""

import gzip
import json
import re
from pathlib import Path

import pytest

from eval.datasets import examine, faults, read_dataset
from eval.schema import Gold
from rag.errors import SourceError

CORPUS = [
    {"_id": "d1", "title": "Mosses", "text": "Moss  grows in shade. It needs water."},
    {"_id": "d2", "title": "Ferns", "text": "Ferns unroll."},
    {"_id": "d3", "title": "", "text": ""},
]
QUERIES = [
    {"_id": "q1", "text": "where does moss grow", "metadata": {"any": 1}},
    {"_id": 2, "text": "ferns"},
    {"_id": "q3", "text": "nobody judged this"},
]
HEADER = "query-id\tcorpus-id\tscore\n"


def rows(path: Path, *values: object) -> None:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "plants"
    home.mkdir()
    rows(home / "corpus.jsonl", *CORPUS)
    rows(home / "queries.jsonl", *QUERIES)
    return home


@pytest.mark.parametrize("header", ["", HEADER])
def test_a_beir_folder_gives_judged_queries_best_first(folder: Path, header: str):
    (folder / "qrels.tsv").write_text(f"{header}q1\td2\t0\nq1\td1\t2.0\n2\td2\t1\n")

    data, found, unjudged = examine(folder)

    assert found == ()
    assert data is not None
    assert (data.name, data.format, data.kind) == ("plants", "beir", "retrieval")
    assert data.corpus == str(folder / "corpus.jsonl")
    assert [case.id for case in data.cases] == ["q1", "2"]
    assert data.cases[0].gold == (Gold(paper_id="d1", grade=2), Gold(paper_id="d2", grade=0))
    assert data.cases[0].question == "where does moss grow"
    assert data.cases[0].answerable is None
    assert unjudged == ("q3",)


def test_everything_of_a_beir_folder_may_be_gzipped(folder: Path):
    (folder / "qrels.tsv").write_text(f"{HEADER}q1\td1\t1\n")
    plain = read_dataset(folder)

    for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv"):
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
        (folder / name).unlink()

    assert read_dataset(folder).cases == plain.cases


def test_the_test_split_is_taken_unless_another_is_named(folder: Path):
    (folder / "qrels").mkdir()
    (folder / "qrels" / "dev.tsv").write_text(f"{HEADER}2\td2\t1\n")
    (folder / "qrels" / "test.tsv").write_text(f"{HEADER}q1\td1\t1\n")

    assert [case.id for case in read_dataset(folder).cases] == ["q1"]

    dev = read_dataset(folder / "qrels" / "dev.tsv")

    assert ([case.id for case in dev.cases], dev.name) == (["2"], "plants-dev")


def test_one_split_is_taken_and_of_several_without_test_one_must_be_named(folder: Path):
    (folder / "qrels").mkdir()
    (folder / "qrels" / "dev.tsv").write_text(f"{HEADER}2\td2\t1\n")
    assert [case.id for case in read_dataset(folder).cases] == ["2"]

    (folder / "qrels" / "train.tsv").write_text(f"{HEADER}q1\td1\t1\n")
    with pytest.raises(SourceError, match=r"qrels/dev\.tsv, qrels/train\.tsv\); name one"):
        read_dataset(folder)


@pytest.mark.parametrize("name", ["qrels", "qrels.test.txt", "plants.qrels"])
@pytest.mark.parametrize("topics", ["queries.jsonl", "topics.tsv"])
def test_trec_judgements_are_read_with_topics_beside_them(tmp_path: Path, name: str, topics: str):
    (tmp_path / name).write_text("q1 0 d1 2\nq1 0 d2 -1\n\nq2\t0\td2\t1\n")
    if topics == "topics.tsv":
        (tmp_path / topics).write_text("q1\twhere does moss grow\nq2\tferns\n")
    else:
        rows(tmp_path / topics, *QUERIES[:1], {"query_id": "q2", "query": "ferns"})

    data = read_dataset(tmp_path)

    assert (data.format, data.kind, data.corpus) == ("trec", "retrieval", None)
    assert [(case.id, case.question) for case in data.cases] == [
        ("q1", "where does moss grow"),
        ("q2", "ferns"),
    ]
    assert [gold.grade for gold in data.cases[0].gold] == [2, -1]
    assert read_dataset(tmp_path / name) == data


def test_judgements_without_queries_say_what_is_missing(tmp_path: Path):
    (tmp_path / "qrels.txt").write_text("q1 0 d1 2\n")

    with pytest.raises(SourceError, match="judgements without queries"):
        read_dataset(tmp_path)


def test_claims_carry_verdict_and_exact_evidence(folder: Path):
    (folder / "qrels.tsv").write_text("q1\td1\t1\nq1\td2\t1\n2\td2\t1\n")
    sentences = [["Moss  grows in shade."], ["It needs\nwater.", "Not there."]]
    evidence = [{"doc_id": "d1", "label": "SUPPORT", "sentences": sentences}]
    rows(
        folder / "answers.jsonl",
        {"query_id": "q1", "label": ["SUPPORT"], "evidence": evidence},
        {"query_id": "2", "label": "NOT_ENOUGH_INFO", "evidence": [], "cited_doc_ids": ["d2"]},
    )

    data = read_dataset(folder)

    assert data.kind == "answers"
    first, second = data.cases
    assert (first.answerable, first.type, first.answers) == (True, "support", ())
    assert first.gold == (
        Gold(paper_id="d1", evidence=("Moss grows in shade.", "It needs water.")),
        Gold(paper_id="d2"),
    )
    assert (second.answerable, second.type) == (None, "not enough info")
    assert second.gold == (Gold(paper_id="d2"),)


def test_a_long_answer_is_reference_and_evidence(folder: Path):
    (folder / "qrels.tsv").write_text("q1\td1\t1\n2\td2\t1\n")
    rows(
        folder / "answers.jsonl",
        {"query_id": "q1", "answer": "yes", "long_answer": "It needs water.", "doc_ids": ["d1"]},
        {"query_id": "2", "answer": "In spring."},
    )

    first, second = read_dataset(folder).cases

    assert (first.answers, first.answerable) == (("It needs water.",), True)
    assert first.gold == (Gold(paper_id="d1", evidence=("It needs water.",)),)
    assert (second.answers, second.gold[0].evidence) == (("In spring.",), ())


WRONG = {
    "unknown query": ("q9\td1\t1", "query 'q9' is not among the queries"),
    "unknown document": ("q1\td9\t1", "document 'd9' is not in corpus.jsonl"),
    "judged twice": ("q1\td1\t0", "'q1' and document 'd1' are also on line 2"),
    "no number": ("q1\td2\thigh", "bad grade 'high'"),
    "a fraction": ("q1\td2\t0.5", "bad grade '0.5'; give a whole number"),
    "infinite": ("q1\td2\t1e999", "bad grade '1e999'"),
    "not a number": ("q1\td2\tnan", "bad grade 'nan'"),
    "too big": ("q1\td2\t3e9", "bad grade '3e9'"),
    "underscored": ("q1\td2\t1_0", "bad grade '1_0'"),
    "missing column": ("q1\td2", "2 columns; give query-id, corpus-id and score"),
    "one column more": ("q1\t0\td2\t1", "4 columns; give query-id"),
    "blank id": ("\td2\t1", "a blank id"),
}


@pytest.mark.parametrize(("row", "message"), WRONG.values(), ids=WRONG)
def test_each_fault_of_judgements_is_found_on_its_line(folder: Path, row: str, message: str):
    qrels = folder / "qrels.tsv"
    qrels.write_text(f"{HEADER}q1\td1\t1\n\n{row}\n2\td2\t1\n")

    ((file, line, text),) = [(each.file, each.line, each.message) for each in faults(folder)]

    assert (file, line, bool(re.search(message, text))) == (str(qrels), 4, True), text


@pytest.mark.parametrize("first", ["q1\td2\thigh\n", "q1\td2\tnan\n"])
def test_a_bad_first_line_is_not_taken_for_a_header(folder: Path, first: str):
    (folder / "qrels.tsv").write_text(f"{first}q1\td1\t1\n")

    assert [each.line for each in faults(folder)] == [1]


def test_faults_of_all_files_are_told_together(folder: Path):
    (folder / "qrels.tsv").write_text("q1\td9\t1\nq1\td8\tx\n")
    rows(folder / "queries.jsonl", *QUERIES, {"_id": "q1", "text": "again"}, {"text": "x"})
    rows(folder / "answers.jsonl", {"query_id": "zz"}, {"label": []})
    (folder / "corpus.jsonl").write_text("{\n" + json.dumps(CORPUS[0]))

    found = [(Path(each.file).name, each.line) for each in faults(folder)]

    assert sorted(found, key=str) == [
        ("answers.jsonl", 1),
        ("answers.jsonl", 2),
        ("corpus.jsonl", 1),
        ("qrels.tsv", 1),
        ("qrels.tsv", 2),
        ("qrels.tsv", 2),
        ("queries.jsonl", 4),
        ("queries.jsonl", 5),
    ]


def test_empty_judgements_and_empty_queries_are_faults(folder: Path):
    (folder / "qrels.tsv").write_text("")
    assert [each.message for each in faults(folder)] == ["empty file; write one judgement a line"]

    (folder / "qrels.tsv").write_text("q1\td1\t1\n")
    (folder / "queries.jsonl").write_text("\n")
    assert [each.message.partition(";")[0] for each in faults(folder)] == [
        "query 'q1' is not among the queries",
        "no queries",
    ]


def test_a_library_may_stand_in_for_the_corpus_of_a_collection(folder: Path):
    (folder / "qrels.tsv").write_text("q1\td1\t1\n2\td2\t1\n")

    found = faults(folder, papers=lambda: {"d1": ("Mosses", "Moss.")})

    assert [(each.line, each.message.partition(";")[0]) for each in found] == [
        (2, "document 'd2' is not in the library")
    ]
