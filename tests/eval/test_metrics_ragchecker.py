from collections.abc import Sequence
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.judging.port import JudgeError, Judgement
from eval.metrics.metric import NotApplicable, Subject
from eval.metrics.ragchecker import METRICS, SUMMARIES, Matrices, RAGChecker, matrices, ragchecker
from eval.schema import Case, Context, Response


def row(text: str) -> tuple[bool, ...]:
    return tuple(mark == "1" for mark in text)


def table(text: str) -> tuple[tuple[bool, ...], ...]:
    return tuple(row(each) for each in text.split())


# What entails what in the two worked examples that RAGChecker publishes
# (examples/checking_outputs.json), and the numbers it gives for them.
RIVER = Matrices(
    answer2response=row("01111111100"),
    response2answer=row("1111110011000001000011"),
    retrieved2response=table(
        "0100 0000 0000 0000 0000 0000 0100 0000 1001 0001 0000",
    ),
    retrieved2answer=table(
        "0100 0000 0000 1000 1100 1001 0000 0000 0000 0000 0000 "
        "0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0100",
    ),
)
FLAG = Matrices(
    answer2response=row("01111"),
    response2answer=row("11010111"),
    retrieved2response=table("010 011 011 101 011"),
    retrieved2answer=table("010 011 010 011 001 101 111 011"),
)
PUBLISHED = {
    "river": RAGChecker(
        precision=0.7272727272727273,
        recall=0.5,
        f1=0.5925925925925926,
        claim_recall=0.22727272727272727,
        context_precision=0.75,
        context_utilization=1.0,
        faithfulness=0.36363636363636365,
        hallucination=0.09090909090909091,
        self_knowledge=0.5454545454545454,
        noise_sensitivity_in_relevant=0.18181818181818182,
        noise_sensitivity_in_irrelevant=0.0,
    ),
    "flag": RAGChecker(
        precision=0.8,
        recall=0.75,
        f1=0.7741935483870969,
        claim_recall=1.0,
        context_precision=1.0,
        context_utilization=0.75,
        faithfulness=1.0,
        hallucination=0.0,
        self_knowledge=0.0,
        noise_sensitivity_in_relevant=0.2,
        noise_sensitivity_in_irrelevant=0.0,
    ),
}


@pytest.mark.parametrize(("name", "tables"), [("river", RIVER), ("flag", FLAG)])
def test_the_published_examples_give_the_published_numbers(name: str, tables: Matrices) -> None:
    assert ragchecker(tables) == PUBLISHED[name]


def test_a_wrong_claim_is_laid_to_a_relevant_passage_first() -> None:
    # Passage 1 is relevant, passage 2 is not. Wrong claims: by both, by 2 alone, by none.
    found = ragchecker(
        Matrices(
            answer2response=row("0001"),
            response2answer=row("1"),
            retrieved2response=table("11 01 00 01"),
            retrieved2answer=table("10"),
        )
    )
    assert found.noise_sensitivity_in_relevant == 1 / 4
    assert found.noise_sensitivity_in_irrelevant == 1 / 4
    assert found.hallucination == 1 / 4
    assert found.self_knowledge == 0
    assert found.context_precision == 1 / 2


def test_without_claims_a_metric_is_none_where_the_reference_gives_its_best_or_worst() -> None:
    silent = ragchecker(Matrices((), row("00"), (), table("10 00")))
    assert silent == RAGChecker(None, 0, None, 0.5, 0.5, 0, None, None, None, None, None)
    nothing_asked = ragchecker(Matrices(row("01"), (), table("10 00"), ()))
    assert nothing_asked == RAGChecker(0.5, None, None, None, None, None, 0.5, 0, 0.5, None, None)


def test_without_passages_what_needs_them_is_none() -> None:
    found = ragchecker(Matrices(row("01"), row("1"), ((), ()), ((),)))
    assert (found.precision, found.recall, found.f1) == (0.5, 1, 2 / 3)
    assert found[3:] == (None,) * 8


def test_where_no_reference_claim_was_retrieved_utilization_is_zero_as_published() -> None:
    assert ragchecker(Matrices(row("1"), row("1"), table("0"), table("0"))).context_utilization == 0


tables = st.tuples(*[st.integers(1, 5)] * 3).flatmap(
    lambda sizes: st.builds(
        Matrices,
        answer2response=column(sizes[0]),
        response2answer=column(sizes[1]),
        retrieved2response=st.tuples(*[column(sizes[2])] * sizes[0]),
        retrieved2answer=st.tuples(*[column(sizes[2])] * sizes[1]),
    )
)


def column(size: int) -> st.SearchStrategy[tuple[bool, ...]]:
    return st.tuples(*[st.booleans()] * size)


@given(tables)
def test_every_claim_of_the_response_is_accounted_for(given_tables: Matrices) -> None:
    found = ragchecker(given_tables)
    shares = [each for each in found if each is not None]
    assert len(shares) == 11
    assert all(0 <= each <= 1 for each in shares)
    assert found.faithfulness is not None
    assert found.hallucination is not None
    assert found.self_knowledge is not None
    assert found.faithfulness + found.hallucination + found.self_knowledge == pytest.approx(1)
    noise = (found.noise_sensitivity_in_relevant or 0) + (
        found.noise_sensitivity_in_irrelevant or 0
    )
    assert found.precision is not None
    assert found.precision + noise + found.hallucination == pytest.approx(1)


@given(tables, st.data())
def test_the_order_of_claims_and_passages_does_not_matter(
    given_tables: Matrices, data: st.DataObject
) -> None:
    passages = data.draw(st.permutations(range(len(given_tables.retrieved2answer[0]))))
    claims = data.draw(st.permutations(range(len(given_tables.answer2response))))
    shuffled = given_tables._replace(
        answer2response=tuple(given_tables.answer2response[j] for j in claims),
        retrieved2response=tuple(
            tuple(given_tables.retrieved2response[j][k] for k in passages) for j in claims
        ),
        retrieved2answer=tuple(
            tuple(each[k] for k in passages) for each in given_tables.retrieved2answer
        ),
    )
    assert ragchecker(shuffled) == ragchecker(given_tables)


# ------------------------------------------------------------------- with a judge


class Judge:
    """Says yes where the text without its full stop is part of the evidence taken together."""

    name = "substring"

    def __init__(self, probability: float | None = None) -> None:
        self._probability = probability
        self.asked: list[tuple[tuple[str, ...], str]] = []

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        self.asked.append((tuple(evidence), text))
        entailed = text.rstrip(".").lower() in " ".join(evidence).lower()
        value = float(entailed) if self._probability is None else self._probability
        return Judgement(value > 0.5, value)


CASE = Case(
    id="c",
    question="How is it indexed?",
    answers=("Something else entirely.", "It uses FAISS. It has 21 million passages."),
)
RESPONSE = Response(
    answer="It uses FAISS [1]. It rains. [2]",
    contexts=(
        Context(paper_id="p", text="Here it has 21 million passages."),
        Context(paper_id="q", text="Today it rains."),
    ),
)


def measured(case: Case, response: Response, judge: Judge) -> list[float | NotApplicable]:
    return [metric.measure(Subject(case, response, judge)) for metric in METRICS]


def test_a_judge_fills_in_the_tables_with_sentences_of_the_best_stated_reference() -> None:
    assert matrices(CASE, RESPONSE, Judge()) == Matrices(
        answer2response=row("10"),
        response2answer=row("10"),
        retrieved2response=table("00 01"),
        retrieved2answer=table("00 10"),
    )


def test_the_metrics_are_those_of_the_tables() -> None:
    found = measured(CASE, RESPONSE, Judge())
    assert found == [1 / 2, 1 / 2, 1 / 2, 1 / 2, 0, 0, 1 / 2]
    whole = ragchecker(matrices(CASE, RESPONSE, Judge()))
    assert found[2] == whole.claim_recall
    assert found[6] == whole.noise_sensitivity_in_irrelevant


def test_a_metric_asks_only_what_it_needs_and_each_pair_once() -> None:
    judge = Judge()
    METRICS[0].measure(Subject(CASE, RESPONSE, judge))
    # Two claims against two references; neither passages nor the response as evidence.
    assert [evidence for evidence, _ in judge.asked] == [(each,) for each in CASE.answers] * 2
    every = Judge()
    matrices(CASE, RESPONSE, every)
    assert len(every.asked) == len(set(every.asked))


def test_without_reference_or_answer_in_the_library_nothing_is_measured() -> None:
    for change in ({"answers": ()}, {"answers": (" ",)}, {"answerable": False}):
        found = measured(CASE.model_copy(update=change), RESPONSE, Judge())
        assert all(isinstance(value, NotApplicable) for value in found)


def test_without_contexts_only_the_answer_is_measured() -> None:
    found = measured(CASE, RESPONSE.model_copy(update={"contexts": ()}), Judge())
    assert found[:2] == [1 / 2, 1 / 2]
    assert all(isinstance(value, NotApplicable) for value in found[2:])


def test_a_refusal_states_nothing_and_leaves_the_retriever_measured() -> None:
    found = measured(CASE, RESPONSE.model_copy(update={"refused": True}), Judge())
    assert [type(value) is NotApplicable for value in found] == [
        *(True, False, False, False),
        *(False, True, True),
    ]
    assert found[1] == 0
    assert found[4] == 0


@pytest.mark.parametrize(
    ("probability", "expected"),
    [(1.0, [1, 1, 1, 1, 1, 0, 0]), (0.0, [0, 0, 0, 0, 0, 0, 0])],
)
def test_a_judge_of_one_word_decides_all(probability: float, expected: list[float]) -> None:
    assert measured(CASE, RESPONSE, Judge(probability)) == expected


def test_a_judge_that_gives_no_number_is_an_error() -> None:
    for metric in METRICS:
        with pytest.raises(JudgeError):
            metric.measure(Subject(CASE, RESPONSE, Judge(nan)))


def test_worst_values_are_at_the_bad_end_and_each_metric_has_its_mean() -> None:
    lower = {metric.name for metric in METRICS if metric.better == "lower"}
    assert lower == {"noise sensitivity (relevant)", "noise sensitivity (irrelevant)"}
    assert all(metric.worst == (metric.name in lower) for metric in METRICS)
    assert [summary.name for summary in SUMMARIES] == [metric.name for metric in METRICS]
