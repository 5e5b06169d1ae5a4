"""The page as a server: on this machine alone unless a password guards it."""

import hmac
import socket
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import NamedTuple

import gradio as gr

from rag.adapters.place import is_loopback
from rag.errors import UsageError
from rag.settings import Settings
from ui.app import page
from ui.desk import Desk
from ui.safety import middleware
from ui.theme import style, theme

PORT = 7860
_TRIED = 20
QUEUE = 256
"""Questions that may wait; one more is told that the page is busy."""
SESSIONS = 100
"""Tabs whose state is remembered; Gradio forgets none sooner, and each holds up to 1 MiB. A tab
that is older than so many others goes on with a new conversation."""
LARGEST = "200mb"
"""Of one file that is sent."""


class Serving(NamedTuple):
    """A running page."""

    url: str
    close: Callable[[], None]


class Account(NamedTuple):
    """Who may sign in."""

    user: str
    password: str

    def admits(self, user: str, password: str) -> bool:
        """Tell whether these are the ones, in a time that does not depend on how near they come."""
        told = f"{user}\0{password}".encode("utf-8", "replace")
        return hmac.compare_digest(told, f"{self.user}\0{self.password}".encode("utf-8", "replace"))


class _PortTaken(Exception):
    """Another program listens there since it was found free."""


def serve(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    hosts: Iterable[str] = (),
    account: Account | None = None,
) -> Serving:
    """Start the page and return at once.

    Args:
        settings: Library, model and all the rest.
        host: Address to listen on.
        port: A port, or None for the first free one from 7860 on.
        hosts: Further names under which browsers may ask for it, such as a proxy's.
        account: Who has to sign in; needed where others can reach it.

    Raises:
        UsageError: The address is no loopback and nobody has to sign in, or is taken.
    """
    if not is_loopback(host) and account is None:
        raise UsageError(
            f"{host} can be reached by others: name a --user and set ATTEST_UI_PASSWORD, "
            "or stay on 127.0.0.1"
        )
    refused = ""
    for each in [port] if port else range(PORT, PORT + _TRIED):
        try:
            with socket.create_server((host, each), family=_family(host)):
                pass
        except OSError as error:
            refused = f"port {each}: {error.strerror or error}"
            continue
        try:
            return _started(page(Desk(settings)), host, each, hosts=hosts, account=account)
        except _PortTaken:
            # Another program was quicker, between the look and the start.
            refused = f"port {each}: taken just now"
    raise UsageError(f"nothing can listen on {host} ({refused}); choose another --port")


def _started(
    blocks: gr.Blocks,
    host: str,
    port: int,
    *,
    hosts: Iterable[str],
    account: Account | None,
) -> Serving:
    """Start a page.

    Raises:
        _PortTaken: Its port is taken by now.
    """
    blocks.queue(max_size=QUEUE, default_concurrency_limit=8, api_open=False)
    try:
        _, url, _ = blocks.launch(
            server_name=host,
            server_port=port,
            auth=account.admits if account else None,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            inbrowser=False,
            show_error=False,
            run_history=False,
            enable_monitoring=False,
            mcp_server=False,
            ssr_mode=False,
            pwa=False,
            strict_cors=True,
            state_session_capacity=SESSIONS,
            footer_links=[],
            max_file_size=LARGEST,
            allowed_paths=[],
            favicon_path=str(files("ui") / "icon.svg"),
            theme=theme(),
            # Not as ``css``: every rule of that gets a prefix, under which ``body.reading`` is
            # nothing.
            head=f"<style>{style()}</style>",
            app_kwargs={
                "middleware": middleware([host, *hosts]),
                "docs_url": None,
                "redoc_url": None,
            },
        )
    except OSError as error:
        raise _PortTaken from error
    return Serving(url, blocks.close)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
