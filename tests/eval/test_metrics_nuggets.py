from collections.abc import Sequence
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.judging.port import JudgeError, Judgement
from eval.metrics.metric import NotApplicable, Subject
from eval.metrics.nuggets import METRICS, SUMMARIES, Support, nugget_recall
from eval.schema import Case, Nugget, Response, Statement

ALL, VITAL = METRICS


class Judge:
    """Says yes where the text without its full stop is part of the evidence taken together."""

    name = "substring"

    def __init__(self, probability: float | None = None) -> None:
        self._probability = probability
        self.asked: list[tuple[tuple[str, ...], str, str | None]] = []

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        self.asked.append((tuple(evidence), text, question))
        entailed = text.rstrip(".").lower() in " ".join(evidence).lower()
        value = float(entailed) if self._probability is None else self._probability
        return Judgement(value > 0.5, value)


CASE = Case(
    id="c",
    question="What is used?",
    nuggets=(
        Nugget(text="FAISS"),
        Nugget(text="It is fast."),
        Nugget(text="It is free.", vital=False),
        Nugget(text="It is old.", vital=False),
    ),
)
RESPONSE = Response(answer="They use FAISS [1]. It is free. [2] It is old.")


def test_recall_counts_partial_support_half_unless_strict() -> None:
    supports: list[Support] = ["support", "partial", "none", "partial"]
    assert nugget_recall(supports, strict=False) == 2 / 4
    assert nugget_recall(supports, strict=True) == 1 / 4
    assert nugget_recall([], strict=True) is None


def test_nuggets_that_the_answer_states_are_counted() -> None:
    subject = Subject(CASE, RESPONSE, Judge())
    assert (ALL.measure(subject), VITAL.measure(subject)) == (3 / 4, 1 / 2)


def test_the_answer_is_taken_together_without_markers() -> None:
    judge = Judge()
    VITAL.measure(Subject(CASE, RESPONSE, judge))
    stated = ("They use FAISS.", "It is free.", "It is old.")
    assert judge.asked == [(stated, "FAISS", CASE.question), (stated, "It is fast.", None)]


def test_a_probability_between_is_no_half_support() -> None:
    subject = Subject(CASE, RESPONSE, Judge(0.45))
    assert (ALL.measure(subject), VITAL.measure(subject)) == (0, 0)


def test_without_vital_nuggets_there_is_no_vital_recall() -> None:
    case = CASE.model_copy(update={"nuggets": CASE.nuggets[2:]})
    subject = Subject(case, RESPONSE, Judge())
    assert ALL.measure(subject) == 1
    assert VITAL.measure(subject) == NotApplicable("the case has no vital nuggets")


def test_without_nuggets_or_answer_in_the_library_nothing_is_measured() -> None:
    for change in ({"nuggets": ()}, {"answerable": False}):
        subject = Subject(CASE.model_copy(update=change), RESPONSE, Judge())
        assert isinstance(ALL.measure(subject), NotApplicable)
        assert isinstance(VITAL.measure(subject), NotApplicable)


@pytest.mark.parametrize("response", [Response(), RESPONSE.model_copy(update={"refused": True})])
def test_an_answer_that_states_nothing_scores_zero_unasked(response: Response) -> None:
    judge = Judge(1.0)
    assert ALL.measure(Subject(CASE, response, judge)) == 0
    assert judge.asked == []


def test_a_judge_that_gives_no_number_is_an_error() -> None:
    with pytest.raises(JudgeError):
        ALL.measure(Subject(CASE, RESPONSE, Judge(nan)))


@given(st.lists(st.sampled_from(["support", "partial", "none"]), min_size=1))
def test_strict_recall_is_never_higher(supports: list[Support]) -> None:
    strict, lenient = (nugget_recall(supports, strict=each) for each in (True, False))
    assert strict is not None
    assert lenient is not None
    assert 0 <= strict <= lenient <= 1


@given(st.permutations(["FAISS", "fast", "free"]))
def test_the_order_of_claims_does_not_matter(said: list[str]) -> None:
    claims = tuple(Statement(text=f"It is {each}.") for each in said)
    assert ALL.measure(Subject(CASE, Response(claims=claims), Judge())) == 3 / 4


def test_worst_is_zero_and_each_metric_has_its_mean() -> None:
    assert [metric.worst for metric in METRICS] == [0, 0]
    assert [summary.reads for summary in SUMMARIES] == [(metric.name,) for metric in METRICS]
