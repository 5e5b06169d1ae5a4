"""Commands about what is around the library, from ``where`` to ``demo``."""

import shlex

import typer

from rag.cli.failures import FAILED
from rag.cli.options import Json
from rag.cli.session import put, session


def where(context: typer.Context, json: Json = False) -> None:
    """Tell where everything lies: library, settings, models."""
    from rag.doctor import places

    here = session(context)
    found = places(here.settings())
    if json:
        put({name: str(path) for name, path in found.items()})
        return
    from rag.terminal.papers import show_fields

    missing = {name: "" if path.exists() else " (not there)" for name, path in found.items()}
    fields = [(name, f"{path}{missing[name]}") for name, path in found.items()]
    show_fields(here.screen(), fields)


def config(context: typer.Context, json: Json = False) -> None:
    """Print the settings in force and where each came from."""
    from rag.doctor import origins

    here = session(context)
    found = origins(here.settings(), here.flags)
    if json:
        put({name: {"value": value, "origin": origin} for name, value, origin in found})
        return
    from rag.terminal.papers import show_fields

    shown = [(name, f"{'unset' if value is None else value}  ({o})") for name, value, o in found]
    show_fields(here.screen(), shown)


def doctor(context: typer.Context, json: Json = False) -> None:
    """Check installation, model, library and hosts.

    Lists every host that the settings would contact; by default there is none.
    """
    from rag.doctor import examine
    from rag.hosts import hosts

    here = session(context)
    settings = here.settings()
    findings = tuple(examine(settings))
    contacted = hosts(settings)
    if json:
        put({"checks": [each._asdict() for each in findings], "hosts": list(contacted)})
    else:
        screen = here.screen()
        for each in findings:
            screen.write(f"{each.name}: {each.text}", first="ok    " if each.ok else "FAIL  ")
        listed = ", ".join(contacted) or "none"
        screen.write(f"hosts that these settings contact: {listed}", first="      ")
    if not all(each.ok for each in findings):
        raise typer.Exit(FAILED)


def models(context: typer.Context, json: Json = False) -> None:
    """List the models that could word answers.

    Servers on this machine are asked for theirs; hosted ones are not contacted.
    """
    from rag.roster import roster

    here = session(context)
    found = tuple(roster(here.settings()))
    if json:
        put({"models": [each._asdict() for each in found]})
        return
    screen = here.screen()
    width = max(len(each.spec) for each in found) + 4
    for each in found:
        state = "" if each.ready else "not ready: "
        screen.field(
            f"{'*' if each.chosen else ' '} {each.spec}", f"{state}{each.text}", width=width
        )


def demo(context: typer.Context) -> None:
    """Ask three questions of a bundled sample, offline."""
    from rag.demo import prepare, walk
    from rag.terminal.answers import show_answer
    from rag.terminal.layout import Run

    here = session(context)
    here.aside("Reading the sample papers …")
    with here.narration() as narration:
        settings = prepare(here.settings(), progress=narration)
    screen = here.screen()
    for step in walk(settings):
        screen.gap()
        screen.write(Run(step.about, "dim"))
        screen.write(Run(f'attest ask {step.options}"{step.answer.question}"', "bold"), first="$ ")
        screen.gap()
        show_answer(screen, step.answer)
    screen.gap()
    commands = {
        "Ask the sample:": f'attest --library {shlex.quote(str(settings.library))} ask "…"',
        "Add your papers:": "attest add my-papers.bib",
        "Ask them:": 'attest ask "…"',
    }
    for what, command in commands.items():
        screen.field(what, Run(command, "bold"), width=18)


COMMANDS = (where, config, doctor, models, demo)
