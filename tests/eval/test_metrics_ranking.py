import gzip
import json
import math
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import ir_measures
import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR

from eval.metrics import ranking
from eval.metrics.golds import distinct, evidence_runs, matches, norm, places, relevant
from eval.metrics.metric import NotApplicable, Subject
from eval.metrics.ranking import HIGHEST_GRADE, METRICS, SUMMARIES
from eval.schema import Case, Gold, Ranked, Response
from rag.errors import UsageError

BY_NAME = {metric.name: metric.measure for metric in METRICS}
TREC_EVAL = {
    "nDCG@10": "ndcg_cut_10",
    "AP@100": "map_cut_100",
    "P@1": "P_1",
    "P@5": "P_5",
    "R@5": "recall_5",
    "R@100": "recall_100",
    "hit@1": "success_1",
    "hit@5": "success_5",
}


class NoJudge:
    name = "none"

    def judge(self, evidence, text, *, question=None):
        raise AssertionError("a ranking needs no judge")


def subject(golds: list[Gold], papers: list[str]) -> Subject:
    ranked = tuple(Ranked(paper_id=each, title=f"On {each}") for each in papers)
    case = Case(id="c", question="?", gold=tuple(golds))
    return Subject(case, Response(ranking=ranked), NoJudge())


def graded(**grades: int) -> list[Gold]:
    return [Gold(paper_id=name, grade=grade) for name, grade in grades.items()]


def values(golds: list[Gold], papers: list[str]) -> dict[str, float]:
    looked_at = subject(golds, papers)
    found = {name: measure(looked_at) for name, measure in BY_NAME.items()}
    assert not any(isinstance(value, NotApplicable) for value in found.values())
    return found  # pyright: ignore


def test_hand_worked_values():
    found = values(graded(a=3, b=1, c=2), ["x", "b", "a"])

    ideal = 3 + 2 / math.log2(3) + 1 / math.log2(4)
    assert found["nDCG@10"] == pytest.approx((1 / math.log2(3) + 3 / math.log2(4)) / ideal)
    assert found["RR@10"] == 0.5
    assert found["AP@100"] == pytest.approx((1 / 2 + 2 / 3) / 3)
    assert (found["P@1"], found["P@5"]) == (0, 0.4)
    assert found["R@5"] == found["R@100"] == found["right papers@5"] == pytest.approx(2 / 3)
    assert (found["hit@1"], found["hit@5"]) == (0, 1)


def test_the_gain_is_the_grade_and_not_a_power_of_two():
    found = values(graded(a=3, b=1), ["b", "a"])["nDCG@10"]

    assert found == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))
    assert found != pytest.approx((1 + 7 / math.log2(3)) / (7 + 1 / math.log2(3)))


def test_the_reciprocal_rank_ends_at_rank_ten():
    filler = [f"x{number}" for number in range(20)]

    assert values(graded(a=1), [*filler[:9], "a"])["RR@10"] == 0.1
    assert values(graded(a=1), [*filler[:10], "a"])["RR@10"] == 0


@pytest.mark.parametrize("name", BY_NAME)
def test_an_empty_ranking_scores_zero(name: str):
    assert BY_NAME[name](subject(graded(a=1), [])) == 0


@pytest.mark.parametrize("golds", [[], graded(a=0, b=-1)])
@pytest.mark.parametrize("name", BY_NAME)
def test_without_a_relevant_gold_paper_nothing_applies(name: str, golds: list[Gold]):
    assert isinstance(BY_NAME[name](subject(golds, ["a"])), NotApplicable)


def test_a_shallow_ranking_is_scored_as_it_stands():
    found = values(graded(a=1, b=1), ["a"])

    assert (found["P@5"], found["R@100"], found["AP@100"]) == (0.2, 0.5, 0.5)


def test_right_papers_can_reach_one_where_recall_cannot():
    names = "abcdefgh"
    found = values(graded(**dict.fromkeys(names, 1)), list(names))

    assert found["R@5"] == 5 / 8
    assert found["right papers@5"] == 1


def test_scores_of_the_system_do_not_reorder_its_ranking():
    papers = tuple(Ranked(paper_id=name, score=0.5) for name in ("zzz", "gold", "aaa"))
    case = Case(id="c", question="?", gold=(Gold(paper_id="gold"),))

    assert BY_NAME["RR@10"](Subject(case, Response(ranking=papers), NoJudge())) == 0.5


def test_a_grade_beyond_measure_is_refused_and_names_the_case():
    with pytest.raises(UsageError, match="case c grades a paper 10001"):
        BY_NAME["nDCG@10"](subject(graded(a=HIGHEST_GRADE + 1), ["a"]))


runs = st.tuples(
    st.dictionaries(st.integers(0, 40), st.integers(-1, 4), min_size=1, max_size=30),
    st.lists(st.integers(0, 40), unique=True, max_size=40),
)


def by_trec_eval(qrels: dict[str, int], papers: list[str]) -> dict[str, float]:
    wanted = {"recip_rank", *TREC_EVAL.values()}
    positive = {name: max(grade, 0) for name, grade in qrels.items()}
    run = {name: 1000.0 - rank for rank, name in enumerate(papers)}
    found = pytrec_eval.RelevanceEvaluator({"q": positive}, wanted).evaluate({"q": run})["q"]
    first = pytrec_eval.RelevanceEvaluator({"q": positive}, wanted).evaluate(
        {"q": {name: run[name] for name in papers[:10]}}
    )["q"]["recip_rank"]
    return {ours: found[theirs] for ours, theirs in TREC_EVAL.items()} | {"RR@10": first}


@given(runs)
def test_any_graded_run_scores_as_in_trec_eval(drawn: tuple[dict[int, int], list[int]]):
    grades = {f"p{key}": grade for key, grade in drawn[0].items()}
    papers = [f"p{key}" for key in drawn[1]]
    if max(grades.values()) < 1:
        return

    found = values(graded(**grades), papers)

    expected = by_trec_eval(grades, papers)
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-9)


@given(runs)
def test_the_cut_reciprocal_rank_is_that_of_ir_measures(
    drawn: tuple[dict[int, int], list[int]],
):
    grades = {f"p{key}": max(grade, 0) for key, grade in drawn[0].items()}
    run = {f"p{key}": 1000.0 - rank for rank, key in enumerate(drawn[1])}
    if not max(grades.values()):
        return

    (expected,) = ir_measures.msmarco.iter_calc([RR @ 10], {"q": grades}, {"q": run})

    assert values(graded(**grades), list(run))["RR@10"] == pytest.approx(expected.value)


@given(runs)
def test_values_lie_between_zero_and_one_and_the_ideal_ranking_is_perfect(
    drawn: tuple[dict[int, int], list[int]],
):
    grades = {f"p{key}": grade for key, grade in drawn[0].items()}
    if max(grades.values()) < 1:
        return
    golds = graded(**grades)

    assert all(0 <= value <= 1 for value in values(golds, [f"p{key}" for key in drawn[1]]).values())
    best = sorted((name for name in grades if grades[name] > 0), key=lambda name: -grades[name])
    perfect = values(golds, best)
    assert [perfect[name] for name in ("nDCG@10", "RR@10", "AP@100", "P@1", "right papers@5")] == (
        pytest.approx([1] * 5)
    )


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[a-z0-9]+", text.lower()))


def lines(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        yield from map(json.loads, file)


@pytest.mark.parametrize("name", ["scifact", "cranfield", "pubmedqa"])
def test_runs_over_real_judgements_score_as_in_trec_eval(shared_data: Path, name: str):
    folder = shared_data / "retrieval" / name
    (corpus,) = folder.glob("corpus.jsonl*")
    qrels: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text().splitlines()[1:]:
        query, paper, grade = line.split("\t")
        qrels.setdefault(query, {})[paper] = int(grade)
    queries = [each for each in lines(folder / "queries.jsonl") if each["_id"] in qrels][:40]
    judged = {paper for query in queries for paper in qrels[query["_id"]]}
    papers = list(lines(corpus))
    kept = [row for row in papers if row["_id"] in judged] + papers[:300]
    held = {row["_id"]: words(f"{row['title']} {row['text']}") for row in kept}
    common = Counter(word for found in held.values() for word in found)

    for query in queries:
        asked = words(query["text"])
        scores = {
            paper: sum(min(count, 2) / common[word] for word, count in found.items() if asked[word])
            for paper, found in held.items()
        }
        best = sorted(scores, key=lambda paper: (-scores[paper], paper))[:150]
        expected = by_trec_eval(qrels[query["_id"]], best)
        found = values(graded(**qrels[query["_id"]]), best)
        assert {each: found[each] for each in expected} == pytest.approx(expected, abs=1e-9)
    assert len(queries) == 40


def test_a_thousand_cases_take_less_than_two_seconds_of_cpu():
    draw = random.Random(0)
    subjects = []
    for _ in range(1000):
        golds = [Gold(title=f"Title {n}") for n in draw.sample(range(300), 5)]
        subjects.append(subject(golds, [f"Title {n}" for n in draw.sample(range(300), 100)]))
    ranking.measured.cache_clear()

    start = process_time()
    for each in subjects:
        for metric in METRICS:
            metric.measure(each)

    assert process_time() - start < 2


def test_every_measure_has_a_mean_over_the_cases_it_applies_to():
    assert [summary.name for summary in SUMMARIES] == list(BY_NAME)
    column = {"RR@10": np.array([1.0, 0.5, np.nan])}
    (mean,) = (each for each in SUMMARIES if each.name == "RR@10")

    assert mean.compute(column, np.ones(3)) == 0.75
    assert list(mean.compute(column, np.array([[2.0, 1, 7], [0, 0, 1]]))[:1]) == [5 / 6]
    assert np.isnan(mean.compute(column, np.array([0.0, 0, 1])))


@pytest.mark.parametrize(
    ("title", "same"),
    [
        ("RAG: a Survey", "rag -- A survey!"),
        ("Straße", "STRASSE"),
        ("  Naïve\tBayes ", "naïve bayes"),
    ],
)
def test_titles_are_compared_without_case_and_punctuation(title: str, same: str):
    assert norm(title) == norm(same)


def test_the_id_decides_where_both_have_one_and_the_title_where_either_has_none():
    both, titled = Gold(paper_id="p1", title="On Things"), Gold(title="On Things")

    assert matches(both, "p1", "Another title")
    assert not matches(both, "p2", "On Things")
    assert matches(both, "", "on things")
    assert matches(titled, "p2", "ON THINGS.")
    assert not matches(titled, "On Things", "")


def test_titles_without_a_word_match_nothing():
    assert not matches(Gold(title="***"), "p", "???")


def test_a_gold_paper_is_found_once_and_a_second_paper_of_its_title_is_not_it():
    golds = [Gold(title="On Things"), Gold(paper_id="p9")]

    found = places(golds, [("p1", "On things"), ("p2", "On things"), ("p9", ""), ("p3", "Other")])

    assert found == [0, None, 1, None]


def test_two_records_of_one_gold_paper_are_one():
    case = Case(
        id="c",
        question="?",
        gold=(
            Gold(paper_id="p", grade=1, evidence=("one",)),
            Gold(paper_id="q", grade=0, evidence=("unread",)),
            Gold(paper_id="p", grade=2, evidence=("one", "two", " ")),
        ),
    )

    assert [(gold.paper_id, gold.grade) for gold in relevant(case)] == [("p", 2)]
    assert evidence_runs(case) == ("one", "two")


def test_distinct_papers_are_told_by_id_else_by_title():
    papers = [("p", "A"), ("p", "B"), ("", "A b"), ("", "a  B"), ("q", "A")]

    assert distinct(papers) == [("p", "A"), ("", "A b"), ("q", "A")]
