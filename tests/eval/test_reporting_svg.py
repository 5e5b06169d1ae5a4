"""Drawings stay in their frames and never hold what is no number."""

import math
import re
from collections.abc import Iterator
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics.calibration import Bin
from eval.reporting import charts
from eval.reporting.report import Group, RiskPoint
from eval.reporting.svg import Scale, fitted
from eval.schema import Difference, Figure, Interval

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SHARE = st.floats(0, 1)
NAME = st.text(max_size=40)


def interval_of(values: tuple[float, float, float]) -> Interval:
    low, value, high = sorted(values)
    return Interval(value=value, low=low, high=high)


INTERVAL = st.one_of(
    st.tuples(FINITE, FINITE, FINITE).map(interval_of),
    st.tuples(SHARE, SHARE, SHARE).map(interval_of),
)
FIGURE = st.builds(
    Figure,
    name=st.just("figure"),
    better=st.sampled_from(["higher", "lower"]),
    interval=st.none() | INTERVAL,
    scored=st.integers(0, 9),
    not_applicable=st.integers(0, 9),
    errors=st.integers(0, 9),
)
DIFFERENCE = st.builds(
    Difference,
    name=NAME,
    better=st.sampled_from(["higher", "lower"]),
    before=FINITE | SHARE,
    after=FINITE | SHARE,
    delta=INTERVAL,
    p=SHARE,
    p_holm=SHARE,
    detectable=FINITE,
    pairs=st.just(9),
    clusters=st.just(9),
)
GROUPS = st.lists(
    st.builds(
        Group, name=NAME, n=st.integers(0, 10**6), figures=st.lists(FIGURE, max_size=1).map(tuple)
    ),
    max_size=5,
)
POINTS = st.lists(st.builds(RiskPoint, coverage=SHARE, risk=SHARE), max_size=8)
BINS = st.lists(
    st.builds(
        Bin,
        low=SHARE,
        high=SHARE,
        count=st.integers(0, 10**6),
        confidence=st.none() | SHARE,
        accuracy=st.none() | SHARE,
    ),
    max_size=8,
)


def points_of(element: Xml.Element) -> Iterator[tuple[float, float]]:
    """Yield the corners of what an element draws."""

    def at(name: str) -> float:
        return float(element.get(name, "0"))

    match element.tag:
        case "line":
            yield from ((at("x1"), at("y1")), (at("x2"), at("y2")))
        case "circle":
            radius = at("r")
            yield from ((at("cx") + sign * radius, at("cy") + sign * radius) for sign in (-1, 1))
        case "rect":
            assert at("width") >= 0
            yield from ((at("x"), at("y")), (at("x") + at("width"), at("y") + at("height")))
        case "path":
            numbers = [float(each) for each in re.findall(r"-?[\d.]+", element.get("d", ""))]
            yield from zip(numbers[::2], numbers[1::2], strict=True)
        case "text":
            yield from text_ends(element)
        case tag:
            assert tag in {"title", "desc", "svg"}


def text_ends(element: Xml.Element) -> Iterator[tuple[float, float]]:
    width = len(element.text or "") * 0.58 * 12
    before = {"start": 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor", "")]
    x, y = float(element.get("x", "nan")), float(element.get("y", "nan"))
    yield from ((x - before * width, y), (x + (1 - before) * width, y))


def check(drawing: str) -> None:
    """Fail where a drawing is no XML, holds no number where one must be, or leaves its frame."""
    root = Xml.fromstring(drawing)
    left, top, width, height = map(float, root.get("viewBox", "").split())
    assert root.find("title") is not None
    for element in root.iter():
        for x, y in points_of(element):
            assert math.isfinite(x)
            assert math.isfinite(y)
            assert left - 0.06 <= x <= left + width + 0.06, Xml.tostring(element)
            assert top - 0.06 <= y <= top + height + 0.06, Xml.tostring(element)


@settings(max_examples=40)
@given(FIGURE)
def test_an_interval_stays_in_its_frame(figure: Figure):
    drawing = charts.interval_dot(figure)

    assert bool(drawing) == (figure.interval is not None and charts.is_share(figure.interval))
    if drawing:
        check(drawing)


@settings(max_examples=40)
@given(st.lists(DIFFERENCE, max_size=4))
def test_a_forest_plot_stays_in_its_frame(differences: list[Difference]):
    edge = charts.reach(differences)

    check(charts.forest_axis(edge))
    for drawing in filter(None, (charts.forest_row(each, edge) for each in differences)):
        check(drawing)


@settings(max_examples=40)
@given(GROUPS)
def test_bars_stay_in_their_frame(groups: list[Group]):
    check(charts.bars("figure", groups))


@settings(max_examples=40)
@given(POINTS)
def test_the_risk_curve_stays_in_its_frame(points: list[RiskPoint]):
    check(charts.risk_coverage(points))


@settings(max_examples=40)
@given(BINS)
def test_the_reliability_diagram_stays_in_its_frame(bins: list[Bin]):
    check(charts.reliability(bins))


@pytest.mark.parametrize(
    "broken",
    [
        '<svg viewBox="0 0 9 9"><title>t</title><line x1="0" y1="0" x2="10" y2="0"/></svg>',
        '<svg viewBox="0 0 9 9"><title>t</title><circle cx="nan" cy="1" r="1"/></svg>',
        '<svg viewBox="0 0 9 9"><title>t</title><circle cx="1" cy="1" r="3"/></svg>',
        '<svg viewBox="0 0 9 9"></svg>',
    ],
    ids=["leaves its frame", "no number", "too large", "no title"],
)
def test_the_check_sees_a_broken_drawing(broken: str):
    with pytest.raises(AssertionError):
        check(broken)


@given(FINITE, FINITE, FINITE)
def test_a_scale_puts_every_number_between_its_ends(low: float, high: float, value: float):
    assert 5 <= Scale(low, high, 5, 95).at(value) <= 95


def test_a_scale_is_straight():
    scale = Scale(0, 2, 10, 110)

    assert [scale.at(each) for each in (0, 0.5, 2)] == [10, 35, 110]


def test_better_worse_and_neither_differ_in_shape():
    def drawn(low: float, value: float, high: float, p: float) -> str:
        delta = Interval(value=value, low=low, high=high)
        return charts.forest_row(
            Difference(name="recall", better="higher", before=0.5, after=0.6, delta=delta, p=p,
                       p_holm=p, detectable=0.1, pairs=9, clusters=9),
            0.2,
        )  # fmt: skip

    better, worse, neither = (
        drawn(0.01, 0.05, 0.1, 0.01), drawn(-0.1, -0.05, -0.01, 0.01), drawn(-0.1, 0, 0.1, 0.9),
    )  # fmt: skip

    assert re.search('<circle[^>]* class="dot"', better)
    assert re.search('<path[^>]*Z" class="bad"', worse)
    assert 'class="ring"' in neither
    assert [each.split("</title>")[0].rsplit(", ", 1)[1] for each in (better, worse, neither)] == [
        "better", "worse", "no difference shown",
    ]  # fmt: skip


def test_hostile_names_are_only_text():
    figure = Figure(name="figure", better="higher", interval=None, scored=0, not_applicable=0,
                    errors=1)  # fmt: skip
    group = Group(name="</text><script>alert(1)</script>\u202e", n=1, figures=(figure,))

    drawing = charts.bars("figure", [group])

    check(drawing)
    assert "<script" not in drawing
    assert "\u202e" not in drawing


def test_a_long_name_is_cut_with_an_ellipsis():
    assert fitted("a very long name of a type", 70, 12) == "a very lo…"
