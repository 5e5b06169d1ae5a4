"""Commands that ask: ``ask`` and ``search``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.failures import REFUSED
from rag.cli.options import (
    Author,
    Batch,
    Chosen,
    Deadline,
    FromFile,
    Hits,
    Json,
    Llm,
    Out,
    Question,
    Unsupported,
    Venue,
    YearFrom,
    YearTo,
)
from rag.cli.session import Session, put, session

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.assistant import Assistant
    from rag.batch import Item
    from rag.contract import Json as Content
    from rag.schema import Answer, Filters

    Work = Callable[[Item], Content]


def ask(
    context: typer.Context,
    question: Question = None,
    json: Json = False,
    carry_on: Annotated[
        bool, typer.Option("--continue", "-c", help="Follow on the last conversation.")
    ] = False,
    fail_on_refusal: Annotated[bool, typer.Option(help="Exit with 3 when refused.")] = False,
    llm: Llm = None,
    unsupported: Unsupported = None,
    deadline: Deadline = None,
    hits: Hits = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    venue: Venue = None,
    author: Author = None,
    source: FromFile = None,
    batch: Batch = None,
    out: Out = None,
    export: Annotated[
        Path | None,
        typer.Option(
            help="Write the answer to a file too; its ending names the format.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Answer a question, with the exact words that support it.

    A batch is asked question by question; one that was interrupted goes on where it stopped.
    """
    here = session(context)
    filters = Chosen(year_from, year_to, venue, author, source).filters()
    chosen: dict[str, object] = {"llm": llm, "unsupported": unsupported, "deadline": deadline}
    if batch is not None:
        from rag.cli.batches import run_batch

        _refuse(question=question, carry_on=carry_on, export=export)
        assistant = _assistant(here, hits=hits, **chosen)
        refused = run_batch(here, batch, out, filters=filters, work=_answering(assistant)) > 0
    else:
        _refuse(out=out)
        text = _asked(question)
        form = _form(export)
        assistant = _assistant(here, hits=hits, **chosen)
        answer = _ask(here, assistant, text, filters=filters, carry_on=carry_on)
        _print(here, answer, filters, json=json)
        if export is not None:
            _export(here, answer, export, form)
        refused = answer.refusal is not None
    if refused and fail_on_refusal:
        raise typer.Exit(REFUSED)


def search(
    context: typer.Context,
    question: Question = None,
    json: Json = False,
    hits: Hits = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    venue: Venue = None,
    author: Author = None,
    source: FromFile = None,
    batch: Batch = None,
    out: Out = None,
) -> None:
    """List the papers that come nearest, best passage each."""
    from rag.contract import searched

    here = session(context)
    filters = Chosen(year_from, year_to, venue, author, source).filters()
    if batch is not None:
        from rag.cli.batches import run_batch

        _refuse(question=question)
        assistant = _assistant(here, hits=hits, **_SEARCH)
        notices: set[str] = set()
        run_batch(here, batch, out, filters=filters, work=_searching(assistant, notices))
        for notice in sorted(notices):
            here.aside(notice)
        return
    _refuse(out=out)
    text = _asked(question)
    assistant = _assistant(here, hits=hits, **_SEARCH)
    found = assistant.search(text, filters=filters)
    if assistant.notice:
        here.aside(assistant.notice)
    if json:
        put(searched(text, found))
    else:
        from rag.terminal.answers import show_hits

        show_hits(here.screen(), found, text)


_SEARCH: dict[str, object] = {"llm": "extractive"}
"""A search needs no model that writes, whatever the settings say."""


def _assistant(here: Session, **flags: object) -> "Assistant":
    from rag.build import open_assistant

    return open_assistant(here.settings(**flags))


def _answering(assistant: "Assistant") -> "Work":
    from rag.contract import answered

    def work(item: "Item") -> "Content":
        return answered(assistant.ask(item.question, filters=item.filters, history=item.history))

    return work


def _searching(assistant: "Assistant", notices: set[str]) -> "Work":
    """Return what searches for one question; a hit has no place for notices, so they are kept."""
    from rag.answering.followup import standalone
    from rag.contract import searched

    def work(item: "Item") -> "Content":
        whole = standalone(item.question, item.history)
        hits = assistant.search(whole, filters=item.filters)
        if assistant.notice:
            notices.add(assistant.notice)
        return searched(item.question, hits)

    return work


def _refuse(**given: object) -> None:
    """Refuse what makes no sense beside, or without, a batch."""
    from rag.errors import UsageError

    names = {
        "question": "a question",
        "carry_on": "--continue",
        "out": "--out",
        "export": "--export",
    }
    for name, value in given.items():
        if value:
            beside = "needs --batch" if name == "out" else "cannot stand beside --batch"
            raise UsageError(f"{names[name]} {beside}; see 'attest ask --help'")


def _form(target: Path | None) -> str:
    """Return the format of a file to export to, before anything is asked.

    Raises:
        UsageError: Its ending names none, or it is there already.
    """
    if target is None:
        return ""
    from rag.cli.exporting import ready
    from rag.exports.formats import format_of

    ready(target, force=False)
    return format_of(target)


def _export(here: Session, answer: "Answer", target: Path, form: str) -> None:
    from datetime import UTC, datetime

    from rag.cli.exporting import deliver
    from rag.exports.exported import Item

    now = datetime.now(UTC).isoformat(timespec="seconds")
    deliver(here, [Item(answer=answer, time=now)], form, target)


def _asked(words: list[str] | None) -> str:
    """Return the question of a command line, or of stdin.

    Raises:
        UsageError: There is none.
    """
    from rag.batch import whole
    from rag.errors import UsageError

    if not words:
        raise UsageError("ask something: a question in quotation marks, '-' for stdin, or --batch")
    if words == ["-"]:
        return sys.stdin.buffer.read().decode("utf-8", "replace").strip()
    return whole(" ".join(words))


def _ask(
    here: Session, assistant: "Assistant", question: str, *, filters: "Filters", carry_on: bool
) -> "Answer":
    """Ask one question and keep its answer."""
    from rag.errors import LibraryError

    conversations = here.conversations()
    conversation = conversations.last() if carry_on else None
    history = conversations.turns(conversation) if conversation else ()
    if carry_on and not conversation:
        here.aside("Nothing was asked yet; a new conversation begins.")
    answer = assistant.ask(question, filters=filters, history=history)
    try:
        conversations.keep(answer, conversation=conversation)
    except LibraryError as error:
        notice = f"this answer was not kept ({error})"
        return answer.model_copy(update={"notices": (*answer.notices, notice)})
    return answer


def _print(here: Session, answer: "Answer", filters: "Filters", *, json: bool) -> None:
    if json:
        from rag.contract import answered

        put(answered(answer))
        return
    from rag.terminal.answers import show_answer
    from rag.terminal.plain import counted

    show_answer(here.screen(), answer)
    sys.stdout.flush()
    with here.library().snapshot() as snapshot:
        papers = snapshot.counts()["papers"]
    allowed = " (those that the filters allow)" if filters.active else ""
    seconds = answer.timings_ms.get("total", 0) / 1000
    searched = f"{seconds:.2f} s, {counted(papers, 'paper')} searched{allowed}"
    here.aside(searched, apart=sys.stdout.isatty())


COMMANDS = (ask, search)
