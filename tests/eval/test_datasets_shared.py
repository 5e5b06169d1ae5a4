"""The data sets that are there to develop on, read with exact counts."""

from pathlib import Path

import pytest

from eval.datasets import append_case, examine, read_dataset, write_cases, write_qrels
from eval.schema import Case

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "rag" / "sample"


def evidence(cases: tuple[Case, ...]) -> int:
    return sum(len(gold.evidence) for case in cases for gold in case.gold)


def test_the_sample_is_sound():
    data = read_dataset(SAMPLE / "questions.jsonl")

    assert (len(data.cases), evidence(data.cases)) == (40, 50)
    assert data.corpus == str(SAMPLE / "papers.jsonl")


def test_the_questions_on_pages_are_read_and_written_again(shared_data: Path, tmp_path: Path):
    data = read_dataset(shared_data / "page-questions")

    assert (data.name, data.format, data.kind) == ("page-questions", "questions", "answers")
    assert len(data.cases) == 90
    assert sum(case.answerable is False for case in data.cases) == 12
    assert sum(bool(case.history) for case in data.cases) == 6
    assert evidence(data.cases) == 165
    write_cases(data.cases, tmp_path / "again.jsonl")
    append_case(Case(id="new", question="What else?"), tmp_path / "again.jsonl")
    assert read_dataset(tmp_path / "again.jsonl").cases[:-1] == data.cases


@pytest.mark.parametrize(
    ("name", "queries", "judgements", "kind", "sentences"),
    [
        ("scifact", 809, 919, "answers", 1025),
        ("cranfield", 225, 1612, "retrieval", 0),
        ("pubmedqa", 500, 500, "answers", 500),
    ],
)
def test_a_collection_is_read(
    shared_data: Path, name: str, queries: int, judgements: int, kind: str, sentences: int
):
    data, faults, unjudged = examine(shared_data / "retrieval" / name)

    assert (faults, unjudged) == ((), ())
    assert data is not None
    assert (data.name, data.format, data.kind) == (name, "beir", kind)
    assert len(data.cases) == queries
    assert sum(len(case.gold) for case in data.cases) == judgements
    assert evidence(data.cases) == sentences


def test_verdicts_decide_what_is_answerable(shared_data: Path):
    cases = read_dataset(shared_data / "retrieval" / "scifact").cases

    kinds = {kind: sum(case.type == kind for case in cases) for kind in {c.type for c in cases}}
    assert kinds == {"support": 332, "contradict": 173, "not enough info": 304}
    assert all(case.gold for case in cases)
    assert {(case.type == "not enough info", case.answerable) for case in cases} == {
        (True, None),
        (False, True),
    }


def test_grades_survive_the_way_through_trec_files(shared_data: Path, tmp_path: Path):
    cranfield = read_dataset(shared_data / "retrieval" / "cranfield")

    write_qrels(cranfield.cases, tmp_path / "qrels.txt")
    topics = "".join(f"{case.id}\t{case.question}\n" for case in cranfield.cases)
    (tmp_path / "topics.tsv").write_text(topics)

    again = read_dataset(tmp_path)
    assert again.cases == cranfield.cases
    assert again.digest == cranfield.digest
    assert {gold.grade for case in again.cases for gold in case.gold} == {1, 2, 3, 4}
