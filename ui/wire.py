"""The wire from the page's own buttons to the program: one invisible component, many events.

What arrives is whatever a browser sends, so every field is read through `Told`, which lets
through only what has the form of one of ours.
"""

import re
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import Any, cast

import gradio as gr

from rag.errors import UsageError
from rag.exports.formats import FORMATS
from ui.render import KINDS

Event = Callable[..., object]
"""What registers a function with its inputs and outputs."""

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST = 20_000


class Wire:
    """Runs the script of the page and passes on what is pressed; shows nothing.

    No subclass of a component: for each of those Gradio writes a file beside its source.
    """

    def __init__(self) -> None:
        script = (files("ui") / "page.js").read_text(encoding="utf-8")
        self._part: Any = gr.HTML("", js_on_load=script, elem_id="wire", container=False)

    def event(self, name: str) -> Event:
        """Return what hears the buttons of an act; the script must name it."""
        return getattr(self._part, name)


class Told:
    """What an event told, field by field; each reading raises `UsageError` on anything else."""

    def __init__(self, event: gr.EventData) -> None:
        found: object = getattr(event, "_data", None)
        self._fields = cast(dict[str, object], found) if isinstance(found, dict) else {}

    def text(self, name: str, *, most: int = _LONGEST) -> str:
        """Return a text, empty where there is none."""
        value = self._fields.get(name, "")
        if not isinstance(value, str) or len(value) > most:
            raise UsageError(f"{name} is no text of at most {most} characters")
        return value

    def key(self, name: str) -> str:
        """Return an id that Attest has given."""
        value = self.text(name)
        if not _KEY.fullmatch(value):
            raise UsageError(f"{name} is no id")
        return value

    def number(self, name: str, *, most: int = 10_000_000) -> int:
        """Return a whole number from 0."""
        value = self.text(name, most=12)
        if not (value.isascii() and value.isdigit() and int(value) <= most):
            raise UsageError(f"{name} is no whole number up to {most}")
        return int(value)

    def numbers(self, name: str) -> tuple[int, ...]:
        """Return whole numbers parted by blanks."""
        found = self.text(name, most=2000).split()
        if not all(each.isascii() and each.isdigit() for each in found):
            raise UsageError(f"{name} are no whole numbers")
        return tuple(map(int, found))

    def form(self) -> str:
        """Return the name of an export format."""
        return self._one("form", FORMATS)

    def kind(self) -> str:
        """Return a kind of feedback."""
        return self._one("kind", KINDS)

    def _one(self, name: str, known: Iterable[str]) -> str:
        value = self.text(name)
        if value not in known:
            raise UsageError(f"{name} is none of {', '.join(known)}")
        return value
