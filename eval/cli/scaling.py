"""The command about size: ``scaling``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.cli.options import Data
from rag.cli.session import session

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.library import Library
    from rag.settings import Settings


def scaling(
    context: typer.Context,
    data: Data,
    papers: Annotated[
        list[Path],
        typer.Option(
            help="Papers to draw from, gold ones included; may be given again.",
            metavar="FILE",
            show_default=False,
        ),
    ],
    sizes: Annotated[
        str, typer.Option(help="Sizes of library, such as 1000,5000,20000.", metavar="N,N,…")
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for libraries and runs.", metavar="DIR", show_default=False)
    ],
    rankings: Annotated[
        bool, typer.Option("--rankings", help="Search only; score rankings, not answers.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Orders the papers that are not gold.")] = 0,
) -> None:
    """Show how quality and latency change as a library grows around the same gold papers."""
    from eval.datasets import read_dataset
    from eval.reporting.curves import curves
    from eval.running.journal import write_atomically
    from eval.scaling import scale, table
    from rag.schema import Record
    from rag.sources import read_papers

    here = session(context)
    found = read_dataset(data)
    if rankings:
        found = found.model_copy(update={"kind": "retrieval"})
    records = (each for path in papers for each in read_papers(path) if isinstance(each, Record))
    narration = here.narration()
    points = list(
        scale(
            found,
            records,
            _numbers(sizes),
            out,
            settings=here.settings(hits=100),
            opening=_opened,
            progress=narration,
            seed=seed,
        )
    )
    narration.end()
    sys.stdout.write(table(points))
    drawn = [(each.papers, each.figures, (each.p50_ms, each.p95_ms)) for each in points]
    write_atomically(out / "scaling.svg", curves(drawn))
    here.aside(f"Plotted: {out / 'scaling.svg'}")


def _opened(settings: "Settings") -> "tuple[Library, Assistant]":
    from rag.build import open_assistant, open_library

    return open_library(settings), open_assistant(settings)


def _numbers(text: str) -> list[int]:
    from rag.errors import UsageError

    try:
        return [int(part.replace("_", "")) for part in text.split(",")]
    except ValueError:
        raise UsageError(f"--sizes is {text!r}; give numbers such as 1000,5000") from None


COMMANDS = {"scaling": scaling}
