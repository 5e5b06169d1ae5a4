"""The smallest detectable difference, by formula and by trial."""

import numpy as np
import pytest

from eval.metrics.metric import Metric, NotApplicable, mean_of
from eval.statistics import detectable, power_of, sign_flip, smallest_loss

MEAN = mean_of(
    Metric("m", "correctness", "higher", 0.0, "m", lambda _: NotApplicable("test"))
)  # fmt: skip


def test_the_usual_factor():
    assert detectable(1.0) == pytest.approx(2.8016, abs=1e-4)


def test_a_stricter_level_needs_a_larger_difference():
    assert detectable(1.0, alpha=0.01) > detectable(1.0) > detectable(1.0, power=0.5)


@pytest.mark.parametrize("alpha", [0.05, 0.0125])
def test_the_power_of_what_is_detectable_is_four_in_five(alpha):
    smallest = detectable(0.02, alpha=alpha)

    assert power_of(smallest, smallest, alpha=alpha) == pytest.approx(0.8)
    assert power_of(2 * smallest, smallest, alpha=alpha) > 0.99
    assert power_of(0.0, smallest, alpha=alpha) == pytest.approx(alpha / 2)


def test_agreement_promises_nothing_below_whole_losses():
    right = {"m": np.ones(30)}
    failed = {"m": np.zeros(30)}

    assert smallest_loss(MEAN, right, failed) == pytest.approx(2.8016**2 / 30, abs=1e-4)


def test_the_promise_is_kept_where_the_runs_agree_but_for_the_loss():
    generator = np.random.default_rng(0)
    right, size = np.ones(200), 200
    loss = smallest_loss(MEAN, {"m": right}, {"m": 0 * right})
    clusters = [f"q{at:03}" for at in range(size)]
    found = 0
    for at in range(100):
        after = (generator.random(size) >= loss).astype(float)
        found += sign_flip(MEAN, {"m": right}, {"m": after}, clusters, seed=at) <= 0.05

    assert found / 100 == pytest.approx(0.8, abs=0.1)


def test_a_run_in_which_everything_failed_has_nothing_to_lose():
    assert smallest_loss(MEAN, {"m": np.zeros(5)}, {"m": np.zeros(5)}) == 0.0
