"""Commands about answers that leave: ``export`` and ``check``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.failures import FAILED
from rag.cli.options import Json
from rag.cli.session import Session, put, session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.exports.exported import Item, Options


def export(
    context: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            help="Answers by id, as 'attest history --json' lists them; the last one if none is "
            "named.",
            metavar="ID",
            show_default=False,
        ),
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="The last answer.")] = False,
    conversation: Annotated[
        str | None, typer.Option(help="A whole conversation.", metavar="ID", show_default=False)
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="markdown, html, docx, latex, bibtex, ris, csl, csv or json; by the file's name "
            "if not given.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="File to write; '-' is stdout.", metavar="FILE", show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    style: Annotated[
        str, typer.Option(help="Bibliography: numeric, author-year, vancouver or a .csl file.")
    ] = "numeric",
    order: Annotated[str, typer.Option(help="Order of the bibliography: cited or author.")] = (
        "cited"
    ),
) -> None:
    """Write answers and their evidence for other programs."""
    here = session(context)
    named = [each for each in ids or [] if each != "-"]
    target = None if out is None or str(out) == "-" else out
    chosen = _format(form, target)
    ready(target, force=force)
    options = _options(style, order)
    items = _items(here, named, last=last, conversation=conversation)
    deliver(here, items, chosen, target, options)


def check(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="An export: JSON, Markdown, HTML or DOCX.")],
    json: Json = False,
) -> None:
    """Compare every quote and word of an export with the library."""
    from rag.exports.checking import check as checked
    from rag.exports.reread import reread

    here = session(context)
    read = reread(file)
    with here.library().snapshot() as snapshot:
        report = checked(read, snapshot.papers(read.paper_ids))
    if json:
        put(report.content())
    else:
        from rag.terminal.layout import Run

        screen = here.screen()
        for row in report.rows:
            place = f"answer {row.answer}" + (f", note {row.note}" if row.note else "")
            detail = f": {row.detail}" if row.detail else ""
            screen.write(Run(f"{row.status}  ", "bold" if row.faulty else ""), f"{place}{detail}")
        screen.write(report.summary)
    if report.faults:
        raise typer.Exit(FAILED)


def ready(target: Path | None, *, force: bool) -> None:
    """Refuse to replace a file unless that is wanted.

    Raises:
        UsageError: The file is there.
    """
    from rag.errors import UsageError

    if target is not None and target.exists() and not force:
        raise UsageError(f"{target} is there already; replace it with --force, or name another")


def deliver(
    here: Session,
    items: "Iterable[Item]",
    form: str,
    target: Path | None,
    options: "Options | None" = None,
) -> None:
    """Write answers to a file, whole or not at all, or to stdout."""
    from rag.exports.exported import Options, cited_ids, gathered
    from rag.exports.formats import write
    from rag.replacing import replace

    chosen = tuple(items)
    with here.library().snapshot() as snapshot:
        known = snapshot.papers(cited_ids(chosen))
    content = write(gathered(chosen, known), form, options or Options())
    if target is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    replace(target, content)
    from rag.terminal.plain import counted

    here.aside(f"{counted(len(chosen), 'answer')} written: {target}")


def _format(form: str | None, target: Path | None) -> str:
    from rag.errors import UsageError
    from rag.exports.formats import FORMATS, format_of

    if form is None and target is None:
        raise UsageError(f"name a file with -o, or a --format: {', '.join(FORMATS)}")
    chosen = form or format_of(target or Path())
    if chosen not in FORMATS:
        raise UsageError(f"no format {chosen!r}; choose one of {', '.join(FORMATS)}")
    if FORMATS[chosen].binary and target is None and sys.stdout.isatty():
        raise UsageError(f"{chosen} is no text for a terminal; name a file with -o")
    return chosen


def _options(style: str, order: str) -> "Options":
    from rag.errors import UsageError
    from rag.exports.exported import STYLES, Options

    if order not in ("cited", "author"):
        raise UsageError(f"no order {order!r}; choose cited or author")
    if style not in STYLES and not style.lower().endswith(".csl"):
        raise UsageError(f"no style {style!r}; choose {', '.join(STYLES)} or a .csl file")
    return Options(style=style, order=order)


def _items(here: Session, ids: list[str], *, last: bool, conversation: str | None) -> "list[Item]":
    from rag.errors import UsageError
    from rag.exports.exported import Item

    if sum([bool(ids), last, conversation is not None]) > 1:
        raise UsageError("choose one: ids, --last or --conversation")
    kept = here.conversations()
    if conversation is not None:
        found = list(kept.conversation(conversation))
    elif ids:
        found = [each for each in map(kept.answer, ids) if each is not None]
    else:
        found = list(kept.recent(1))
    missing = [name for name in ids if name not in {each.answer.id for each in found}]
    if missing or not found:
        what = ", ".join(missing) or conversation or "there is none yet"
        raise UsageError(f"no such answer ({what}); see 'attest history --json'")
    return [Item(answer=k.answer, conversation=k.conversation, time=k.time) for k in found]


COMMANDS = (export, check)
