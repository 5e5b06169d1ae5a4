"""The view of the conversations: found, opened, renamed, deleted."""

from typing import Any

import gradio as gr

from ui import render
from ui.views import filtering
from ui.views.asking import Asking
from ui.views.failing import failing
from ui.views.frame import Frame, on, owner, surface
from ui.visit import Visit
from ui.wire import Told

ASK = "ask"
"""Id of the tab in which a conversation is carried on."""


class Conversing:
    """A box to search in, and the list."""

    def __init__(self) -> None:
        self.sought = gr.Textbox(
            label="Search in past questions and answers", max_length=200, elem_id="sought"
        )
        self.list = surface(name="threads")

    def hear(self, frame: Frame, asking: Asking, tabs: gr.Tabs, tab: gr.Tab) -> None:
        """Hear what concerns conversations."""
        desk = frame.desk
        listed = [frame.visit, self.sought]
        page = [asking.past, asking.current, *asking.filtering.fields, frame.visit, tabs]

        def show(request: gr.Request, visit: Visit, sought: str) -> str:
            return self.shown(frame, visit, sought, owner(request))

        def fresh(request: gr.Request, visit: Visit) -> list[Any]:
            return self.opened(frame, asking, Visit(visit.library), owner(request))

        def go(event: gr.EventData, request: gr.Request, visit: Visit) -> list[Any]:
            there = Visit(visit.library, Told(event).key("conversation"))
            return self.opened(frame, asking, there, owner(request))

        def rename(
            event: gr.EventData, request: gr.Request, visit: Visit, sought: str
        ) -> list[Any]:
            told, who, lines = Told(event), owner(request), list[str]()
            with failing(lines.append):
                name, title = told.key("conversation"), told.text("title", most=400)
                desk.conversations(visit.library).rename(name, title, owner=who)
                lines.append(render.status("Renamed."))
            return [self.shown(frame, visit, sought, who), lines[0]]

        def delete(
            event: gr.EventData, request: gr.Request, visit: Visit, sought: str
        ) -> list[Any]:
            told, who, lines = Told(event), owner(request), list[str]()
            left = visit
            with failing(lines.append):
                name = told.key("conversation")
                desk.conversations(visit.library).delete(name, owner=who)
                left = Visit(visit.library) if name == visit.conversation else visit
                lines.append(render.status("Deleted."))
            past, current = asking.told(frame, left, who)
            return [self.shown(frame, left, sought, who), lines[0], past, current, left]

        on([tab.select, self.sought.change], show, listed, self.list)
        on(asking.fresh.click, fresh, frame.visit, page)
        on(frame.wire.event("open"), go, frame.visit, page)
        on(frame.wire.event("rename"), rename, listed, [self.list, frame.status])
        gone = [self.list, frame.status, asking.past, asking.current, frame.visit]
        on(frame.wire.event("delete"), delete, listed, gone)

    def shown(self, frame: Frame, visit: Visit, sought: str, who: str) -> str:
        """Return the list of a person's conversations that have these words, or what is wrong."""
        lines = list[str]()
        with failing(lines.append):
            conversations = frame.desk.conversations(visit.library)
            found = conversations.threads(owner=who, containing=sought.strip())
            return render.threads(found, visit.conversation, visit.library, searched=sought)
        return lines[0]

    def opened(self, frame: Frame, asking: Asking, visit: Visit, who: str) -> list[Any]:
        """Return the page with a conversation open, under the filters that it had."""
        kept = frame.desk.conversations(visit.library).conversation(visit.conversation, owner=who)
        visit = visit if kept else Visit(visit.library)
        past, current = asking.told(frame, visit, who)
        fields = filtering.values(kept[-1].answer.filters) if kept else filtering.BLANK
        return [past, current, *fields, visit, gr.update(selected=ASK)]
