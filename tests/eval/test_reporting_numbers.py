"""Numbers as reports print them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.reporting.numbers import bounds, counted, number, p_value, signed, with_bounds
from eval.schema import Interval

FINITE = st.floats(-1e300, 1e300)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, ".000"),
        (0.79149, ".791"),
        (1, "1.000"),
        (-0.0131, "-.013"),
        (-0.0, ".000"),
        (0.00012, "0.00012"),
        (12.345, "12.35"),
        (183.46, "183.5"),
        (12345.6, "12,346"),
        (2e12, "2e+12"),
    ],
)
def test_a_number_has_the_places_of_its_size(value: float, text: str):
    assert number(value) == text


def test_the_numbers_of_an_interval_share_their_places():
    assert with_bounds(Interval(value=9, low=0.5, high=120)) == "9.0 [0.5, 120.0]"


def test_agreement_is_printed_with_two_places():
    interval = Interval(value=0.79, low=0.74, high=0.84)

    assert with_bounds(interval, places=2) == ".79 [.74, .84]"


def test_a_difference_bears_its_sign_and_nothing_has_none():
    assert with_bounds(Interval(value=0.02, low=-0.01, high=0.05), signs=True) == (
        "+.020 [-.010, +.050]"
    )
    assert signed(0.0) == ".000"
    assert signed(0.0001, scale=1) == ".000"


def test_a_p_value_is_never_zero():
    assert p_value(0.0) == "< .001"
    assert p_value(0.0432) == ".043"


def test_one_is_not_plural():
    assert [counted(n, "case") for n in (0, 1, 1200)] == ["0 cases", "1 case", "1,200 cases"]


@given(FINITE)
def test_every_finite_number_is_short_and_reads_back_near(value: float):
    text = number(value)

    assert len(text) <= 14
    assert not re.search("nan|inf", text)
    assert float(text.replace(",", "")) == pytest.approx(value, rel=0.1, abs=0.0005)


@given(FINITE, FINITE)
def test_bounds_are_in_brackets_whatever_they_are(low: float, high: float):
    assert re.fullmatch(r"\[[^\[\]]+, [^\[\]]+\]", bounds(Interval(value=0, low=low, high=high)))
