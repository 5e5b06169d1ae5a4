"""Commands that read the library: ``show``, ``status``, ``verify``."""

from typing import Annotated

import typer

from rag.cli.options import Json
from rag.cli.session import put, session


def show(
    context: typer.Context,
    paper_id: Annotated[str, typer.Argument(help="The paper's id.", metavar="PAPER_ID")],
    json: Json = False,
) -> None:
    """Print a paper as it is stored."""
    here = session(context)
    with here.library().snapshot() as snapshot:
        paper = snapshot.paper(paper_id)
    if json:
        from rag.contract import stored

        put(stored(paper))
    else:
        from rag.terminal.papers import show_paper

        show_paper(here.screen(), paper)


def status(context: typer.Context, json: Json = False) -> None:
    """Tell how the library stands and who is writing to it."""
    here = session(context)
    library = here.library()
    found, reachable = library.status(), library.reachable()
    if json:
        from rag.contract import standing

        put(standing(found, reachable=reachable))
    else:
        from rag.terminal.papers import show_status

        show_status(here.screen(), found, str(library.directory), reachable=reachable)


def verify(context: typer.Context) -> None:
    """Check every stored byte, text and vector."""
    from rag.errors import LibraryDamaged

    here = session(context)
    fingerprint = here.library().verify()
    altered = here.conversations().altered()
    if altered:
        raise LibraryDamaged(
            f"the papers are as they were published, but {len(altered)} of the conversations "
            f"hold an altered answer, which is not shown: {', '.join(altered[:3])}; delete them "
            "on the page, or restore a backup"
        )
    here.screen().write(f"Everything is as it was published; the content is {fingerprint}.")


COMMANDS = (show, status, verify)
