"""Commands beyond a question: ``compare``, ``agree`` and ``trace``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rag.cli.options import (
    Author,
    Chosen,
    FromFile,
    Hits,
    Json,
    Question,
    Venue,
    YearFrom,
    YearTo,
)
from rag.cli.session import put, session

Things = Annotated[
    list[str] | None,
    typer.Option("--row", "-r", help="A thing to compare, by name or paper id; repeat it."),
]
Aspects = Annotated[
    list[str] | None,
    typer.Option("--aspect", "-a", help="A column; repeat it. Chosen by the abstracts if none."),
]
Claim = Annotated[
    list[str] | None,
    typer.Argument(
        help="One sentence, best in quotation marks; '-' reads it from stdin.",
        metavar="CLAIM",
        show_default=False,
    ),
]
Text = Annotated[
    str,
    typer.Argument(help="A text file; '-' reads stdin.", metavar="FILE", show_default=False),
]
Least = Annotated[
    int | None,
    typer.Option("--words", "-n", min=1, help="Words of a span, at least.", show_default="6"),
]


def compare(
    context: typer.Context,
    question: Question = None,
    row: Things = None,
    aspect: Aspects = None,
    json: Json = False,
    hits: Hits = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    venue: Venue = None,
    author: Author = None,
    source: FromFile = None,
) -> None:
    """Set papers side by side, aspect by aspect, in their own words."""
    from rag.build import open_assistant
    from rag.inquiries.comparing import ROWS

    here = session(context)
    comparison = open_assistant(here.settings()).compare(
        _said(question),
        things=row or (),
        aspects=aspect or (),
        k=hits or ROWS,
        filters=Chosen(year_from, year_to, venue, author, source).filters(),
    )
    if json:
        from rag.findings import compared

        put(compared(comparison))
        return
    from rag.terminal.findings import show_comparison

    show_comparison(here.screen(), comparison)


def agree(
    context: typer.Context,
    claim: Claim = None,
    json: Json = False,
    hits: Hits = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    venue: Venue = None,
    author: Author = None,
    source: FromFile = None,
) -> None:
    """Tell which papers support a claim, and which contradict it."""
    from rag.build import open_assistant
    from rag.inquiries.agreeing import PAPERS

    here = session(context)
    filters = Chosen(year_from, year_to, venue, author, source).filters()
    assistant = open_assistant(here.settings())
    agreement = assistant.agreement(_said(claim), k=hits or PAPERS, filters=filters)
    if json:
        from rag.findings import weighed

        put(weighed(agreement))
        return
    from rag.terminal.findings import show_agreement

    show_agreement(here.screen(), agreement)


def trace(
    context: typer.Context,
    file: Text,
    least: Least = None,
    json: Json = False,
    hits: Hits = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    venue: Venue = None,
    author: Author = None,
    source: FromFile = None,
) -> None:
    """Find what of a text stands word for word in abstracts."""
    from rag.build import open_assistant
    from rag.inquiries.tracing import LEAST, PAPERS

    here = session(context)
    found = open_assistant(here.settings()).trace(
        _read(file),
        least=least or LEAST,
        papers=hits or PAPERS,
        filters=Chosen(year_from, year_to, venue, author, source).filters(),
    )
    if json:
        from rag.findings import traced

        put(traced(found))
        return
    from rag.terminal.findings import show_trace

    show_trace(here.screen(), found)


def _said(words: list[str] | None) -> str:
    if words == ["-"]:
        return _stdin().strip()
    return " ".join(words or ()).strip()


def _read(file: str) -> str:
    """Return the text of a file or of stdin.

    Raises:
        SourceError: The file cannot be read.
    """
    from rag.errors import SourceError

    if file == "-":
        return _stdin()
    try:
        return Path(file).read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise SourceError(f"{file} cannot be read ({error.strerror}); name a text file") from error


def _stdin() -> str:
    return sys.stdin.buffer.read().decode("utf-8", "replace")


COMMANDS = (compare, agree, trace)
