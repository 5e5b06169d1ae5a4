"""What every view is given: the desk, and the parts of the page that all of them share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import gradio as gr

from ui.desk import Desk
from ui.wire import Event, Wire

SKIP: Any = cast(Any, gr).skip()
"""Leaves a part of the page as it is."""


class Line(NamedTuple):
    """A queue of its own for what takes long."""

    name: str
    at_once: int


def on(
    events: Event | Sequence[Event],
    act: Callable[..., object],
    inputs: object,
    outputs: object,
    *,
    line: Line | None = None,
    last: bool = False,
) -> None:
    """Let events do something; none is offered to other programs, none covers what is read.

    Args:
        events: One or several.
        act: Takes the inputs and returns, or yields, the outputs.
        inputs: Components.
        outputs: Components.
        line: In which it waits for its turn; without one it is done at once.
        last: Whether an event that comes while one is being heard is heard after it, the last of
            several; else it is passed over.
    """
    named: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "hidden",
        "queue": line is not None,
        "trigger_mode": "always_last" if last else None,
    }
    if line is not None:
        named |= {"concurrency_id": line.name, "concurrency_limit": line.at_once}
    if isinstance(events, Sequence):
        cast(Any, gr).on(events, act, inputs, outputs, **named)
    else:
        events(act, inputs, outputs, **named)


def surface(value: str = "", *, name: str = "", hidden: bool = False) -> gr.HTML:
    """Return a place for what `ui.render` makes, with nothing of Gradio's own style.

    Args:
        value: Markup to begin with.
        name: Its id on the page.
        hidden: Whether it is for the script or a screen reader alone.
    """
    return gr.HTML(
        value,
        js_on_load=None,
        apply_default_css=False,
        container=False,
        elem_id=name or None,
        elem_classes="hidden-part" if hidden else "surface",
    )


@dataclass(frozen=True)
class Frame:
    """The parts that views share."""

    desk: Desk
    wire: Wire
    visit: gr.State
    library: gr.Dropdown
    model: gr.Dropdown
    evidence: gr.HTML
    status: gr.HTML
    download: gr.HTML


def owner(request: gr.Request) -> str:
    """Return who is signed in; empty where nobody has to."""
    return request.username or ""


def session(request: gr.Request) -> str:
    """Return the session of a tab."""
    return request.session_hash or ""
