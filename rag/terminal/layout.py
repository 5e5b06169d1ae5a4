"""Setting text in lines: by what a terminal shows of it, not by its characters."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from rich.cells import cell_len

from rag.terminal.plain import plain

Style = Literal["", "bold", "dim"]


class Run(NamedTuple):
    """A piece of text in one style."""

    text: str
    style: Style = ""


Line = tuple[Run, ...]

# Chinese and Japanese break between characters, but not before a closing mark
# or after an opening one (kinsoku). A marker stays with the word it follows.
_WIDE = "[\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60\U00020000-\U0003fffd]"
_OPENING = "[「『（《【〈〔“‘]"
_CLOSING = "[」』）》】〉〕”’、。，．：；！？ー々%]"
_UNIT = re.compile(rf"{_OPENING}*{_WIDE}{_CLOSING}*(?: \[\d+\])*|(?:(?!{_WIDE})\S)+(?: \[\d+\])*")


def line(*parts: Run | str) -> Line:
    """Return runs cleaned of what a terminal must not be given; strings are unstyled.

    Blanks between two parts stay, so that a part may end or begin with one.
    """
    runs = [part if isinstance(part, Run) else Run(part) for part in parts]
    return tuple(Run(_clean(run.text), run.style) for run in runs if run.text)


def wrapped(runs: Line, width: int) -> list[Line]:
    """Break runs into lines no wider than ``width`` columns (at least one column each)."""
    text = "".join(run.text for run in runs)
    styles: list[Style] = [run.style for run in runs for _ in run.text]

    def cut(start: int, end: int) -> Iterator[Run]:
        pairs = zip(styles[start:end], text[start:end], strict=True)
        for style, group in groupby(pairs, key=_style):
            yield Run("".join(character for _, character in group), style)

    return [tuple(cut(start, end)) for start, end in _lines(text, max(width, 1))]


def indented(lines: Sequence[Line], first: str, rest: str | None = None) -> Iterator[Line]:
    """Put ``first`` before the first line and ``rest`` (or as many blanks) before the others."""
    following = " " * cell_len(first) if rest is None else rest
    for number, each in enumerate(lines):
        yield (Run(following if number else first), *each)


def _style(pair: tuple[Style, str]) -> Style:
    return pair[0]


def _clean(text: str) -> str:
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() and text.strip() else ""
    return f"{before}{plain(text)}{after}"


def _lines(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each line."""
    start = end = None
    for unit_start, unit_end in _units(text, width):
        if start is None or end is None:
            start, end = unit_start, unit_end
        elif cell_len(text[start:unit_end]) <= width:
            end = unit_end
        else:
            yield start, end
            start, end = unit_start, unit_end
    if start is not None and end is not None:
        yield start, end


def _units(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield what may stand alone on a line; what is wider than one is cut."""
    for match in _UNIT.finditer(text):
        start, end = match.span()
        while cell_len(text[start:end]) > width:
            cut = _fitting(text, range(start, end), width)
            yield start, cut
            start = cut
        if start < end:
            yield start, end


def _fitting(text: str, places: Iterable[int], width: int) -> int:
    """Return where to cut so that the part before is at most ``width`` columns wide."""
    taken = 0
    places = list(places)
    for place in places:
        taken += cell_len(text[place])
        if taken > width and place > places[0]:
            return place
    return places[-1] + 1
