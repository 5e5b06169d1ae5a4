"""What the server refuses, and what it tells browsers to refuse.

Gradio answers any host name and sends no policy of its own. Here a request for another host
is refused before it reaches Gradio (DNS rebinding), and every reply says that nothing is to
be loaded, framed or sent elsewhere. Scripts are Gradio's own files and the inline scripts of
its page by their hash; ``unsafe-eval`` stays, because Gradio compiles its templates in the
browser, but no text of a paper or a model ever is a template or a script.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_INLINE = re.compile(rb"<script(?:\s+data-[a-z-]+)?>(.*?)</script>", re.DOTALL)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def middleware(hosts: Iterable[str]) -> list[Middleware]:
    """Return the middleware of the server.

    Args:
        hosts: Names under which it may be asked for, without ports.
    """
    allowed = list(dict.fromkeys([*LOOPBACK, *hosts]))
    return [
        Middleware(TrustedHostMiddleware, allowed_hosts=allowed, www_redirect=False),
        Middleware(Policy),
    ]


def policy(page: bytes = b"") -> str:
    """Return the content security policy of a reply; inline scripts of a page are let through."""
    hashes = [b64encode(sha256(each).digest()).decode() for each in _INLINE.findall(page)]
    scripts = " ".join(["'self'", "'unsafe-eval'", *(f"'sha256-{each}'" for each in hashes)])
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


class Policy:
    """Adds the headers to every reply; a page of HTML is read whole, for its scripts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        parts: list[bytes] = []

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if headers.get("content-type", "").startswith("text/html"):
                    start = message
                    return
                headers["content-security-policy"] = policy()
            elif start is not None and message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if message.get("more_body"):
                    return
                page = b"".join(parts)
                headers = MutableHeaders(scope=start)
                headers["content-security-policy"] = policy(page)
                await send(start)
                message = {"type": "http.response.body", "body": page}
            await send(message)

        await self._app(scope, receive, sending)
