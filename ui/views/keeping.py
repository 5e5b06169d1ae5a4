"""The view of the library: files in, papers listed, sorted, found and removed."""

from collections.abc import Iterator, Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import gradio as gr

from rag.forgetting import forget
from rag.store.listing import Listing
from rag.store.report import AddReport
from rag.terminal.plain import counted
from ui import adding, render
from ui.views import filtering
from ui.views.asking import Asking
from ui.views.failing import failing
from ui.views.frame import SKIP, Frame, Line, on, owner, surface
from ui.visit import Visit
from ui.wire import Told

SUFFIXES = (
    *(".bib", ".ris", ".nbib", ".enw", ".ciw", ".txt", ".md", ".html", ".htm", ".mhtml", ".xml"),
    *(".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".xlsx", ".gz", ".zip"),
)
"""Endings that may be sent; what is in a file decides how it is read."""
LINE = Line("add", at_once=1)
"""One writer at a time."""
_ORDERS = {
    "Newest in the library": ("added", True),
    "Oldest in the library": ("added", False),
    "Title": ("title", False),
    "Year, newest first": ("year", True),
    "Year, oldest first": ("year", False),
    "First author": ("author", False),
}


class Keeping:
    """Files, the report on them, and the list of papers."""

    def __init__(self) -> None:
        self.files = gr.File(
            label="Add papers: drop files here",
            file_count="multiple",
            file_types=list(SUFFIXES),
            elem_id="files",
            height=150,
        )
        self.adding = surface(name="adding")
        with gr.Row():
            self.sought = gr.Textbox(
                label="Find by title, author or id", max_length=200, elem_id="find", min_width=200
            )
            self.order = gr.Dropdown(
                label="Order", choices=list(_ORDERS), value=next(iter(_ORDERS))
            )
        self.list = surface(name="papers")
        with gr.Accordion("Another library", open=False):
            self.name = gr.Textbox(label="Name of a new library", max_length=60, elem_id="name")
            self.make = gr.Button("Make it", elem_id="make")

    def hear(self, frame: Frame, asking: Asking, tab: gr.Tab) -> None:
        """Hear what concerns the library."""
        listed = [frame.visit, self.sought, self.order]
        page = [self.adding, self.list, asking.past, asking.current, asking.filtering.left]

        def show(visit: Visit, sought: str, order: str) -> str:
            return self.shown(frame, visit, sought, order)

        def turn(event: gr.EventData, visit: Visit, sought: str, order: str) -> str:
            return self.shown(frame, visit, sought, order, Told(event).number("start"))

        def add(request: gr.Request, visit: Visit, paths: list[str] | None) -> Iterator[Any]:
            names = {Path(path): Path(path).name for path in paths or ()}
            try:
                yield from self.added(frame, asking, visit, names, owner(request))
            finally:
                for path in names:
                    path.unlink(missing_ok=True)

        def sample(request: gr.Request, visit: Visit) -> Iterator[Any]:
            with as_file(files("rag") / "sample" / "papers.jsonl") as path:
                who = owner(request)
                yield from self.added(frame, asking, visit, {path: "sample papers"}, who)

        def remove(event: gr.EventData, visit: Visit, sought: str, order: str) -> list[Any]:
            lines = list[str]()
            with failing(lines.append):
                gone = self.removed(frame, visit, Told(event).text("paper", most=500))
                lines.append(render.status(f"Removed {counted(gone, 'paper')}."))
            return [lines[0], self.shown(frame, visit, sought, order)]

        done = [*page, self.files]
        on([tab.select, self.sought.change, self.order.change], show, listed, self.list)
        on(self.files.upload, add, [frame.visit, self.files], done, line=LINE)
        on(frame.wire.event("sample"), sample, frame.visit, done, line=LINE)
        on(frame.wire.event("leaf"), turn, listed, self.list)
        on(frame.wire.event("remove"), remove, listed, [self.adding, self.list], line=LINE)

    def added(
        self, frame: Frame, asking: Asking, visit: Visit, names: Mapping[Path, str], who: str
    ) -> Iterator[list[Any]]:
        """Yield the page while files are added, and after."""
        lines, report = list[str](), None
        with failing(lines.append):
            for found in adding.add(frame.desk.library(visit.library), names):
                if isinstance(found, AddReport):
                    report = found
                else:
                    yield [render.status(found, busy=True), *[SKIP] * 5]
        told = render.added(report) if report else lines[0]
        past, current = asking.told(frame, visit, who)
        left = filtering.remaining(frame.desk, visit, filtering.BLANK)
        listed = self.shown(frame, visit, "", next(iter(_ORDERS)))
        yield [told, listed, past, current, left, None]

    def shown(self, frame: Frame, visit: Visit, sought: str, order: str, start: int = 0) -> str:
        """Return a page of the list, or why it cannot be read."""
        lines = list[str]()
        with failing(lines.append):
            return self._listed(frame, visit, sought, order, start)
        return lines[0]

    def _listed(self, frame: Frame, visit: Visit, sought: str, order: str, start: int) -> str:
        total = frame.desk.papers(visit.library)
        if not total:
            return render.papers(Listing(0, ()), start=0, total=0)
        by, descending = _ORDERS.get(order, ("added", True))
        with frame.desk.library(visit.library).snapshot() as snapshot:
            found = snapshot.listing(
                text=sought.strip(),
                order=by,  # pyright: ignore[reportArgumentType]
                descending=descending,
                start=start,
                count=render.PAGE,
            )
        return render.papers(found, start=start, total=total)

    def removed(self, frame: Frame, visit: Visit, name: str) -> int:
        """Remove a paper, and the answers that show it."""
        library = frame.desk.library(visit.library)
        gone = library.remove([name])
        forget(library)
        return gone
