"""Drawing as inline SVG: a frame with title and description, scales, and safe text.

Every function returns markup that is safe as it stands: text is escaped, and
numbers are clipped to their scale, so that nothing leaves its frame.
"""

from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup

from eval.reporting.inert import one_line

WIDE = 0.58
"""Estimated width of a character, as a share of the size of its font."""


class Scale(NamedTuple):
    """A straight mapping of numbers to pixels; what lies outside is put on the edge."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of a number."""
        # Halved first: the span of two huge numbers would overflow.
        span = self.high / 2 - self.low / 2
        if not span > 0:
            return (self.start + self.end) / 2
        share = (min(max(value, self.low), self.high) / 2 - self.low / 2) / span
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def frame(
    width: int, height: int, body: Iterable[Markup], *, kind: str, title: str, desc: str = ""
) -> Markup:
    """Return an SVG element.

    Args:
        width: Of the view box.
        height: Of the view box.
        body: What is drawn, back to front.
        kind: Its class.
        title: Its name for those who do not see it.
        desc: What it shows, in words.
    """
    described = Markup("<desc>{}</desc>").format(one_line(desc, 2000)) if desc else Markup()
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" role="img"><title>{}</title>{}{}</svg>'
    ).format(kind, width, height, one_line(title), described, Markup().join(body))


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """Return a straight line."""
    places = (pixels(each) for each in (x1, y1, x2, y2))
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>').format(*places, kind)


def rect(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    """Return a filled rectangle."""
    places = (pixels(each) for each in (x, y, width, height))
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>').format(*places, kind)


def circle(x: float, y: float, radius: float, kind: str) -> Markup:
    """Return a circle."""
    places = (pixels(each) for each in (x, y, radius))
    return Markup('<circle cx="{}" cy="{}" r="{}" class="{}"/>').format(*places, kind)


def path(points: Iterable[tuple[float, float]], kind: str, *, closed: bool = False) -> Markup:
    """Return a line through points."""
    steps = "L".join(f"{pixels(x)} {pixels(y)}" for x, y in points)
    return Markup('<path d="M{}{}" class="{}"/>').format(steps, "Z" if closed else "", kind)


def text(x: float, y: float, content: str, kind: str, *, anchor: str = "start") -> Markup:
    """Return a line of text; ``anchor`` is ``start``, ``middle`` or ``end``."""
    return Markup('<text x="{}" y="{}" text-anchor="{}" class="{}">{}</text>').format(
        pixels(x), pixels(y), anchor, kind, content
    )


def fitted(content: str, width: float, size: float) -> str:
    """Return a text cut to about ``width`` pixels at a font size, with an ellipsis."""
    most = max(1, int(width / (WIDE * size)))
    flat = one_line(content)
    return flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}…"


def pixels(value: float) -> str:
    """Return a coordinate with at most one place."""
    return f"{value:.1f}".removesuffix(".0")
