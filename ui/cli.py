"""The command ``attest ui``; what is heavy loads inside it."""

import os
import sys
import threading
import webbrowser
from typing import Annotated

import typer

from rag.cli.session import session

PASSWORD = "ATTEST_UI_PASSWORD"
app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(help="Open the chat page in a browser.")
def ui(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; the first free one from 7860.")
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(help=f"Who signs in, with the password in {PASSWORD}.", show_default=False),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="Another name under which it is asked for; repeat it."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Serve the page until it is interrupted."""
    from importlib.util import find_spec

    from rag.errors import UsageError

    if find_spec("gradio") is None:
        raise UsageError("'attest ui' needs its extra: pip install 'attest-rag[ui]'")
    from rag.hosts import refuse_mixture

    here = session(context)
    settings = here.settings()
    refuse_mixture(settings)
    here.aside("Starting …")
    from ui.serving import Account, serve

    password = os.environ.get(PASSWORD, "")
    if user is not None and not password:
        raise UsageError(f"no password for {user}; set {PASSWORD}")
    account = Account(user, password) if user else None
    running = serve(settings, host=host, port=port, hosts=allow_host or (), account=account)
    sys.stdout.write(f"Attest is at {running.url}  (Ctrl-C ends it)\n")
    sys.stdout.flush()
    if browser:
        webbrowser.open(running.url)
    try:
        threading.Event().wait()
    finally:
        running.close()
