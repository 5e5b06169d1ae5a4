"""The program ``attest``: global options, and the table of its commands."""

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from rag.cli import (
    asking,
    exporting,
    inquiring,
    keeping,
    library,
    listing,
    reading,
    safekeeping,
    surroundings,
    tuning,
)
from rag.cli.failures import defect, reported
from rag.cli.session import Session

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


ADDED = "attest.commands"
"""Entry points of this group are typer apps that become commands of the program."""


class Commands(TyperGroup):
    """The commands in the order of this file, then added ones, each failing in the same way."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401
        """Return the names of all commands."""
        return [*super().list_commands(ctx), *sorted(_added())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401
        """Return a command, its own or an added one."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        found = _added().get(cmd_name)
        return typer.main.get_command(found.load()) if found else None

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run a command."""
        with reported():
            return super().invoke(ctx)


@cache
def _added() -> "dict[str, EntryPoint]":
    """Return the commands of rooms that stand on this one, which it may not import."""
    from importlib.metadata import entry_points

    return {each.name: each for each in entry_points(group=ADDED)}


app = typer.Typer(
    cls=Commands,
    help="Cited answers over paper abstracts, every sentence checked.",
    epilog="Start with: attest demo",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and raise ``SystemExit`` with its code."""
    # Not by calling the app: that sets a traceback printer of its own.
    sys.excepthook = defect
    typer.main.get_command(app)(args=arguments, prog_name="attest")


def _version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("attest-rag")
    except PackageNotFoundError:
        found = "from a source tree"
    typer.echo(f"attest {found}")
    raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    library: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the library (or ATTEST_LIBRARY).", metavar="DIR", show_default=False
        ),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            help="Where vectors are kept: embedded, or the address of a Chroma server "
            "(or ATTEST_STORE; its token in ATTEST_STORE_TOKEN).",
            metavar="URL",
            show_default=False,
        ),
    ] = None,
    embedder: Annotated[
        str | None,
        typer.Option(
            help="What makes vectors: minilm, minilm:int8, folder:PATH, hub:ORG/NAME or "
            "openai:MODEL@URL (or ATTEST_EMBEDDER).",
            metavar="SPEC",
            show_default=False,
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No narration on stderr.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tracebacks of defects.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    if verbose:
        sys.excepthook = sys.__excepthook__
    given = {"library": library, "store": store, "embedder": embedder}
    flags: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    context.obj = Session(flags, quiet)


_ROOMS = (
    *(library, asking, inquiring, listing, reading, keeping, safekeeping, tuning, exporting),
    surroundings,
)
for _room in _ROOMS:
    for _command in _room.COMMANDS:
        app.command()(_command)
