"""What becomes of an answer: feedback, a case for the evaluation, a file."""

import uuid
from typing import Any

import gradio as gr

from rag.cases import case
from rag.conversations import Feedback, Kept
from rag.errors import UsageError
from rag.exports.exported import Item, Options, cited_ids, gathered
from rag.exports.formats import FORMATS, write
from rag.terminal.plain import counted
from ui import render
from ui.desk import Desk
from ui.views.asking import Asking
from ui.views.failing import failing
from ui.views.frame import SKIP, Frame, on, owner
from ui.visit import Visit
from ui.wire import Told

_TYPES = {"html": "text/html", "csl": "application/json", "json": "application/json"}
_PLAIN = "text/plain;charset=utf-8"


def hear(frame: Frame, asking: Asking) -> None:
    """Hear feedback, saved cases and exports."""
    page = [asking.past, asking.current, frame.status]

    def judge(event: gr.EventData, request: gr.Request, visit: Visit) -> list[Any]:
        lines = list[str]()
        with failing(lines.append):
            told, who = Told(event), owner(request)
            note = told.text("note", most=4000).strip()
            feedback = Feedback(kind=told.kind(), note=note)  # pyright: ignore[reportArgumentType]
            frame.desk.conversations(visit.library).judge(told.key("answer"), feedback, owner=who)
            past, current = asking.told(frame, visit, who)
            return [past, current, render.status("Thank you; the feedback is stored here.")]
        return [SKIP, SKIP, *lines]

    def save(event: gr.EventData, request: gr.Request, visit: Visit) -> str:
        lines = list[str]()
        with failing(lines.append):
            count = saved(frame.desk, visit, Told(event), owner(request))
            lines.append(render.status(f"Saved; {counted(count, 'test case')} in cases.jsonl."))
        return lines[0]

    def export(event: gr.EventData, request: gr.Request, visit: Visit) -> list[Any]:
        lines = list[str]()
        with failing(lines.append):
            return [exported(frame.desk, visit, Told(event), owner(request)), SKIP]
        return [SKIP, *lines]

    on(frame.wire.event("judge"), judge, frame.visit, page)
    on(frame.wire.event("case"), save, frame.visit, frame.status)
    on(frame.wire.event("export"), export, frame.visit, [frame.download, frame.status])


def saved(desk: Desk, visit: Visit, told: Told, who: str) -> int:
    """Save an answer as a case and return how many there are.

    Raises:
        UsageError: The answer is not this person's.
    """
    conversations = desk.conversations(visit.library)
    kept = conversations.mine(told.key("answer"), owner=who)
    if kept is None:
        raise UsageError("that answer is no longer stored")
    turns = conversations.turns(kept.conversation)
    ids = [each.answer.id for each in conversations.conversation(kept.conversation)]
    made = case(
        kept.answer,
        history=turns[: ids.index(kept.answer.id)],
        quotes=told.numbers("quotes"),
        answerable=told.text("answerable") == "yes",
    )
    return desk.cases(visit.library).keep(made)


def exported(desk: Desk, visit: Visit, told: Told, who: str) -> str:
    """Return an answer, or a whole conversation, as a file for the browser to save.

    Raises:
        UsageError: It is not this person's, or the format needs what is not installed.
    """
    form, conversations = told.form(), desk.conversations(visit.library)
    if told.text("answer"):
        found = conversations.mine(told.key("answer"), owner=who)
        kept: tuple[Kept, ...] = (found,) if found else ()
        name = told.key("answer")
    else:
        name = told.key("conversation")
        kept = conversations.conversation(name, owner=who)
    if not kept:
        raise UsageError("that answer is no longer stored")
    items = tuple(Item(answer=k.answer, conversation=k.conversation, time=k.time) for k in kept)
    with desk.library(visit.library).snapshot() as snapshot:
        known = snapshot.papers(cited_ids(items))
    content = write(gathered(items, known), form, Options())
    kind = _TYPES.get(form, "application/octet-stream" if FORMATS[form].binary else _PLAIN)
    suffix = FORMATS[form].suffixes[0]
    return render.file(f"attest-{name}{suffix}", kind, content, stamp=uuid.uuid4().hex)
