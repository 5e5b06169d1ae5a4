"""The command that lists and exports the papers of the library: ``papers``."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import Author, Chosen, FromFile, Json, Venue, YearFrom, YearTo
from rag.cli.session import Session, put, session

if TYPE_CHECKING:
    from rag.schema import Paper
    from rag.store.filtering import Selection
    from rag.store.snapshot import Snapshot


def papers(
    context: typer.Context,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    venue: Venue = None,
    author: Author = None,
    source: FromFile = None,
    title: Annotated[str | None, typer.Option(help="Only papers with this in the title.")] = None,
    text: Annotated[
        str | None, typer.Option(help="Only papers with this in title or abstract.")
    ] = None,
    retracted: Annotated[
        bool, typer.Option("--retracted", help="Only papers that were retracted or withdrawn.")
    ] = False,
    form: Annotated[
        str | None,
        typer.Option("--format", "-f", help="Write bibtex, ris or csl.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="File to write; '-' is stdout.", metavar="FILE", show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    json: Json = False,
) -> None:
    """List the papers, or export them with abstracts."""
    from rag.store.filtering import Selection

    here = session(context)
    filters = Chosen(year_from, year_to, venue, author, source).filters()
    selection = Selection(filters, title, text, retracted)
    target = None if out is None or str(out) == "-" else out
    form = _format(form, target, json=json)
    with here.library().snapshot() as snapshot:
        if form:
            _export(here, snapshot, selection, form, target, force=force)
        else:
            _list(here, snapshot.iter_papers(selection), json=json)


def _format(form: str | None, target: Path | None, *, json: bool) -> str | None:
    """Return the format of an export, by the file's name if none is given; None for a list."""
    from rag.errors import UsageError

    if json and (form or target):
        raise UsageError("choose one: --json, or --format and -o for an export")
    if form is None and target is not None:
        from rag.exports.formats import format_of

        return format_of(target)
    return form


def _export(
    here: Session,
    snapshot: "Snapshot",
    selection: "Selection",
    form: str,
    target: Path | None,
    *,
    force: bool,
) -> None:
    from rag.cli.exporting import ready
    from rag.exports.listing import listed
    from rag.replacing import replace
    from rag.terminal.plain import counted

    ready(target, force=force)
    count = 0

    def chosen() -> "Iterator[Paper]":
        nonlocal count
        for count, paper in enumerate(snapshot.iter_papers(selection), start=1):  # noqa: B007
            yield paper

    pieces = listed(chosen, form)
    if target is not None:
        replace(target, pieces)
        here.aside(f"{counted(count, 'paper')} written: {target}")
        return
    sys.stdout.flush()
    sys.stdout.buffer.writelines(pieces)
    sys.stdout.buffer.flush()


def _list(here: Session, found: "Iterator[Paper]", *, json: bool) -> None:
    from rag.contract import named
    from rag.terminal.papers import row, show_row

    screen = here.screen()
    for paper in found:
        if json:
            put(named(paper))
        elif sys.stdout.isatty():
            show_row(screen, paper)
        else:
            sys.stdout.write(row(paper) + "\n")


COMMANDS = (papers,)
