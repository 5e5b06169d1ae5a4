"""Commands of continuous integration: ``gate`` and ``baseline``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.cli.options import RunFolder
from rag.cli.failures import say
from rag.cli.session import session

if TYPE_CHECKING:
    from eval.reporting import Report

RED = 4
"""Exit code of a red gate."""

Rules = Annotated[
    Path, typer.Option(help="Rules of the gate, TOML.", metavar="FILE", show_default=False)
]
Form = Annotated[
    Path | None, typer.Option(help="Write it to this file.", metavar="FILE", show_default=False)
]


def gate(
    run: RunFolder,
    rules: Rules,
    baseline: Annotated[
        Path | None,
        typer.Option(
            help="What the run is held against; floors and ceilings alone without it.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    report: Form = None,
    junit: Form = None,
    summary: Annotated[
        Path | None,
        typer.Option(
            help="Append the Markdown for a pull request to this file.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    annotations: Annotated[
        bool, typer.Option("--annotations", help="Print GitHub's workflow commands.")
    ] = False,
) -> None:
    """Say whether a run may pass; exit with 4 if it may not."""
    from eval.gating import Baseline, read_rules
    from eval.gating import gate as gated
    from eval.harness import opened, report_of
    from eval.reporting import write

    found = opened(run)
    held = Baseline.read(baseline) if baseline else None
    outcome = gated(
        found.run,
        found.card,
        trials_digest=found.digest,
        baseline=held,
        rules=read_rules(rules),
        metrics=found.metrics,
        summaries=found.summaries,
    )
    whole = report_of(found, gate=outcome)
    for form, path in (("html", report), ("junit", junit)):
        if path is not None:
            write(whole, form, path)
    _tell(whole, summary, annotations=annotations)
    for check in outcome.checks:
        if not check.passed:
            say(f"{check.name}: {check.message}")
    sys.stdout.write(f"gate {'green' if outcome.passed else 'red'}\n")
    if not outcome.passed:
        raise typer.Exit(RED)


def baseline(
    context: typer.Context,
    run: RunFolder,
    rules: Rules,
    to: Annotated[
        Path, typer.Option("--to", "-o", help="File to write.", metavar="FILE", show_default=False)
    ],
) -> None:
    """Keep a run as what later ones are held against: a small file to commit."""
    from eval.gating import baseline_of, gated_metrics, read_rules
    from eval.harness import opened

    found = opened(run)
    names = gated_metrics(read_rules(rules), found.summaries)
    baseline_of(found.run, found.card, metrics=names).write(to)
    session(context).aside(f"{len(found.card.rows):,} cases and {len(names)} metrics: {to}")


def _tell(report: "Report", summary: Path | None, *, annotations: bool) -> None:
    from eval.reporting import annotations as commands
    from eval.reporting import render

    if summary is not None:
        with summary.open("a", encoding="utf-8") as file:
            file.write(render(report, "markdown"))
    if annotations:
        sys.stdout.write("".join(f"{line}\n" for line in commands(report)))


COMMANDS = {"gate": gate, "baseline": baseline}
