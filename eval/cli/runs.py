"""Commands that run and score: ``run`` and ``score``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.cli.options import Budget, Data, Judge, Price, RunFolder, Votes
from rag.cli.session import Session, session

if TYPE_CHECKING:
    from eval.running.runner import System
    from eval.schema import Dataset, Run


def run(
    context: typer.Context,
    data: Data,
    out: Annotated[
        Path,
        typer.Option(
            help="Folder of the run; run again to resume.", metavar="RUN", show_default=False
        ),
    ],
    library: Annotated[
        Path | None,
        typer.Option(
            help="Library to ask; without it the papers beside the data make one, else the "
            "library in force is asked.",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(
            help="Score the answers of this JSONL file instead of asking.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="What to call the system in reports.", show_default=False),
    ] = None,
    rankings: Annotated[
        bool, typer.Option("--rankings", help="Search only; score rankings, not answers.")
    ] = False,
    depth: Annotated[int, typer.Option(help="Papers ranked per case.", min=10, max=1000)] = 100,
    jobs: Annotated[int, typer.Option(help="Cases asked at a time.", min=1, max=64)] = 2,
    judge: Judge = "lexical",
    votes: Votes = 3,
    budget: Budget = None,
    price: Price = None,
) -> None:
    """Put a data set to the library, or to answers made elsewhere, and score what comes back."""
    from eval.cli.judges import announce, judge_of
    from eval.datasets import read_dataset
    from eval.harness import put, rescored

    here = session(context)
    chosen = judge_of(here, judge, votes=votes, budget=budget, price=price)
    found = read_dataset(data)
    if rankings:
        found = found.model_copy(update={"kind": "retrieval"})
    if answers is not None:
        manifest, system = _given(found, answers, name, depth)
    else:
        manifest, system = _asked(here, found, library, depth=depth, out=out)
        manifest = manifest.model_copy(update={"system": name or manifest.system})
    narration = here.narration()
    count = put(found, manifest, system, out, jobs=jobs, progress=narration)
    narration.end()
    kept = len(found.cases) - count
    here.aside(f"{count:,} cases put, {kept:,} kept from before: {out}")
    announce(here, chosen, out)
    _finish(here, out, rescored(out, chosen))


def score(
    context: typer.Context,
    run: RunFolder,
    judge: Judge = "lexical",
    votes: Votes = 3,
    budget: Budget = None,
    price: Price = None,
) -> None:
    """Score a run anew, by this judge and the metrics of this version."""
    from eval.cli.judges import announce, judge_of
    from eval.harness import rescored

    here = session(context)
    chosen = judge_of(here, judge, votes=votes, budget=budget, price=price)
    announce(here, chosen, run)
    _finish(here, run, rescored(run, chosen))


def _given(data: "Dataset", answers: Path, name: str | None, depth: int) -> "tuple[Run, System]":
    from eval.metrics.saying import says_refusal
    from eval.running.manifest import foreign
    from eval.running.systems import elsewhere

    system = elsewhere(answers, says_refusal=says_refusal)
    return foreign(data, system=name or answers.stem, depth=depth), system


def _asked(
    here: Session, data: "Dataset", library: Path | None, *, depth: int, out: Path
) -> "tuple[Run, System]":
    from eval.running.systems import attest, described
    from rag.build import open_assistant, open_library

    settings = here.settings(library=library, hits=depth)
    if library is None and data.corpus and "library" not in here.flags:
        settings = here.settings(library=out / "library", hits=depth)
        here.aside(f"Asking the papers that came with the data: {data.corpus}")
        narration = here.narration()
        open_library(settings).add([data.corpus], progress=narration)
        narration.end()
    opened, assistant = open_library(settings), open_assistant(settings)
    manifest = described(data, opened, settings, assistant=assistant)
    if manifest.gold_missing:
        here.aside(
            f"{len(manifest.gold_missing):,} cases have a gold paper that the library lacks, "
            f"such as {manifest.gold_missing[0]}."
        )
    return manifest, attest(assistant, opened, kind=data.kind)


def _finish(here: Session, folder: Path, found: object) -> None:
    import sys

    from eval.harness import Evaluated, report_of
    from eval.reporting import show, write

    assert isinstance(found, Evaluated)
    report = report_of(found)
    show(report, sys.stdout)
    write(report, "html", folder / "report.html")
    here.aside(f"The whole report: {folder / 'report.html'}")


COMMANDS = {"run": run, "score": score}
