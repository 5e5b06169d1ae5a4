import json
from pathlib import Path

import pytest

from eval.making import Made, make, paired, write
from eval.schema import Case
from rag.errors import UsageError
from rag.schema import Identifiers, Paper, Record
from rag.sources import read_papers

ABSTRACT = (
    "We introduce Quandle, a corpus of letters between lighthouse keepers. "
    "Quandle contains 4,812 handwritten letters from northern islands. "
    "Quandle requires patient readers of faded ink."
)


def library() -> list[Paper]:
    first = Paper(
        id="q1",
        title="Quandle: Letters of the Keepers",
        abstract=ABSTRACT,
        authors=("Ada Byron", "Jo Ålund"),
        year=2021,
        venue="Annals",
        url="https://example.org/q",
        identifiers=Identifiers(doi="10.1/q"),
    )
    return [first, Paper(id="q2", title="Other matters", abstract="Nothing of note is said here.")]


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_papers_are_written_as_the_reader_takes_them(tmp_path):
    made = make(library(), seed=1, per_kind=1, kinds=["numeric"])
    write(made, tmp_path / "new" / "folder", seed=1)
    path = tmp_path / "new" / "folder" / "papers.jsonl"
    assert list(lines(path)[0]) == "_id title text authors year venue url doi".split()
    records = [record for record in read_papers(path) if isinstance(record, Record)]
    assert [(record.key, record.title, record.abstract) for record in records] == [
        (paper.id, paper.title, paper.abstract) for paper in made.papers
    ]


def test_cases_read_back_as_they_were(tmp_path):
    from eval.datasets import read_dataset

    made = make(library(), seed=1, per_kind=1, kinds=["numeric", "known-item", "paraphrase"])
    write(made, tmp_path, seed=1)
    assert made.cases
    assert read_dataset(tmp_path / "cases.jsonl").cases == made.cases
    assert not (tmp_path / "originals.jsonl").exists()


def test_counterparts_are_written_apart_and_can_be_joined_again(tmp_path):
    from eval.datasets import read_dataset

    made = make(library(), seed=1, per_kind=1, kinds=["counterfactual-number"])
    write(made, tmp_path, seed=1)
    cases = read_dataset(tmp_path / "cases.jsonl").cases
    originals = read_dataset(tmp_path / "originals.jsonl").cases
    assert [case.pair for case in cases] == [None]
    assert paired(cases, originals) == (*made.cases, *made.originals)


def test_the_readme_tells_seed_counts_and_what_was_not_made(tmp_path):
    made = make(library(), seed=77, per_kind=3, kinds=["numeric"])
    write(made, tmp_path, seed=77)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "seed 77" in text
    assert "| numeric | 1 |" in text
    assert "- numeric: 1 of 3; no more papers" in text
    assert "originals.jsonl" not in text


def test_nothing_made_is_not_written(tmp_path):
    with pytest.raises(UsageError, match="nothing was made"):
        write(make([], seed=1, per_kind=1), tmp_path / "none", seed=1)
    assert not (tmp_path / "none").exists()


def test_cases_without_a_counterpart_stay_as_they_are():
    lone = Case(id="a", question="Why?", pair="b")
    assert paired([lone], []) == (lone,)
    assert isinstance(make([], seed=1, per_kind=0), Made)
