"""TREC runs and qrels: the order of trec_eval, and files that other tools read alike."""

import math
from pathlib import Path

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.datasets import read_dataset, read_trec_run, write_qrels, write_trec_run
from eval.schema import Case, Gold, Ranked
from rag.errors import SourceError, UsageError

IDS = st.text(st.sampled_from("abcXYZ09é-"), min_size=1, max_size=4)
SCORES = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, 1.0, -1.0])
RANKINGS = st.dictionaries(
    IDS,
    st.lists(
        st.builds(Ranked, paper_id=IDS, score=st.none() | SCORES),
        unique_by=lambda each: each.paper_id,
        min_size=1,
        max_size=6,
    ),
    min_size=1,
    max_size=4,
)


def ids(ranking: tuple[Ranked, ...]) -> list[str]:
    return [each.paper_id for each in ranking]


@settings(max_examples=100, deadline=None)
@given(RANKINGS)
def test_a_written_run_reads_back_in_its_order(
    tmp_path_factory: pytest.TempPathFactory, rankings: dict[str, list[Ranked]]
):
    path = tmp_path_factory.getbasetemp() / "run.txt"

    write_trec_run(rankings, path)

    again = read_trec_run(path)
    assert {query: ids(each) for query, each in again.items()} == {
        query: ids(tuple(each)) for query, each in rankings.items()
    }


def test_scores_that_fall_are_kept_to_the_last_bit(tmp_path: Path):
    ranking = [Ranked(paper_id="a", score=0.1 + 0.2), Ranked(paper_id="b", score=1e-300)]

    write_trec_run({"q": ranking}, tmp_path / "run", tag="mine")

    assert read_trec_run(tmp_path / "run") == {"q": tuple(ranking)}
    assert (tmp_path / "run").read_text().endswith("mine\n")


def test_score_orders_a_run_then_the_id_downwards_and_the_rank_column_never(tmp_path: Path):
    path = tmp_path / "run"
    path.write_text(
        "q Q0 a 1 0.5 t\nq Q0 c 2 0.5 t\nq Q0 b 3 0.5 t\nq\tQ0\tlow\t1\t-2\tt\nq Q0 top 9 7e0 t\n"
    )

    assert ids(read_trec_run(path)["q"]) == ["top", "c", "b", "a", "low"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=2, max_size=12))
def test_tied_documents_count_as_in_trec_eval(
    tmp_path_factory: pytest.TempPathFactory, documents: list[tuple[int, bool]]
):
    path = tmp_path_factory.getbasetemp() / "tied.run"
    names = [f"d{number}" for number in range(len(documents))]
    path.write_text(
        "".join(
            f"q Q0 {name} {rank} {score} t\n"
            for rank, (name, (score, _)) in enumerate(zip(names, documents, strict=True))
        )
    )
    relevant = {name for name, (_, good) in zip(names, documents, strict=True) if good}
    qrels = [ir_measures.Qrel("q", name, int(name in relevant)) for name in names]
    theirs = ir_measures.calc_aggregate(
        [ir_measures.RR], qrels, ir_measures.read_trec_run(str(path))
    )[ir_measures.RR]

    order = ids(read_trec_run(path)["q"])

    first = next((rank for rank, name in enumerate(order, start=1) if name in relevant), math.inf)
    assert theirs == pytest.approx(1 / first)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("q Q0 d 1 0.5", "5 columns"),
        ("q Q0 d 1 nan t", "bad score 'nan'"),
        ("q Q0 d 1 1e999 t", "bad score '1e999'"),
        ("q Q0 d 1 1_0 t", "bad score '1_0'"),
        ("q Q0 a 2 0.1 t", "'a' stands twice for query 'q'"),
    ],
)
def test_a_fault_of_a_run_is_raised_with_its_line(tmp_path: Path, row: str, message: str):
    path = tmp_path / "run"
    path.write_text(f"q Q0 a 1 0.5 t\n{row}\nx\n")

    with pytest.raises(SourceError) as caught:
        read_trec_run(path)

    assert str(caught.value).startswith(f"{path}:2: ")
    assert message in str(caught.value)
    assert str(caught.value).endswith("(and 1 more)")


def test_an_empty_and_a_missing_run_are_refused(tmp_path: Path):
    (tmp_path / "run").write_text("")

    with pytest.raises(SourceError, match="empty file"):
        read_trec_run(tmp_path / "run")
    with pytest.raises(SourceError, match="no such file"):
        read_trec_run(tmp_path / "none")


def test_written_qrels_read_back_and_mean_the_same_to_others(tmp_path: Path):
    cases = [
        Case(
            id="q1", question="?", gold=(Gold(paper_id="a", grade=2), Gold(paper_id="b", grade=0))
        ),
        Case(id="q2", question="??"),
    ]

    write_qrels(cases, tmp_path / "qrels")
    (tmp_path / "topics.tsv").write_text("q1\t?\nq2\t??\n")

    assert (tmp_path / "qrels").read_text() == "q1 0 a 2\nq1 0 b 0\n"
    assert read_dataset(tmp_path).cases == (cases[0],)
    theirs = list(ir_measures.read_trec_qrels(str(tmp_path / "qrels")))
    assert [(each.query_id, each.doc_id, each.relevance) for each in theirs] == [
        ("q1", "a", 2),
        ("q1", "b", 0),
    ]


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        (Gold(title="Only a title"), "has no id"),
        (Gold(paper_id="two words"), "holds white space"),
    ],
)
def test_qrels_that_cannot_be_told_are_refused(tmp_path: Path, gold: Gold, message: str):
    with pytest.raises(UsageError, match=message):
        write_qrels([Case(id="q", question="?", gold=(gold,))], tmp_path / "qrels")

    assert not (tmp_path / "qrels").exists()


def test_a_document_ranked_twice_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="ranks a document twice"):
        write_trec_run({"q": [Ranked(paper_id="a"), Ranked(paper_id="a")]}, tmp_path / "run")
