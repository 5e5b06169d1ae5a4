"""A question from the page: its answer as it grows, and kept when it is done."""

from collections.abc import Iterator
from time import monotonic
from typing import NamedTuple

from rag.schema import Answer, Filters
from rag.terminal.plain import counted
from ui.desk import Desk
from ui.visit import Visit

_APART = 0.1
"""Seconds between two looks at a sentence that is being written."""


class Moment(NamedTuple):
    """How far an answer is."""

    answer: Answer
    visit: Visit
    doing: str
    """What goes on, in words; empty when it is done."""


def ask(
    desk: Desk, visit: Visit, question: str, filters: Filters, *, llm: str, owner: str, session: str
) -> Iterator[Moment]:
    """Yield an answer as it grows; the last one is complete and stored.

    Raises:
        AttestError: The question, the library or the model is no good.
    """
    conversations = desk.conversations(visit.library)
    history = conversations.turns(visit.conversation) if visit.conversation else ()
    if visit.replacing:
        history = history[:-1]
    assistant = desk.assistant(visit.library, llm)
    answer, checked, looked = None, 0, 0.0
    stream = assistant.stream(question, filters=filters, history=history, brake=desk.brake(session))
    for answer in stream:
        desk.hold(answer, owner=owner)
        fresh = len(answer.claims) != checked or monotonic() - looked >= _APART
        if not answer.complete and fresh:
            checked, looked = len(answer.claims), monotonic()
            yield Moment(answer, visit, _doing(answer))
    if answer is None:
        return
    if visit.replacing:
        conversations.drop(visit.replacing, owner=owner)
    name = conversations.keep(answer, conversation=visit.conversation or None, owner=owner)
    yield Moment(answer, Visit(visit.library, name), "")


def _doing(answer: Answer) -> str:
    if answer.claims:
        return f"{counted(len(answer.claims), 'sentence')} checked"
    return f"Reading {counted(len(answer.hits), 'abstract')}"
