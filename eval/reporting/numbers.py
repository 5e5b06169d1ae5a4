"""Numbers as a report prints them: number to text, nothing else.

Up to 1 without the leading zero and with three places, as shares are set in
print; larger ones with fewer places. The numbers of one interval share their
places.
"""

from eval.schema import Figure, Interval


def number(value: float, *, scale: float | None = None, places: int = 3) -> str:
    """Return a number as text.

    Args:
        value: Finite.
        scale: Size of the largest number that stands beside it; its own if None.
        places: Of numbers up to 1.
    """
    size = abs(value) if scale is None else abs(scale)
    if size > 1 and size < 1e9:
        return _unsigned_zero(f"{value:,.{2 if size < 100 else 1 if size < 1000 else 0}f}")
    if size > 1 or 0 < size < 0.5 * 10**-places:
        return _unsigned_zero(f"{value:.2g}")
    return _unsigned_zero(f"{value:.{places}f}").replace("0.", ".", 1)


def signed(value: float, *, scale: float | None = None) -> str:
    """Return a number with its sign, also where it is positive."""
    text = number(value, scale=scale)
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text


def bounds(interval: Interval, *, places: int = 3, signs: bool = False) -> str:
    """Return ``[low, high]``."""
    scale = _scale(interval)
    if signs:
        return f"[{signed(interval.low, scale=scale)}, {signed(interval.high, scale=scale)}]"
    low = number(interval.low, scale=scale, places=places)
    return f"[{low}, {number(interval.high, scale=scale, places=places)}]"


def central(interval: Interval, *, places: int = 3, signs: bool = False) -> str:
    """Return the value of an interval with the places that its bounds have."""
    scale = _scale(interval)
    if signs:
        return signed(interval.value, scale=scale)
    return number(interval.value, scale=scale, places=places)


def with_bounds(interval: Interval, *, places: int = 3, signs: bool = False) -> str:
    """Return ``value [low, high]``."""
    value = central(interval, places=places, signs=signs)
    return f"{value} {bounds(interval, places=places, signs=signs)}"


def figure_value(figure: Figure) -> str:
    """Return ``value [low, high]`` of a figure, or why there is none."""
    return with_bounds(figure.interval) if figure.interval else missing(figure)


def missing(figure: Figure | None) -> str:
    """Return why a figure has no value: all its cases failed, or none was of its kind."""
    return "error" if figure is not None and figure.errors else "n.a."


def p_value(p: float) -> str:
    """Return a p value; it is never printed as zero."""
    return "< .001" if p < 0.001 else number(p)


def counts(figure: Figure) -> str:
    """Return how many cases a figure rests on, and how many it does not."""
    return f"n {figure.scored}, n.a. {figure.not_applicable}, err {figure.errors}"


def counted(count: int, noun: str) -> str:
    """Return ``1 case`` or ``1,200 cases``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _scale(interval: Interval) -> float:
    return max(abs(interval.value), abs(interval.low), abs(interval.high))


def _unsigned_zero(text: str) -> str:
    return text if any(digit in text for digit in "123456789") else text.replace("-", "")
