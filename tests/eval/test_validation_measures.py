import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.calibration import fitting
from eval.validation.measures import (
    MEASURES,
    Verdicts,
    auroc,
    balanced_accuracy,
    ece,
    f1,
    f1_unsupported,
    kappa,
    value,
)
from eval.validation.resampling import intervals


def verdicts(
    labels: list[int], said: list[int], probability: list[float] | None = None
) -> Verdicts:
    numbers = [labels, said, probability if probability is not None else said]
    return Verdicts(*(np.array(each, dtype=np.float64) for each in numbers))


# Three of four supported texts affirmed, four of six unsupported ones denied.
HAND = verdicts([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], [1, 1, 1, 0, 1, 1, 0, 0, 0, 0])


@st.composite
def judged(draw: st.DrawFn) -> Verdicts:
    size = draw(st.integers(1, 25))
    each = st.lists(st.integers(0, 1), min_size=size, max_size=size)
    probability = st.lists(
        st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), min_size=size, max_size=size
    )
    return verdicts(draw(each), draw(each), draw(probability))


def test_balanced_accuracy_is_the_mean_of_both_hit_rates():
    assert value(balanced_accuracy, HAND) == pytest.approx((3 / 4 + 4 / 6) / 2)


def test_f1_of_either_class_is_worked_by_hand():
    assert value(f1, HAND) == pytest.approx(6 / (6 + 2 + 1))
    assert value(f1_unsupported, HAND) == pytest.approx(8 / (8 + 1 + 2))


def test_kappa_is_worked_by_hand():
    # observed 7/10; by chance 5/10 * 4/10 + 5/10 * 6/10 = 1/2
    assert value(kappa, HAND) == pytest.approx((0.7 - 0.5) / (1 - 0.5))


def test_auroc_counts_a_tie_as_half():
    # of the four pairs (.9, .5), (.9, .1), (.5, .5), (.5, .1) three and a half are in order
    tied = verdicts([1, 1, 0, 0], [1, 1, 1, 0], [0.9, 0.5, 0.5, 0.1])
    assert value(auroc, tied) == pytest.approx(3.5 / 4)


def test_ece_is_the_gap_of_each_bin_by_its_share():
    # bins of 1/15: {.50, .50} says 1.0 of 1 supported, {.90} says .9 of 0 supported
    said = verdicts([1, 0, 0], [1, 1, 1], [0.5, 0.5, 0.9])
    assert value(ece, said) == pytest.approx((abs(1.0 - 1) + 0.9) / 3)


def test_a_probability_of_one_falls_into_the_last_bin():
    assert value(ece, verdicts([1, 1], [1, 1], [1.0, 0.94])) == pytest.approx(0.03)


def test_a_measure_that_is_not_defined_is_none():
    only_supported = verdicts([1, 1], [1, 0])
    assert value(balanced_accuracy, only_supported) is None
    assert value(auroc, only_supported) is None
    assert value(f1, verdicts([0, 0], [0, 0])) is None
    assert value(kappa, verdicts([1, 1], [1, 1])) is None


@given(judged(), st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_a_weight_of_two_is_the_item_twice(items: Verdicts, seed: int):
    weights = np.random.default_rng(seed).integers(0, 4, size=len(items.labels))
    repeated = Verdicts(
        *(np.repeat(each, weights) for each in (items.labels, items.said, items.probability))
    )
    for name, measure in MEASURES.items():
        weighted = float(measure(items, weights.astype(np.float64)))
        counted = value(measure, repeated) if weights.sum() else None
        assert (None if np.isnan(weighted) else pytest.approx(weighted)) == counted, name


@given(judged(), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_many_weightings_at_once_are_each_by_itself(items: Verdicts, seed: int):
    weights = np.random.default_rng(seed).integers(0, 3, size=(4, len(items.labels))).astype(float)
    for measure in MEASURES.values():
        together = measure(items, weights)
        apart = [float(measure(items, row)) for row in weights]
        np.testing.assert_allclose(together, apart, equal_nan=True)


@given(judged())
@settings(max_examples=100, deadline=None)
def test_measures_agree_with_those_of_the_calibration(items: Verdicts):
    if len(set(items.labels.tolist())) < 2:
        return
    even = np.ones(len(items.labels))
    labels, said, probability = items.labels, items.said, items.probability
    assert value(auroc, items) == pytest.approx(fitting.auroc(probability, labels))
    assert value(f1, items) == pytest.approx(fitting.f1(said, labels))
    assert value(balanced_accuracy, items) == pytest.approx(fitting.balanced_accuracy(said, labels))
    assert value(ece, items) == pytest.approx(
        fitting.expected_calibration_error(probability, labels, weights=even)
    )


@given(judged())
@settings(max_examples=100, deadline=None)
def test_inverting_a_judge_inverts_what_it_is_worth(items: Verdicts):
    if len(set(items.labels.tolist())) < 2:
        return
    inverted = Verdicts(items.labels, 1 - items.said, 1 - items.probability)
    for measure in (balanced_accuracy, auroc):
        assert value(measure, items) == pytest.approx(1 - (value(measure, inverted) or 0.0))


def test_intervals_are_the_same_for_the_same_seed_and_hold_the_value():
    clusters = [str(place // 2) for place in range(10)]
    first, again, other = (
        intervals(HAND, clusters, MEASURES, seed=seed, resamples=200) for seed in (3, 3, 4)
    )
    assert first == again
    assert first != other
    found = first["balanced_accuracy"]
    assert found.low < found.value < found.high


def test_copies_in_one_cluster_do_not_make_an_interval_narrower():
    copies = 8
    many = Verdicts(*(np.tile(each, copies) for each in (HAND.labels, HAND.said, HAND.probability)))
    ids = [str(place) for place in range(10)]
    width = {
        name: found["balanced_accuracy"].high - found["balanced_accuracy"].low
        for name, found in (
            ("once", intervals(HAND, ids, MEASURES, seed=1, resamples=400)),
            ("copied", intervals(many, ids * copies, MEASURES, seed=1, resamples=400)),
            (
                "as if independent",
                intervals(many, [str(i) for i in range(80)], MEASURES, seed=1, resamples=400),
            ),
        )
    }
    assert width["copied"] == pytest.approx(width["once"])
    assert width["as if independent"] < width["once"] / 2


def test_a_measure_that_is_not_defined_has_no_interval():
    found = intervals(verdicts([1, 1], [1, 0]), ["a", "b"], MEASURES, seed=1, resamples=50)
    assert "auroc" not in found
    assert found["f1"].value == pytest.approx(2 / 3)
