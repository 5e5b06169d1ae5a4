"""Posting to a server: how long to wait, how often to try again, and where never to go."""

import http.client
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from rag.embedding.hosted import BUSY
from rag.errors import UsageError

KEY = "ATTEST_JUDGE_KEY"
"""The one place that a key is read from."""
MOST_BYTES = 4 << 20
"""Of a reply."""


class Unanswered(Exception):
    """A server gave no answer; says why in one line that quotes nothing that was sent."""


@dataclass(frozen=True)
class ChatServer:
    """Where to ask and how long to wait."""

    url: str
    """Base such as ``http://127.0.0.1:8000/v1``, or the whole address of the call."""
    key: str | None = field(default=None, repr=False)
    timeout: float = 60.0
    """Seconds for one try, from connecting to the last byte."""
    total: float = 180.0
    """Seconds for a call with all its tries and waits."""
    waits: tuple[float, ...] = (1.0, 4.0, 16.0)
    """Seconds before each further try when the server is busy and does not say how long."""

    def __post_init__(self) -> None:
        """Refuse an address that no key and no host can be told from.

        Raises:
            UsageError: It is no plain http or https address, or the key cannot be sent.
        """
        try:
            parts = urlsplit(self.url)
            plain = parts.scheme in {"http", "https"} and bool(parts.hostname)
            _ = parts.port
        except ValueError:
            parts, plain = urlsplit(""), False
        if not plain or parts.query or parts.fragment or parts.username or parts.password:
            # The address is not repeated: it may hold a password.
            raise UsageError(
                "the judge's address must be http(s)://HOST[:PORT]/PATH, without name, password or"
                f" query: put a key into {KEY}"
            )
        if self.key and not (self.key.isascii() and self.key.isprintable()):
            raise UsageError(f"the key in {KEY} holds characters that no header takes: check it")

    @property
    def host(self) -> str:
        """Host and port, as the address gives them."""
        return urlsplit(self.url).netloc

    @property
    def address(self) -> str:
        """The whole address of the call."""
        base = self.url.rstrip("/")
        return base if base.endswith("/chat/completions") else f"{base}/chat/completions"


def post(server: ChatServer, body: bytes) -> bytes:
    """Return the server's answer to JSON, trying again while it is busy; follow no redirect.

    Raises:
        Unanswered: It fails, stays busy, or takes too long.
    """
    end = time.monotonic() + server.total
    for wait in (*server.waits, None):
        left = end - time.monotonic()
        limit = min(server.timeout, left)
        if left <= 0:
            break
        try:
            return _within(limit, lambda limit=limit: _try(server, body, limit))
        except HTTPError as error:
            told = _told(error.headers.get("Retry-After"))
            error.close()
            pause = wait if told is None else told
            if error.code not in BUSY or wait is None or pause is None:
                raise Unanswered(f"status {error.code}") from error
            if time.monotonic() + pause >= end:
                raise Unanswered(f"status {error.code}, busy for {pause:g} s") from error
            time.sleep(pause)
        except OSError as error:
            raise Unanswered(f"no answer ({' '.join(str(error).split())})") from error
        except (http.client.HTTPException, ValueError) as error:
            # Not its text: that may quote what was sent.
            raise Unanswered(f"no answer ({type(error).__name__})") from None
    raise Unanswered(f"no answer within {server.total:g} s")


def _try(server: ChatServer, body: bytes, limit: float) -> bytes:
    headers = {"Content-Type": "application/json"}
    if server.key:
        headers["Authorization"] = f"Bearer {server.key}"
    request = Request(server.address, body, headers)
    end = time.monotonic() + limit
    parts: list[bytes] = []
    size = 0
    with build_opener(_NoRedirect).open(request, timeout=limit) as reply:
        while part := reply.read1(1 << 16):
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise http.client.HTTPException(f"more than {MOST_BYTES} bytes")
            if time.monotonic() > end:
                raise TimeoutError("timed out")
    return b"".join(parts)


class _NoRedirect(HTTPRedirectHandler):
    """Follow no redirects: they would take texts and key to another place."""

    def redirect_request(self, *args: object) -> None:  # pyright: ignore
        """Refuse; the redirect then ends as an HTTP error."""
        return


def _within(seconds: float, work: Callable[[], bytes]) -> bytes:
    """Return what work returns, or give it up when the time is over.

    A socket's own timeout begins anew with every byte, so a server that drips its
    headers would never meet it.
    """
    done: list[bytes] = []
    failed: list[OSError | http.client.HTTPException | ValueError] = []

    def run() -> None:
        try:
            done.append(work())
        except (OSError, http.client.HTTPException, ValueError) as error:
            failed.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError("timed out")
    if failed:
        raise failed[0]
    return done[0]


def _told(value: str | None) -> float | None:
    """Return the seconds that ``Retry-After`` asks for: a number or a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
