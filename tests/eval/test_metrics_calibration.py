import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import refusal
from eval.metrics.calibration import METRICS, SUMMARIES, brier, ece, ppi_mean, reliability
from eval.metrics.metric import NotApplicable, Subject
from eval.schema import Case, Response
from rag.errors import UsageError

BY_NAME = {metric.name: metric for metric in (*METRICS, *refusal.METRICS)}
OVERALL = {summary.name: summary for summary in SUMMARIES}


class NoJudge:
    name = "none"

    def judge(self, evidence, text, *, question=None):
        raise AssertionError("confidence needs no judge")


def test_hand_worked_values():
    p, y = np.array([0.95, 0.95, 0.1]), np.array([1.0, 0.0, 0.0])

    assert float(ece(p, y)) == pytest.approx(2 / 3 * (0.95 - 0.5) + 1 / 3 * 0.1)
    assert float(brier(p, y)) == pytest.approx((0.05**2 + 0.95**2 + 0.1**2) / 3)


def test_errors_in_one_bin_cancel_and_in_two_bins_add():
    y = np.array([1.0, 0.0])

    assert float(ece(np.array([0.5, 0.5]), y)) == 0
    assert float(ece(np.array([0.4, 0.6]), y)) == pytest.approx(0.6)
    assert float(ece(np.array([0.4, 0.6]), y, bins=1)) == 0


def test_bins_are_open_below_and_closed_above():
    edge = 1 / 15
    bins = reliability(np.array([0.0, edge, edge + 1e-9, 1.0]), np.array([0.0, 1, 1, 1]))

    assert [bins[0].count, bins[1].count, bins[14].count] == [2, 1, 1]
    assert (bins[0].low, bins[14].high) == (0, 1)
    assert bins[0].accuracy == 0.5
    assert bins[0].confidence == pytest.approx(edge / 2)
    assert bins[5].confidence is None
    assert bins[5].accuracy is None


sure = st.floats(0, 1)
drawn = st.lists(st.tuples(sure, st.sampled_from([0.0, 1.0])), min_size=1, max_size=30)


@given(drawn)
def test_the_error_is_what_the_reliability_diagram_shows(cases: list[tuple[float, float]]):
    p, y = (np.array(each) for each in zip(*cases, strict=True))
    bins = [each for each in reliability(p, y) if each.count]

    by_bins = sum(each.count * abs(each.accuracy - each.confidence) for each in bins)  # pyright: ignore

    assert sum(each.count for each in bins) == len(cases)
    assert all(each.low - 1e-12 <= each.confidence <= each.high + 1e-12 for each in bins)  # pyright: ignore
    assert float(ece(p, y)) == pytest.approx(by_bins / len(cases), abs=1e-12)
    assert 0 <= float(ece(p, y)) <= 1
    assert float(ece(p, y)) ** 2 <= float(brier(p, y)) + 1e-12  # by Jensen


@given(drawn, st.data())
def test_a_weight_is_a_repetition(cases: list[tuple[float, float]], data: st.DataObject):
    counts = np.array(data.draw(st.lists(st.integers(0, 3), min_size=30)))[: len(cases)]
    p, y = (np.array(each) for each in zip(*cases, strict=True))
    weights = np.stack([counts.astype(float), np.ones(len(p))])
    for measure in (ece, brier):
        found = measure(p, y, weights)
        expected = measure(np.repeat(p, counts), np.repeat(y, counts))

        assert found[0] == pytest.approx(float(expected), nan_ok=True)
        assert found[1] == pytest.approx(float(measure(p, y)))


@given(drawn)
def test_certainty_that_is_right_is_perfect(cases: list[tuple[float, float]]):
    y = np.array([label for _, label in cases])

    assert float(ece(y, y)) == float(brier(y, y)) == 0
    assert float(ece(1 - y, y)) == float(brier(1 - y, y)) == 1


def test_nothing_gives_no_number():
    assert np.isnan(ece(np.array([]), np.array([])))
    assert np.isnan(brier(np.array([]), np.array([]), np.ones((3, 0)))).all()


def subject(answerable: bool | None, confidence: float | None) -> Subject:
    case = Case(id="c", question="?", answerable=answerable)
    return Subject(case, Response(confidence=confidence), NoJudge())


def overall(name: str, subjects: list[Subject | None]) -> float:
    columns: dict[str, np.ndarray] = {}
    for metric in BY_NAME.values():
        found = [metric.worst if each is None else metric.measure(each) for each in subjects]
        columns[metric.name] = np.array(
            [np.nan if each is None or isinstance(each, NotApplicable) else each for each in found]
        )
    return float(OVERALL[name].compute(columns, np.ones(len(subjects))))


def test_the_summaries_hold_confidence_against_answerable():
    subjects = [subject(True, 0.95), subject(False, 0.95), subject(False, 0.1)]
    silent = [subject(None, 0.3), subject(True, None)]

    assert overall("ECE of confidence", [*subjects, *silent]) == pytest.approx(1 / 3)
    assert overall("Brier score of confidence", [*subjects, *silent]) == pytest.approx(0.915 / 3)
    assert np.isnan(overall("ECE of confidence", list(silent)))


cases = st.builds(subject, st.sampled_from([True, False, None]), st.none() | sure)


@given(st.lists(cases, max_size=6), cases)
def test_a_case_that_failed_never_makes_a_summary_better(others: list[Subject], tried: Subject):
    for name in OVERALL:
        with_it, failed = overall(name, [*others, tried]), overall(name, [*others, None])
        left_out = overall(name, list(others))

        assert failed <= 1 + 1e-12
        assert all(np.isnan(other) or failed >= other - 1e-12 for other in (with_it, left_out))


def test_a_failed_case_is_off_by_one_in_the_error_of_calibration():
    assert overall("ECE of confidence", [None]) == 1
    assert overall("ECE of confidence", [subject(True, 1.0), None]) == 0.5


def test_the_corrected_mean_by_hand():
    found = ppi_mean([1, 1, 0, 0], [1, 1, 1], [1, 0, 1], level=0.95)

    half = 1.959963985 * ((1 / 3) / 4 + (1 / 3) / 3) ** 0.5
    assert found.value == pytest.approx(0.5 - 1 / 3)
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half))


def test_the_corrected_mean_is_right_whatever_the_bias():
    predicted, true = [0.9, 0.8, 0.7], [0.6, 0.5, 0.4]

    assert ppi_mean([0.9, 0.9], predicted, true).value == pytest.approx(0.6)


def test_the_interval_covers_the_true_mean_as_often_as_it_says():
    draw = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        true = draw.random(1100) < 0.6
        judged = true | (draw.random(1100) < 0.2)
        unlabelled, predicted, labels = (
            list(map(float, each)) for each in (judged[100:], judged[:100], true[:100])
        )
        found = ppi_mean(unlabelled, predicted, labels, level=0.9)
        covered += found.low <= 0.6 <= found.high

    assert 0.86 <= covered / 400 <= 0.94


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 0], [1, 0], [1]), "2 predictions for 1 labels"),
        (([1, 0], [1], [1]), "needs two labelled"),
        (([1], [1, 0], [1, 1]), "two unlabelled"),
    ],
)
def test_too_few_labels_are_refused(arguments: tuple[list[float], ...], message: str):
    with pytest.raises(UsageError, match=message):
        ppi_mean(*arguments)
