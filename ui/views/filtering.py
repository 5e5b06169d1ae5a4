"""The filters above a question, which hold for a conversation."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import gradio as gr

from rag.errors import UsageError
from rag.schema import Filters
from ui import render
from ui.desk import Desk
from ui.views.failing import failing
from ui.views.frame import Frame, on, surface
from ui.visit import Visit

Values = Sequence[Any]
"""What the five fields hold."""


class Filtering(NamedTuple):
    """The five fields and how many papers they leave."""

    fields: list[Any]
    left: gr.HTML


def build() -> Filtering:
    """Make the fields; call it where they shall stand."""
    with gr.Accordion("Filters", open=False, elem_id="filters"):
        with gr.Row():
            first = gr.Number(label="From year", precision=0, minimum=0, maximum=9999)
            last = gr.Number(label="To year", precision=0, minimum=0, maximum=9999)
            author = gr.Textbox(label="Author contains", max_length=200)
        with gr.Row():
            venue = gr.Dropdown(label="Venue contains", choices=[], allow_custom_value=True)
            source = gr.Dropdown(label="File contains", choices=[], allow_custom_value=True)
        left = surface(name="left")
    return Filtering([first, last, author, venue, source], left)


def hear(filtering: Filtering, frame: Frame) -> None:
    """Show how many papers remain whenever a field changes."""

    def count(visit: Visit, *values: object) -> str:
        return remaining(frame.desk, visit, values)

    changes = [field.change for field in filtering.fields]
    on(changes, count, [frame.visit, *filtering.fields], filtering.left, last=True)


def filters(values: Values) -> Filters:
    """Return the filters of the five fields.

    Raises:
        UsageError: The years are the wrong way round.
    """
    first, last, *texts = values
    author, venue, source = ((text or "").strip()[:200] or None for text in texts)
    start, end = (None if year is None else int(year) for year in (first, last))
    if start is not None and end is not None and start > end:
        raise UsageError("the first year is after the last; turn them round")
    return Filters(year_from=start, year_to=end, venue=venue, author=author, source=source)


def values(found: Filters) -> list[Any]:
    """Return filters as the five fields hold them."""
    texts = [found.author or "", found.venue or "", found.source or ""]
    return [found.year_from, found.year_to, *texts]


def remaining(desk: Desk, visit: Visit, fields: Values) -> str:
    """Return how many papers the fields leave, or why that cannot be said."""
    lines = list[str]()
    with failing(lines.append):
        chosen = filters(fields)
        total = desk.papers(visit.library)
        if not chosen.active or not total:
            return render.remaining(total, total)
        with desk.library(visit.library).snapshot() as snapshot:
            return render.remaining(snapshot.tally(chosen), total)
    return lines[0]


BLANK = values(Filters())
"""The fields with nothing in them."""
