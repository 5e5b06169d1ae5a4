"""Commands that show: ``report`` and ``compare``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.cli.options import RunFolder

if TYPE_CHECKING:
    from eval.reporting import Report

Form = Annotated[
    str,
    typer.Option(
        "--format", "-f", help="terminal, html, markdown, junit, csv, figures or json.",
        metavar="FORM",
    ),
]  # fmt: skip
To = Annotated[
    Path | None,
    typer.Option("--to", "-o", help="File to write; stdout without it.", show_default=False),
]


def report(
    run: RunFolder,
    against: Annotated[
        Path | None,
        typer.Option(help="Earlier run to compare with.", metavar="RUN", show_default=False),
    ] = None,
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            help="Run of another system on the same data; may be given again.",
            metavar="RUN",
            show_default=False,
        ),
    ] = None,
    originals: Annotated[
        Path | None,
        typer.Option(
            help="Run of the unchanged counterparts of made cases, for robustness.",
            metavar="RUN",
            show_default=False,
        ),
    ] = None,
    form: Form = "terminal",
    to: To = None,
) -> None:
    """Report a run, alone or beside others."""
    from eval.harness import opened, report_of

    found = report_of(
        opened(run),
        before=opened(against) if against else None,
        rivals=[opened(folder) for folder in beside or ()],
        originals=opened(originals) if originals else None,
    )
    _put(found, form, to)


def compare(
    before: Annotated[Path, typer.Argument(help="Earlier run.", metavar="A", show_default=False)],
    after: Annotated[Path, typer.Argument(help="Later run.", metavar="B", show_default=False)],
    form: Form = "terminal",
    to: To = None,
) -> None:
    """Show how run B differs from run A, how surely, and in which cases."""
    from eval.harness import opened, report_of

    _put(report_of(opened(after), before=opened(before)), form, to)


def _put(found: "Report", form: str, to: Path | None) -> None:
    from eval.reporting import render, show, write

    if to is not None:
        write(found, form, to)
    elif form == "terminal":
        show(found, sys.stdout)
    else:
        sys.stdout.write(render(found, form))


COMMANDS = {"report": report, "compare": compare}
