"""Figures over the size of a library, as one SVG file that stands alone."""

import math
import sys
from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from eval.reporting.svg import Scale, frame, line, text
from eval.schema import Figure, Interval

Sized = tuple[int, Sequence[Figure], tuple[float, float]]
"""Papers, figures, and the median and 95th percentile of milliseconds."""

_WIDTH, _HEIGHT, _GAP = 300, 190, 30
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 288, 34, 150
_STYLE = Markup(
    "<style>svg{background:#fff;font:12px system-ui,sans-serif}text{fill:#333}"
    ".axis{stroke:#bbb}.spread{stroke:#9db4c8;stroke-width:5}.trend{stroke:#1f5f8b;"
    "stroke-width:2}.name{font-weight:600}.label{fill:#666}</style>"
)


def curves(points: Sequence[Sized]) -> str:
    """Return one panel per figure and one of latency, papers on a logarithmic axis."""
    names = dict.fromkeys(each.name for _, found, _ in points for each in found if each.interval)
    panels = [
        _panel(name, [(papers, _of(found, name)) for papers, found, _ in points]) for name in names
    ]
    times = [(papers, Interval(value=p50, low=p50, high=p95)) for papers, _, (p50, p95) in points]
    panels.append(_panel("ms per question, median to 95th percentile", times))
    columns = min(3, len(panels))
    rows = math.ceil(len(panels) / columns)
    body = [
        Markup('<g transform="translate({} {})">{}</g>').format(
            _GAP + place % columns * (_WIDTH + _GAP), place // columns * (_HEIGHT + _GAP), panel
        )
        for place, panel in enumerate(panels)
    ]
    width = _GAP + columns * (_WIDTH + _GAP)
    drawn = frame(
        width,
        rows * (_HEIGHT + _GAP),
        [_STYLE, *body],
        kind="scaling",
        title="Quality and latency by size of the library",
        desc=f"{len(points)} libraries of {points[0][0]:,} to {points[-1][0]:,} papers",
    )
    return str(drawn).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _panel(name: str, points: Sequence[tuple[int, Interval | None]]) -> Markup:
    there = [(papers, each) for papers, each in points if each is not None]
    share = all(each.low >= 0 and each.high <= 1 for _, each in there)
    top = 1.0 if share else min(1.1 * max(each.high for _, each in there), sys.float_info.max)
    sizes = [math.log10(max(papers, 1)) for papers, _ in there]
    across = Scale(min(sizes), max(sizes), _LEFT + 12, _RIGHT - 12)
    up = Scale(0, top, _BOTTOM, _TOP)
    places = [(across.at(size), each) for size, (_, each) in zip(sizes, there, strict=True)]
    body = [
        text(_LEFT, 18, name, "name"),
        line(_LEFT, _BOTTOM, _RIGHT, _BOTTOM, "axis"),
        line(_LEFT, _TOP, _LEFT, _BOTTOM, "axis"),
        text(_LEFT - 6, _BOTTOM, "0", "label", anchor="end"),
        text(_LEFT - 6, _TOP + 8, f"{top:.3g}", "label", anchor="end"),
    ]
    body += [line(x, up.at(each.low), x, up.at(each.high), "spread") for x, each in places]
    body += [
        line(x1, up.at(one.value), x2, up.at(other.value), "trend")
        for (x1, one), (x2, other) in pairwise(places)
    ]
    for (x, each), (papers, _) in zip(places, there, strict=True):
        value = f"{each.value:.2f}" if share else f"{each.value:.0f}"
        body.append(text(x, up.at(each.value) - 8, value, "label", anchor="middle"))
        body.append(text(x, _BOTTOM + 18, f"{papers:,}", "label", anchor="middle"))
    return Markup().join(body)


def _of(found: Sequence[Figure], name: str) -> Interval | None:
    return next((each.interval for each in found if each.name == name), None)
