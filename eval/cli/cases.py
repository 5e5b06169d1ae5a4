"""Commands about data sets: ``make`` and ``validate-data``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from eval.cli.options import Data
from rag.cli.session import session


def make(
    context: typer.Context,
    out: Annotated[
        Path, typer.Option(help="Folder for cases and papers.", metavar="DIR", show_default=False)
    ],
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Kind of case; all without it.", show_default=False),
    ] = None,
    per_kind: Annotated[int, typer.Option(help="Most cases of a kind.", min=1)] = 20,
    seed: Annotated[int, typer.Option(help="Draws papers and sentences.")] = 0,
) -> None:
    """Make cases from the papers of the library: by rules, seeded, labelled as made."""
    from eval.making import ALL, Kind, write
    from eval.making import make as made_of
    from rag.errors import UsageError

    here = session(context)
    unknown = set(kinds or ()) - set(ALL)
    if unknown:
        raise UsageError(f"no kind of case is called {min(unknown)!r}; use {', '.join(ALL)}")
    with here.library().snapshot() as snapshot:
        papers = tuple(snapshot.iter_papers())
    chosen: list[Kind] = [kind for kind in ALL if not kinds or kind in kinds]
    made = made_of(papers, seed=seed, per_kind=per_kind, kinds=chosen)
    write(made, out, seed=seed)
    for note in made.notes:
        here.aside(note)
    here.aside(f"{len(made.cases):,} cases, {len(made.papers):,} papers: {out}")


def validate_data(
    context: typer.Context,
    data: Data,
    library: Annotated[
        bool,
        typer.Option("--library", help="Look gold papers up in the library in force."),
    ] = False,
) -> None:
    """Name every fault of a data set with its line; exit with 1 if there is any."""
    from eval.datasets import examine, told

    here = session(context)

    def papers() -> dict[str, tuple[str, str]]:
        with here.library().snapshot() as snapshot:
            return {paper.id: (paper.title, paper.abstract) for paper in snapshot.iter_papers()}

    found = examine(data, papers=papers if library else None)
    sys.stdout.write("".join(f"{told(fault)}\n" for fault in found.faults))
    if found.dataset is not None:
        sys.stdout.write(f"{len(found.dataset.cases):,} cases, {len(found.faults):,} faults\n")
    if found.unjudged:
        here.aside(f"{len(found.unjudged):,} queries without a judgement were left out.")
    if found.faults:
        raise typer.Exit(1)


COMMANDS = {"make": make, "validate-data": validate_data}
