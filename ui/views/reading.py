"""The panel with the evidence: what a number opens."""

import gradio as gr

from rag.errors import AttestError
from rag.schema import Citation, Paper, text_hash
from ui import render
from ui.desk import Desk
from ui.place import Place
from ui.views.frame import Frame, on, owner
from ui.visit import Visit
from ui.wire import Told

NOTHING = "Press a number in an answer: the words that support it stand here."
ALIKE = 8
"""Passages shown as like a quote."""


def hear(frame: Frame) -> None:
    """Hear what opens evidence."""
    desk = frame.desk

    def cite(event: gr.EventData, request: gr.Request, visit: Visit) -> str:
        told = Told(event)
        place = visit.place._replace(answer=told.key("answer"), cite=told.number("n"))
        return opened(desk, place, owner(request))

    def look(event: gr.EventData, visit: Visit) -> str:
        return looked(desk, visit, Told(event))

    def more(event: gr.EventData, visit: Visit) -> str:
        return alike(desk, visit, Told(event))

    for name, act in (("cite", cite), ("look", look), ("more", more)):
        on(frame.wire.event(name), act, frame.visit, frame.evidence)


def opened(desk: Desk, place: Place, who: str) -> str:
    """Return the panel of a citation, from what is stored of its answer."""
    try:
        answer = desk.answer(place.library, place.answer, owner=who)
        if answer is None:
            return render.no_evidence("This answer is no longer stored.")
        listed = render.shown(answer)
        if not 1 <= place.cite <= len(listed):
            return render.no_evidence(f"This answer has no citation {place.cite}.")
        paper = _paper(desk, place.library, listed[place.cite - 1].paper_id)
        return render.evidence(answer, place.cite, paper, place)
    except AttestError as error:
        return render.no_evidence(str(error))


def looked(desk: Desk, visit: Visit, told: Told) -> str:
    """Return the panel of a paper, with a run of its abstract marked."""
    try:
        quote, paper = _quote(desk, visit, told)
        return render.quoted(quote, paper)
    except AttestError as error:
        return render.no_evidence(str(error))


def alike(desk: Desk, visit: Visit, told: Told) -> str:
    """Return passages of other papers that are like a quote."""
    try:
        quote, paper = _quote(desk, visit, told)
        text = quote.quote or (paper.title if paper else "")
        found = desk.assistant(visit.library, "extractive").search(text, k=ALIKE + 1)
        others = [hit for hit in found if hit.passage.paper_id != quote.paper_id]
        return render.alike(text, others[:ALIKE])
    except AttestError as error:
        return render.no_evidence(str(error))


def _quote(desk: Desk, visit: Visit, told: Told) -> tuple[Citation, Paper | None]:
    name, start, end = told.text("paper", most=500), told.number("start"), told.number("end")
    paper = _paper(desk, visit.library, name)
    quote = paper.abstract[start:end] if paper else ""
    cited = Citation(
        n=0,
        paper_id=name,
        title=paper.title if paper else name,
        authors=paper.authors if paper else (),
        year=paper.year if paper else None,
        retraction=paper.retraction if paper else None,
        quote=quote,
        start=start,
        end=start + len(quote),
        passage_id="",
        quote_hash=text_hash(quote),
    )
    return cited, paper


def _paper(desk: Desk, library: str, name: str) -> Paper | None:
    with desk.library(library).snapshot() as snapshot:
        return snapshot.papers([name]).get(name)
