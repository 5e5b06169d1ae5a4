import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import digamma

from eval.metrics.areas import harmonic
from eval.metrics.metric import NotApplicable, Subject
from eval.metrics.refusal import (
    METRICS,
    SUMMARIES,
    aurc,
    auroc,
    risk_coverage,
    says_refusal,
)
from eval.schema import Case, Gold, Quote, Response

BY_NAME = {metric.name: metric for metric in METRICS}
OVERALL = {summary.name: summary for summary in SUMMARIES}


class NoJudge:
    name = "none"

    def judge(self, evidence, text, *, question=None):
        raise AssertionError("refusals need no judge")


def subject(
    answerable: bool | None,
    refused: bool,
    confidence: float | None = None,
    *,
    correct: bool = True,
) -> Subject:
    case = Case(
        id="c",
        question="?",
        answerable=answerable,
        must_include=("yes",) if answerable else (),
    )
    answer = "yes" if correct else "maybe"
    return Subject(case, Response(answer=answer, refused=refused, confidence=confidence), NoJudge())


def columns_of(subjects: Sequence[Subject | None]) -> dict[str, np.ndarray]:
    """Return the columns of cases, None standing for one that failed."""
    columns: dict[str, np.ndarray] = {}
    for name, metric in BY_NAME.items():
        column: list[float] = []
        for each in subjects:
            found = metric.worst if each is None else metric.measure(each)
            column.append(np.nan if found is None or isinstance(found, NotApplicable) else found)
        columns[name] = np.array(column)
    return columns


def overall(name: str, subjects: Sequence[Subject | None]) -> float:
    return float(OVERALL[name].compute(columns_of(subjects), np.ones(len(subjects))))


# Four answerable (one refused), three unanswerable (two refused), one unknown (refused).
EIGHT: list[Subject | None] = [
    subject(True, False),
    subject(True, False),
    subject(True, False),
    subject(True, True),
    subject(False, True),
    subject(False, True),
    subject(False, False),
    subject(None, True),
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("right to answer or refuse", 5 / 7),
        ("refusal precision", 2 / 3),
        ("refusal recall", 2 / 3),
        ("refusal balanced accuracy", (2 / 3 + 3 / 4) / 2),
        ("over-refusal rate", 1 / 4),
        ("answered share", 4 / 8),
    ],
)
def test_hand_worked_rates(name: str, expected: float):
    assert overall(name, EIGHT) == pytest.approx(expected)


def test_precision_says_nothing_where_nothing_was_refused():
    assert np.isnan(overall("refusal precision", [subject(True, False), subject(False, False)]))


def test_recall_and_balanced_accuracy_say_nothing_without_unanswerable_cases():
    only = [subject(True, False), subject(True, True)]

    assert np.isnan(overall("refusal recall", only))
    assert np.isnan(overall("refusal balanced accuracy", only))
    assert overall("over-refusal rate", only) == 0.5


cases = st.builds(
    subject,
    st.sampled_from([True, False, None]),
    st.booleans(),
    st.none() | st.integers(0, 4).map(lambda step: step / 4),
    correct=st.booleans(),
)
sign = {"higher": 1.0, "lower": -1.0}


@given(st.lists(cases, min_size=1, max_size=7), cases)
def test_a_case_that_failed_never_makes_a_summary_better(others: list[Subject], tried: Subject):
    for name, summary in OVERALL.items():
        with_it, failed = overall(name, [*others, tried]), overall(name, [*others, None])
        worse = sign[summary.better] * failed <= sign[summary.better] * with_it + 1e-12
        assert worse or np.isnan(with_it), name


@given(
    st.lists(cases, min_size=1, max_size=6),
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
    st.randoms(),
)
def test_a_weight_is_a_repetition_and_order_means_nothing(
    subjects: list[Subject], counts: list[int], draw: Callable
):
    columns = columns_of(subjects)
    weights = np.array(counts[: len(subjects)], dtype=float)
    repeated = [each for each, count in zip(subjects, counts, strict=False) for _ in range(count)]
    draw.shuffle(repeated)  # pyright: ignore
    for name, summary in OVERALL.items():
        by_weight = summary.compute(columns, np.stack([weights, np.ones(len(weights))]))
        by_hand = overall(name, repeated) if repeated else np.nan

        assert by_weight.shape == (2,)
        assert by_weight[0] == pytest.approx(by_hand, abs=1e-9, nan_ok=True), name
        assert np.isnan(by_weight[1]) or 0 <= by_weight[1] <= 1 + 1e-12


def test_a_perfect_system_is_perfect_throughout():
    subjects = [subject(True, False, 0.9), subject(True, False, 0.8), subject(False, True, 0.1)]
    found = {name: overall(name, subjects) for name in OVERALL}

    assert found.pop("answered share") == pytest.approx(2 / 3)
    assert found.pop("over-refusal rate") == 0
    assert found.pop("AURC") == pytest.approx((0 + 0 + 1 / 3) / 3)
    assert set(found.values()) == {1.0}


@pytest.mark.parametrize(
    ("looked_at", "expected"),
    [
        (subject(False, True, 0.2), 0),
        (subject(True, True, 0.2), 0),
        (subject(True, False, 0.2), 1),
        (subject(True, False, 0.2, correct=False), 0),
    ],
)
def test_the_right_answer_by_terms(looked_at: Subject, expected: float):
    assert BY_NAME["right answer"].measure(looked_at) == expected


def test_the_right_answer_by_evidence_then_by_paper():
    def case(*evidence: str) -> Case:
        gold = (Gold(paper_id="p", evidence=evidence), Gold(paper_id="q"))
        return Case(id="c", question="?", answerable=True, gold=gold)

    response = Response(answer="so", citations=(Quote(n=1, paper_id="p", quote="red"),))

    def right(case: Case) -> float | NotApplicable:
        return BY_NAME["right answer"].measure(Subject(case, response, NoJudge()))

    assert right(case("blue")) == 0
    assert right(case("red", "blue")) == 1
    assert right(case()) == 1
    assert isinstance(right(Case(id="c", question="?", answerable=True)), NotApplicable)
    assert isinstance(right(Case(id="c", question="?")), NotApplicable)


def test_the_confidence_stands_above_one_where_it_holds_and_below_zero_where_not():
    found = columns_of([subject(True, False, 0.7), subject(False, True, 0.2), subject(True, False)])

    assert list(found["confidence"][:2]) == [0.7, 0.2]
    for name in ("confidence by right answer", "confidence by answerable"):
        assert list(found[name][:2]) == [1.7, -0.2]
    assert np.isnan([column[2] for name, column in found.items() if "confidence" in name]).all()


def test_no_confidence_is_told_from_certainty_of_the_opposite():
    subjects = [subject(True, False, 0.0), subject(False, False, 0.0), subject(False, False, 1.0)]

    assert list(columns_of(subjects)["confidence by answerable"]) == [1, 0, -1]
    assert overall("AUROC of confidence", subjects) == 0.25


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (subject(True, False, 0.9), subject(True, False, 0.9, correct=False)),
        (subject(False, True, 0.1), None),
    ],
)
def test_a_case_that_changes_sides_keeps_its_place_in_every_column(
    before: Subject, after: Subject | None
):
    one, other = columns_of([before]), columns_of([after])

    for summary in ("AURC", "AUROC of confidence"):
        for name in OVERALL[summary].reads:
            assert not np.isnan(one[name]).any()
            assert not np.isnan(other[name]).any()


def mean_over_orders(confidence: list[float], correct: list[float]) -> np.ndarray:
    curves: list[np.ndarray] = []
    for order in itertools.permutations(range(len(confidence))):
        if all(confidence[a] >= confidence[b] for a, b in itertools.pairwise(order)):
            wrong = np.array([1 - correct[place] for place in order])
            curves.append(np.cumsum(wrong) / np.arange(1, len(order) + 1))
    return np.mean(curves, axis=0)


pairs = st.lists(
    st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.sampled_from([0.0, 1.0])),
    min_size=1,
    max_size=6,
)


@given(pairs)
def test_risk_over_coverage_is_the_mean_over_all_orders_of_ties(drawn: list[tuple[float, float]]):
    confidence, correct = (list(each) for each in zip(*drawn, strict=True))

    points = risk_coverage(np.array(confidence), np.array(correct))

    expected = mean_over_orders(confidence, correct)
    assert [point.risk for point in points] == pytest.approx(list(expected))
    assert points[-1].coverage == 1
    area = aurc(np.array(confidence), np.array(correct), np.ones(len(drawn)))
    assert float(area) == pytest.approx(expected.mean(), abs=1e-9)


def test_risk_over_coverage_by_hand():
    points = risk_coverage(np.array([0.2, 0.9, 0.5]), np.array([0.0, 1.0, 0.0]))

    assert [point.coverage for point in points] == pytest.approx([1 / 3, 2 / 3, 1])
    assert [point.risk for point in points] == pytest.approx([0, 1 / 2, 2 / 3])
    assert risk_coverage(np.array([]), np.array([])) == ()


@given(pairs)
def test_auroc_is_the_share_of_pairs_in_order(drawn: list[tuple[float, float]]):
    with_it = [confidence for confidence, label in drawn if label]
    without = [confidence for confidence, label in drawn if not label]
    won = [(a > b) + (a == b) / 2 for a in with_it for b in without]

    confidence, label = (np.array(each) for each in zip(*drawn, strict=True))
    found = auroc(confidence, label, np.ones(len(drawn)))

    assert float(found) == pytest.approx(np.mean(won) if won else np.nan, nan_ok=True)


def test_areas_of_nothing_are_no_number():
    nothing = np.array([])

    assert np.isnan(aurc(nothing, nothing, nothing))
    assert np.isnan(auroc(nothing, nothing, np.ones((2, 0)))).all()


@given(st.floats(0, 1e5))
def test_harmonic_numbers_are_those_of_digamma(x: float):
    assert float(harmonic(np.array(x))) == pytest.approx(digamma(x + 1) + np.euler_gamma, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    """
    The library does not answer this: no sentence comes near enough.
    I don't know.
    I do not know the answer to that question.
    I'm sorry, but I couldn't find any information about this in the documents.
    Unfortunately, the provided context does not contain the answer.
    The provided context doesn't mention the batch size.
    The context does not specify which optimizer was used [1].
    The documents provided do not include information on training cost.
    None of the retrieved passages mention the dataset's licence.
    Based on the provided abstracts, I cannot determine the exact number.
    Based on the given sources, it is not possible to answer the question.
    According to the context, there is no information about its price.
    There is not enough information to answer this question.
    There isn't sufficient information in the abstracts.
    Insufficient information.
    No information about this was found.
    No relevant passages were found in the library.
    I cannot answer this question based on the sources.
    I am unable to find an answer in the collection.
    We could not find any relevant papers.
    The question cannot be answered from the given context.
    This question is not addressed in the abstracts.
    Not stated in the abstract.
    It is not specified.
    **Not mentioned** in the provided documents.
    The answer is not in the context.
    The answer cannot be found in the passages.
    Unanswerable
    Unknown.
    N/A
    Cannot be determined from the text.
    Sorry, the abstracts I have do not cover this topic.
    I have no information on that.
    I’m not sure; the sources lack details on this.
    The retrieved papers do not discuss this.
    The sources are silent on the matter.
    As an AI language model, I do not have access to that.
    Nothing in the library answers this.
    The available evidence is insufficient.
    From the passages given, I can't say which is faster.
    I must decline to answer.
    """.strip().splitlines(),
)
def test_refusals_are_told_by_their_words(text: str):
    assert says_refusal(text.strip())


@pytest.mark.parametrize(
    "text",
    """
    MotionVerse, which pools 16 existing datasets over 10 tasks [1].
    No, the method needs no labels [1].
    No evidence of publication bias was found in the 24 trials [1].
    There is no evidence that aspirin lowers the risk [1].
    The results do not support a link between the two [2].
    We found no difference between the groups [1].
    The authors do not report a benefit [1].
    "Can't Help Falling in Love" was recorded by Elvis Presley.
    It is not known to be toxic to fish [1].
    Not all models gain from it [1].
    The model does not answer in one pass, it searches first [1].
    None of the patients reported side effects [1].
    I cannot find it in all papers. However, two name Adam as the optimizer [1].
    I do not have access to live data, but as of 2021 it was 42.
    Unknown words are split into pieces [1].
    Nothing but attention is used [1].
    """.strip().splitlines(),
)
def test_answers_are_not_taken_for_refusals(text: str):
    assert not says_refusal(text.strip())


@given(st.integers(5, 40), st.sampled_from(["is not stated", "I don't know", "no information"]))
def test_a_phrase_further_on_makes_no_refusal(sentences: int, phrase: str):
    parts = [f"Model {n} reaches {n} points on the task [{n}]." for n in range(sentences)]
    parts.insert(sentences // 2, f"For the last the size {phrase} in the abstract.")

    assert not says_refusal(" ".join(parts))


def test_a_blank_text_is_no_refusal():
    assert not says_refusal("")
    assert not says_refusal(" [1]\n")


def test_a_long_text_behind_a_phrase_is_an_answer():
    assert says_refusal("The context does not say. " + "Word " * 40)
    assert not says_refusal("The context does not say. " + "Word " * 100)


@given(st.text(max_size=200))
def test_any_text_can_be_asked(text: str):
    assert says_refusal(text) in (True, False)
