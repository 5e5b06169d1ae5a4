"""The charts of a report, each a pure function of figures to an inline SVG.

Colour is never alone: what differs in kind differs in shape, and the numbers
stand beside as text.
"""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from eval.metrics.calibration import Bin
from eval.reporting.numbers import central, counted, missing, number, with_bounds
from eval.reporting.report import Group, RiskPoint
from eval.reporting.svg import WIDE, Scale, circle, fitted, frame, line, path, rect, text
from eval.reporting.wording import effect
from eval.schema import Difference, Figure, Interval

_ROW = 200, 20
"""Width and height of a chart that stands in the row of a table."""
_SMALL = 12.0
"""Font size of what is written into a chart."""


def is_share(interval: Interval) -> bool:
    """Return whether an interval lies within 0..1, so that it can share an axis with others."""
    return interval.low >= 0 and interval.high <= 1


def interval_dot(figure: Figure) -> Markup:
    """Return a figure as a dot on its interval, from 0 to 1; nothing for what is not a share."""
    interval = figure.interval
    if interval is None or not is_share(interval):
        return Markup()
    width, height = _ROW
    scale = Scale(0, 1, 6, width - 6)
    body = [
        line(6, height / 2, width - 6, height / 2, "grid"),
        *(line(scale.at(tick), 6, scale.at(tick), 14, "grid") for tick in (0, 0.5, 1)),
        *_whisker(scale, interval, height / 2),
        circle(scale.at(interval.value), height / 2, 3.5, "dot"),
    ]
    said = f"{figure.name}: {with_bounds(interval)} on a scale from 0 to 1"
    return frame(width, height, body, kind="row", title=said)


def reach(differences: Iterable[Difference]) -> float:
    """Return how far from zero the axis of a forest plot must go for the shares among them."""
    ends = [abs(end) for each in differences if _plotted(each)
            for end in (each.delta.low, each.delta.high, each.delta.value)]  # fmt: skip
    widest = max(ends, default=0.0)
    return next((edge for edge in (0.05, 0.1, 0.2, 0.3, 0.5) if widest <= edge), 1.0)


def forest_row(difference: Difference, edge: float) -> Markup:
    """Return a row of a forest plot: the difference on its interval, with zero in the middle.

    Better is a filled circle, worse a filled diamond, no difference shown a ring.
    """
    if not _plotted(difference):
        return Markup()
    width, height = _ROW
    middle, scale = height / 2, Scale(-edge, edge, 8, width - 8)
    kind = effect(difference)
    x = scale.at(difference.delta.value)
    shapes = {
        "better": circle(x, middle, 4.5, "dot"),
        "worse": path([(x, 4), (x + 6, 10), (x, 16), (x - 6, 10)], "bad", closed=True),
        "no difference shown": circle(x, middle, 4, "ring"),
    }
    body = [
        line(8, middle, width - 8, middle, "grid"),
        line(scale.at(0), 0, scale.at(0), height, "axis"),
        *_whisker(scale, difference.delta, middle, kind="spread worse" if kind == "worse" else ""),
        shapes[kind],
    ]
    said = f"{difference.name}: {with_bounds(difference.delta, signs=True)}, {kind}"
    return frame(width, height, body, kind="row", title=said)


def forest_axis(edge: float) -> Markup:
    """Return the axis that stands above the rows of a forest plot."""
    width, height = _ROW
    body = [
        text(8, 14, f"-{number(edge, places=2)}", "label", anchor="start"),
        text(width / 2, 14, "0", "label", anchor="middle"),
        text(width - 8, 14, f"+{number(edge, places=2)}", "label", anchor="end"),
    ]
    return frame(width, height, body, kind="row", title=f"axis from {-edge:g} to {edge:g}")


def bars(name: str, groups: Sequence[Group]) -> Markup:
    """Return one figure for each type of case, as bars with intervals from zero on."""
    rows = [(group, figure) for group in groups for figure in group.figures if figure.name == name]
    top = _top([each.interval for _, each in rows if each.interval is not None])
    step, width = 24, 366
    scale = Scale(0, top, 146, 294)
    body = [line(146, 0, 146, step * len(rows), "axis")] if rows else []
    for place, (group, figure) in enumerate(rows):
        body += _bar(scale, step * place + step / 2, group, figure)
    said = "; ".join(f"{group.name}: {_value(figure)}" for group, figure in rows)
    return frame(
        width, max(step * len(rows), 1), body, kind="bars", title=f"{name} by type", desc=said
    )


def risk_coverage(points: Sequence[RiskPoint]) -> Markup:
    """Return the risk–coverage curve: the share wrong among the most confident, by how many.

    El-Yaniv and Wiener, JMLR 11 (2010).
    """
    width, height = 360, 250
    top = _nice(max((point.risk for point in points), default=0.0))
    across, up = Scale(0, 1, 44, 346), Scale(0, top, 206, 12)
    line_through = [(across.at(each.coverage), up.at(each.risk)) for each in points]
    body = [
        *_axes(across, up, top),
        text(195, 244, "coverage (share of cases answered)", "label", anchor="middle"),
        *([path(line_through, "curve")] if points else []),
        *(circle(x, y, 4, "dot") for x, y in line_through[-1:]),
    ]
    said = "; ".join(f"at coverage {number(each.coverage)} risk {number(each.risk)}"
                     for each in _thinned(points))  # fmt: skip
    title = "Risk by coverage"
    return frame(width, height, body, kind="curve-chart", title=title, desc=said)


def reliability(bins: Sequence[Bin]) -> Markup:
    """Return the reliability diagram: how often cases of a confidence are right.

    On the dashed diagonal confidence is what it says; the larger a dot, the more
    cases. Niculescu-Mizil and Caruana, ICML 2005.
    """
    width, height = 360, 250
    across, up = Scale(0, 1, 44, 346), Scale(0, 1, 206, 12)
    known = [(each.confidence, each.accuracy, each.count) for each in bins
             if each.confidence is not None and each.accuracy is not None]  # fmt: skip
    most = max([1, *(n for _, _, n in known)])
    dots = [(across.at(x), up.at(y), n) for x, y, n in known]
    body = [
        *_axes(across, up, 1.0),
        line(across.at(0), up.at(0), across.at(1), up.at(1), "dashed"),
        text(195, 244, "confidence (as the system said)", "label", anchor="middle"),
        *([path([(x, y) for x, y, _ in dots], "thin")] if dots else []),
        *(circle(x, y, 2.5 + 4.5 * (n / most) ** 0.5, "dot") for x, y, n in dots),
    ]
    said = "; ".join(
        f"confidence {number(confidence)}: {number(right)} right of {counted(n, 'case')}"
        for confidence, right, n in known
    )
    return frame(width, height, body, kind="curve-chart", title="Reliability", desc=said)


def _plotted(difference: Difference) -> bool:
    """Only shares stand on a common axis."""
    return all(0 <= value <= 1 for value in (difference.before, difference.after))


def _whisker(scale: Scale, interval: Interval, y: float, kind: str = "") -> list[Markup]:
    return [line(scale.at(interval.low), y, scale.at(interval.high), y, kind or "spread")]


def _bar(scale: Scale, y: float, group: Group, figure: Figure) -> list[Markup]:
    suffix = f" · {group.n}"
    name = fitted(group.name, 136 - len(suffix) * WIDE * _SMALL, _SMALL)
    label = text(138, y + 4, f"{name}{suffix}", "label", anchor="end")
    value = text(302, y + 4, fitted(_value(figure), 64, _SMALL), "value")
    if figure.interval is None:
        return [label, value]
    width = scale.at(figure.interval.value) - scale.start
    return [
        label,
        rect(scale.start, y - 7, width, 14, "bar"),
        *_whisker(scale, figure.interval, y, "thin"),
        value,
    ]


def _value(figure: Figure) -> str:
    return central(figure.interval) if figure.interval else missing(figure)


def _top(intervals: Sequence[Interval]) -> float:
    highest = max((each.high for each in intervals), default=1.0)
    return 1.0 if highest <= 1 else highest


def _nice(highest: float) -> float:
    return next((edge for edge in (0.1, 0.2, 0.5) if highest <= edge), 1.0)


def _axes(across: Scale, up: Scale, top: float) -> list[Markup]:
    marks: list[Markup] = []
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        y, x = up.at(share * top), across.at(share)
        marks.append(line(across.start, y, across.end, y, "grid"))
        marks.append(text(across.start - 6, y + 4, _tick(share * top), "label", anchor="end"))
        marks.append(text(x, up.start + 17, _tick(share), "label", anchor="middle"))
    return [*marks, line(across.start, up.start, across.end, up.start, "axis")]


def _thinned(points: Sequence[RiskPoint]) -> Sequence[RiskPoint]:
    return points[:: max(1, len(points) // 10)]


def _tick(value: float) -> str:
    return f"{value:.2g}".replace("0.", ".", 1)
