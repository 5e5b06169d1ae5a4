"""The page: its parts, and what opens with it."""

from typing import Any, cast

import gradio as gr

from ui import render
from ui.desk import Desk
from ui.place import place_of
from ui.views import conversing, filtering, judging, reading
from ui.views.asking import Asking
from ui.views.conversing import Conversing
from ui.views.failing import failing
from ui.views.frame import SKIP, Frame, on, owner, surface
from ui.views.inquiring import Agreeing, Comparing
from ui.views.keeping import Keeping
from ui.visit import Visit
from ui.wire import Wire

_HEAD = "<h1>Attest</h1>"
_THEME = '<button type="button" class="theme" data-act="theme">Light or dark</button>'
_SAID = '<div id="said" class="unseen" role="status"></div>'


def page(desk: Desk) -> gr.Blocks:
    """Return the page over the libraries and models of a desk."""
    with gr.Blocks(
        title="Attest", analytics_enabled=False, fill_width=True, delete_cache=(600, 600)
    ) as blocks:
        wire, visit = Wire(), gr.State(Visit(desk.shelf.first))
        download = surface(name="download", hidden=True)
        surface(_SAID, hidden=True)
        with gr.Row(elem_classes="head"):
            surface(_HEAD)
            library = gr.Dropdown(
                label="Library",
                choices=[desk.shelf.first],
                value=desk.shelf.first,
                elem_id="library",
            )
            model = gr.Dropdown(
                label="Answers by",
                choices=[desk.settings.llm],
                value=desk.settings.llm,
                elem_id="model",
            )
            badge = surface(name="badge")
            surface(_THEME)
        with gr.Row():
            with gr.Column(scale=3, min_width=380), gr.Tabs(elem_id="views") as tabs:
                with gr.Tab("Ask", id=conversing.ASK):
                    asking = Asking()
                with gr.Tab("Compare", id="compare"):
                    comparing = Comparing()
                with gr.Tab("Agreement", id="agreement"):
                    agreeing = Agreeing()
                with gr.Tab("Library", id="library") as shelf:
                    keeping = Keeping()
                with gr.Tab("Conversations", id="conversations") as past:
                    conversations = Conversing()
            with gr.Column(scale=2, min_width=300, elem_classes="beside"):
                evidence = surface(render.no_evidence(reading.NOTHING), name="evidence")
        frame = Frame(desk, wire, visit, library, model, evidence, asking.status, download)
        asking.hear(frame)
        reading.hear(frame)
        judging.hear(frame, asking)
        comparing.hear(frame)
        agreeing.hear(frame)
        keeping.hear(frame, asking, shelf)
        conversations.hear(frame, asking, tabs, past)
        _hear_settings(blocks, frame, asking, badge)
        _hear_libraries(frame, asking, keeping, conversations)
    return blocks


def _hear_settings(blocks: gr.Blocks, frame: Frame, asking: Asking, badge: gr.HTML) -> None:
    """Hear the first load and another model."""
    desk = frame.desk

    def start(request: gr.Request) -> list[Any]:
        place = place_of(cast(Any, request).query_params)
        name = place.library if desk.shelf.holds(place.library) else desk.shelf.first
        shown = _opened(frame, asking, Visit(name, place.conversation), owner(request))
        panel = SKIP
        if place.cite and place.answer:
            panel = reading.opened(desk, place._replace(library=name), owner(request))
        return [
            *shown,
            gr.update(choices=list(desk.shelf.names), value=name),
            gr.update(choices=list(desk.models()), value=desk.settings.llm),
            render.badge(desk.hosts(desk.settings.llm)),
            panel,
        ]

    def chosen(llm: str) -> str:
        return render.badge(desk.hosts(llm))

    everything = [*_parts(frame, asking), frame.library, frame.model, badge, frame.evidence]
    on(blocks.load, start, None, everything)
    on(frame.model.change, chosen, frame.model, badge)


def _hear_libraries(
    frame: Frame, asking: Asking, keeping: Keeping, conversations: Conversing
) -> None:
    """Hear another library and a new one."""
    desk = frame.desk
    moved = [*_parts(frame, asking), frame.evidence, keeping.list, conversations.list]
    fields = [keeping.sought, keeping.order, conversations.sought]

    def move(request: gr.Request, name: str, *sought: str | None) -> list[Any]:
        # A field of a tab that was never opened holds nothing.
        papers, order, threads = (each or "" for each in sought)
        visit, who = Visit(name), owner(request)
        return [
            *_opened(frame, asking, visit, who),
            render.no_evidence(reading.NOTHING),
            keeping.shown(frame, visit, papers, order),
            conversations.shown(frame, visit, threads, who),
        ]

    def other(request: gr.Request, name: str, visit: Visit, *sought: str | None) -> list[Any]:
        if name == visit.library or not desk.shelf.holds(name):
            return [SKIP] * len(moved)
        return move(request, name, *sought)

    def make(request: gr.Request, name: str, *sought: str | None) -> list[Any]:
        lines = list[str]()
        with failing(lines.append):
            made = desk.shelf.make(name)
            chosen = gr.update(choices=list(desk.shelf.names), value=made)
            line = render.status(f"Made {made}; it is open now.")
            # All of it moves in one step: whoever sends files at once sends them there.
            return [chosen, line, "", *move(request, made, *sought)]
        return [SKIP, lines[0], *[SKIP] * (len(moved) + 1)]

    on(frame.library.change, other, [frame.library, frame.visit, *fields], moved)
    made = [frame.library, keeping.adding, keeping.name, *moved]
    on(keeping.make.click, make, [keeping.name, *fields], made)


def _parts(frame: Frame, asking: Asking) -> list[Any]:
    """Return the parts of the page that `_opened` fills."""
    filtering = asking.filtering
    return [asking.past, asking.current, *filtering.fields, filtering.left, frame.visit]


def _opened(frame: Frame, asking: Asking, visit: Visit, who: str) -> list[Any]:
    """Return a conversation, the filters that it had with what can be chosen, and the visit.

    Of a library that cannot be read, what is wrong with it.
    """
    lines = list[str]()
    with failing(lines.append):
        return _read(frame, asking, visit, who)
    return ["", lines[0], *filtering.BLANK, "", Visit(visit.library)]


def _read(frame: Frame, asking: Asking, visit: Visit, who: str) -> list[Any]:
    conversations = frame.desk.conversations(visit.library)
    kept = conversations.conversation(visit.conversation, owner=who) if visit.conversation else ()
    visit = visit if kept else Visit(visit.library)
    past, current = asking.told(frame, visit, who)
    values = filtering.values(kept[-1].answer.filters) if kept else filtering.BLANK
    first, last, author, venue, source = values
    facets = frame.desk.facets(visit.library)
    venues = gr.update(choices=[name for name, _ in facets.venues], value=venue)
    sources = gr.update(choices=[name for name, _ in facets.files], value=source)
    left = filtering.remaining(frame.desk, visit, values)
    return [past, current, first, last, author, venues, sources, left, visit]
