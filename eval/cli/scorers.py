"""The command that measures the measure: ``validate-scorer``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from eval.cli.options import Budget, Judge, Price, Votes
from rag.cli.session import session


def validate_scorer(
    context: typer.Context,
    sets: Annotated[
        Path,
        typer.Argument(
            help="Folder of human-labelled sets: JSONL of question, context, response and label, "
            "or RAGTruth's layout.",
            metavar="DIR",
            show_default=False,
        ),
    ],
    judge: Judge = "lexical",
    votes: Votes = 3,
    budget: Budget = None,
    price: Price = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    keep: Annotated[
        bool, typer.Option(help="Keep what was found, to be quoted in reports.")
    ] = True,
) -> None:
    """Measure how well a judge of faithfulness agrees with people, set by set."""
    from eval.cli.judges import judge_of
    from eval.validation import keep as kept
    from eval.validation import markdown as as_markdown
    from eval.validation import terminal, validate

    here = session(context)
    chosen = judge_of(here, judge, votes=votes, budget=budget, price=price)
    narration = here.narration()
    findings = validate(chosen, sets, progress=narration)
    narration.end()
    if markdown:
        sys.stdout.write(as_markdown(findings) + "\n")
    else:
        from rich.console import Console

        Console().print(terminal(findings))
    if keep:
        here.aside(f"Kept, to be quoted in reports: {kept(findings)}")


COMMANDS = {"validate-scorer": validate_scorer}
