"""Commands about what was asked before: ``history``."""

from datetime import datetime
from typing import Annotated

import typer

from rag.cli.options import Json
from rag.cli.session import put, session


def history(
    context: typer.Context,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many to list.")] = 10,
    json: Json = False,
) -> None:
    """List the last answers, newest first."""
    here = session(context)
    conversations = here.conversations()
    kept = conversations.recent(count)
    if json:
        from rag.contract import answered

        said = conversations.feedback(each.answer.id for each in kept)
        for each in kept:
            beside: dict[str, object] = {"conversation": each.conversation, "time": each.time}
            if each.answer.id in said:
                beside["feedback"] = said[each.answer.id].model_dump()
            put({**answered(each.answer), **beside})
        return
    from rag.terminal.answers import show_kept

    screen = here.screen()
    for number, each in enumerate(kept):
        if number:
            screen.gap()
        when = datetime.fromisoformat(each.time).astimezone()
        show_kept(screen, each.answer, f"{when:%Y-%m-%d %H:%M} · {each.conversation}")
    if not kept:
        here.aside("Nothing was asked yet.")


COMMANDS = (history,)
