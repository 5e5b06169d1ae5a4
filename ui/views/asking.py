"""The view in which one asks, and in which answers grow."""

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rag.conversations import Feedback, Kept
from ui import asking, render
from ui.views import filtering
from ui.views.failing import failing
from ui.views.filtering import Filtering
from ui.views.frame import SKIP, Frame, Line, on, owner, session, surface
from ui.visit import Visit
from ui.wire import Told

LINE = Line("ask", at_once=4)
"""Questions that are answered at the same time; others wait."""
LONGEST = 2_000
"""Characters of a question."""


_ON = gr.update(interactive=True)
_OFF = gr.update(interactive=False)


class Asking:
    """The transcript, the status line, and the question under it."""

    def __init__(self) -> None:
        with gr.Column(elem_id="talk"):
            self.past = surface(name="past")
            self.current = surface(name="current")
        self.status = surface(name="status")
        self.question = gr.Textbox(
            label="Question",
            placeholder="Ask the abstracts of this library",
            lines=1,
            max_lines=6,
            max_length=LONGEST,
            elem_id="question",
            autofocus=True,
        )
        with gr.Row():
            self.ask = gr.Button("Ask", variant="primary", elem_id="ask", min_width=80, size="md")
            self.stop = gr.Button(
                "Stop", interactive=False, elem_id="stop", min_width=80, size="md"
            )
            self.fresh = gr.Button("New conversation", elem_id="fresh", min_width=80, size="md")
        self.filtering: Filtering = filtering.build()

    @property
    def outputs(self) -> list[Any]:
        """Return what an answer changes."""
        return [self.past, self.current, self.status, self.question, self.ask, self.stop]

    def hear(self, frame: Frame) -> None:
        """Hear what concerns asking."""
        filtering.hear(self.filtering, frame)
        asked = [frame.visit, frame.model, *self.filtering.fields]
        grown = [*self.outputs, frame.visit]

        def ask(request: gr.Request, question: str, visit: Visit, *rest: object) -> Iterator[Any]:
            if question:
                yield from self.answer(frame, request, question, visit, *rest)
            else:
                yield [SKIP] * len(grown)

        def told(
            event: gr.EventData, request: gr.Request, visit: Visit, *rest: object
        ) -> Iterator[Any]:
            question = Told(event).text("text", most=LONGEST)
            yield from self.answer(frame, request, question, visit, *rest)

        def again(
            event: gr.EventData, request: gr.Request, visit: Visit, *rest: object
        ) -> Iterator[Any]:
            kept = self.kept(frame, event, request, visit)
            if kept is None:
                yield self.failed("that answer is no longer stored; ask anew", visit)
                return
            visit = _replacing(visit, kept)
            yield from self.answer(frame, request, kept.answer.question, visit, *rest)

        def edit(event: gr.EventData, request: gr.Request, visit: Visit) -> list[Any]:
            kept = self.kept(frame, event, request, visit)
            return [kept.answer.question, _replacing(visit, kept)] if kept else ["", visit]

        def stop(request: gr.Request) -> None:
            frame.desk.stop(session(request))

        begun = [self.ask.click, self.question.submit]
        # A question that is sent while the one before is being answered is asked after it; a
        # second press on the same one then finds nothing in the box.
        on(begun, ask, [self.question, *asked], grown, line=LINE, last=True)
        on(frame.wire.event("example"), told, asked, grown, line=LINE)
        on(frame.wire.event("retry"), again, asked, grown, line=LINE)
        on(frame.wire.event("edit"), edit, frame.visit, [self.question, frame.visit])
        on(self.stop.click, stop, None, None)

    def kept(
        self, frame: Frame, event: gr.EventData, request: gr.Request, visit: Visit
    ) -> Kept | None:
        """Return the stored answer that an event names, where it is this person's."""
        conversations = frame.desk.conversations(visit.library)
        return conversations.mine(Told(event).key("answer"), owner=owner(request))

    def answer(
        self,
        frame: Frame,
        request: gr.Request,
        question: str,
        visit: Visit,
        *rest: object,
    ) -> Iterator[list[Any]]:
        """Yield the parts of the page while a question is answered.

        Args:
            frame: The parts that views share.
            request: Who asks.
            question: What is asked.
            visit: In which conversation.
            rest: The model, then the fields of the filters.
        """
        llm, *fields = rest
        who, failures = owner(request), list[str]()
        yield self.begun(frame, question, visit)
        with failing(failures.append):
            chosen = filtering.filters(fields)
            moments = asking.ask(
                frame.desk,
                visit,
                question,
                chosen,
                llm=str(llm),
                owner=who,
                session=session(request),
            )
            for moment in moments:
                done = moment.answer.complete
                yield [
                    SKIP,
                    render.turn(moment.answer, moment.visit.place, last=done),
                    render.status(moment.doing, busy=not done),
                    SKIP,
                    gr.update(interactive=done),
                    gr.update(interactive=not done),
                    moment.visit if done else SKIP,
                ]
        if failures:
            past, current = self.told(frame, visit, who)
            line = failures[0]
            yield [past, current, line, question, _ON, _OFF, visit._replace(replacing="")]

    def begun(self, frame: Frame, question: str, visit: Visit) -> list[Any]:
        """Return the page with a question on its way: what was before moves up."""
        kept = frame.desk.conversations(visit.library).conversation(visit.conversation)
        before = [each for each in kept if each.answer.id != visit.replacing]
        past = render.transcript(before, visit.place, self.judged(frame, visit, before), last=False)
        waiting = render.waiting(question, visit.place)
        return [past, waiting, render.status("Searching", busy=True), "", _OFF, _ON, SKIP]

    def told(self, frame: Frame, visit: Visit, who: str) -> tuple[str, str]:
        """Return the stored conversation: the turns before, and the last one or a welcome."""
        kept = frame.desk.conversations(visit.library).conversation(visit.conversation, owner=who)
        if not kept:
            papers = frame.desk.papers(visit.library)
            examples = frame.desk.examples(visit.library)
            return "", render.welcome(papers, examples, visit.place)
        judged = self.judged(frame, visit, kept)
        past = render.transcript(kept[:-1], visit.place, judged, last=False)
        return past, render.transcript(kept[-1:], visit.place, judged, last=True)

    def judged(self, frame: Frame, visit: Visit, kept: Sequence[Kept]) -> dict[str, Feedback]:
        """Return the feedback on some stored answers."""
        ids = [each.answer.id for each in kept]
        return frame.desk.conversations(visit.library).feedback(ids)

    def failed(self, text: str, visit: Visit) -> list[Any]:
        """Return the page as it is, with a line that says what went wrong."""
        line = render.status(text, failed=True)
        return [SKIP, SKIP, line, SKIP, _ON, _OFF, visit]


def _replacing(visit: Visit, kept: Kept) -> Visit:
    return visit._replace(conversation=kept.conversation, replacing=kept.answer.id)
