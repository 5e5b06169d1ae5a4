"""The command that lets a library learn from its own abstracts: ``tune``."""

from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import Json
from rag.cli.session import Session, put, session
from rag.terminal.plain import counted

if TYPE_CHECKING:
    from rag.store.tuned import About, Ranked


def tune(
    context: typer.Context,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to how it was before.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep what was learned even where it helps nothing.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Equal seeds learn the same.", min=0)] = 0,
    json: Json = False,
) -> None:
    """Let the library learn how questions about its own abstracts lie.

    Its sentences become questions, without the words that give them away; from four papers in five
    it is learned how to turn a question towards its paper, and the questions of the fifth judge
    it. What does not help them is not kept. Papers stay as they are: nothing is embedded
    again, and 'attest tune --undo' takes it back at once.
    """
    from rag.store import tuned

    here = session(context)
    library = here.library()
    if undo:
        with library.snapshot():
            earlier = tuned.undo(library.directory)
        here.screen().write(
            "The tuning before is in force." if earlier else "The library is untuned again."
        )
        return
    from rag.build import embedder
    from rag.tuning import tune as learn

    with here.narration() as narration:
        model = embedder(here.settings().embedder)
        with library.open() as view:
            found = learn(
                view,
                model,
                seed=seed,
                progress=lambda done, total: narration("tune", done, total),
            )
    kept = found.about.helps or keep
    if kept:
        tuned.write(library.directory, found)
    if json:
        put({**found.about.model_dump(mode="json"), "kept": kept})
    else:
        _show(here, found.about, kept=kept)


def _show(here: Session, about: "About", *, kept: bool) -> None:
    screen = here.screen()
    screen.write(
        f"Learned from {counted(about.learned, 'question')} that the library asked itself, judged "
        f"by {about.aside:,} on papers kept aside:"
    )
    for name, ranked in (("before", about.before), ("after", about.after)):
        screen.field(name, _ranks(ranked), width=8)
    if kept:
        screen.write("Questions are searched so from now on; 'attest tune --undo' takes it back.")
    else:
        screen.write("That helps nothing here, so it was not kept.")


def _ranks(ranked: "Ranked") -> str:
    return (
        f"{ranked.first:.3f} find their paper first, {ranked.five:.3f} among five, "
        f"mean reciprocal rank {ranked.reciprocal:.3f}"
    )


COMMANDS = (tune,)
