"""Shares with Wilson's interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.statistics import proportion


def test_half_of_ten_has_the_interval_of_the_formula():
    found = proportion(5, 10)
    assert found is not None
    # z² = 3.8415: (.5 + .19207 ± √(3.8415 (.025 + .0096036))) / 1.38415, the root being .36460
    assert (found.low, found.high) == (
        pytest.approx(0.2366, abs=1e-4),
        pytest.approx(0.7634, abs=1e-4),
    )


def test_a_share_of_nothing_is_no_number():
    assert proportion(0, 0) is None


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_inside_and_the_ends_have_a_width(pair):
    found = proportion(*pair)
    assert found is not None
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1
    assert found.low < found.high
