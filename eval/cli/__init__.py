"""The commands under ``attest eval``; each is a few lines over the harness.

Entered by name into the program (entry point ``attest.commands``), because `rag` may not
know of it. What is heavy loads inside the commands.
"""

import typer

from eval.cli import cases, gates, reports, runs, scaling, scorers

app = typer.Typer(
    help="Score answers, compare runs, gate changes.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _installed() -> None:
    """Say what is missing before anything is begun.

    Raises:
        UsageError: The extra is not installed.
    """
    from importlib.util import find_spec

    from rag.errors import UsageError

    if not all(map(find_spec, ("ir_measures", "jinja2"))):
        raise UsageError("'attest eval' needs its extra: pip install 'attest-rag[eval]'")


for _room in (runs, reports, gates, cases, scorers, scaling):
    for _name, _command in _room.COMMANDS.items():
        app.command(_name)(_command)
