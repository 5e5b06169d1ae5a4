"""One call to a Chroma server: one host, no proxy, no redirect, one deadline over the whole of it.

chromadb's own client waits for ever, obeys the proxies of the environment, and builds whatever
embedding function a server names; loading it takes half a second. This is HTTP as the standard
library has it. Every call has a connection of its own, so that threads may share a wire and a
server that was started again is found at once.
"""

import json
import socket
import ssl
import threading
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from rag.errors import StoreUnavailable

API = "/api/v2"
_LARGEST = 1 << 28
"""Bytes of an answer that is read; a thousand vectors of 4,096 numbers are a third of it."""
_DENIED = (401, 403)
_EXPECTED = (200, 201, 404, 409)


class Reply(NamedTuple):
    """What a server said."""

    status: int
    """200, 201, 404 or 409."""
    content: Any
    """The JSON of it."""


class Wire:
    """Calls to one server.

    Args:
        url: ``http(s)://HOST[:PORT][/PATH]``, as the settings have it.
        token: Sent as ``x-chroma-token``; never said.
    """

    def __init__(self, url: str, *, token: str | None = None) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._secure else 80)
        self._base = parts.path.rstrip("/") + API
        self._headers = {"Content-Type": "application/json", "Connection": "close"}
        if token:
            self._headers["x-chroma-token"] = token
        self.host = parts.netloc
        """Host and port, for people."""

    def ask(self, method: str, path: str, body: object = None, *, within: float) -> Reply:
        """Send one request and return the answer.

        Args:
            method: Of HTTP.
            path: Below the interface's base; its parts are quoted here, a query is not.
            body: Sent as JSON, unless None.
            within: Seconds for all of it.

        Raises:
            StoreUnavailable: There is no answer, not in time, or none that can be used.
        """
        content = None if body is None else json.dumps(body).encode()
        route, _, query = path.partition("?")
        target = self._base + quote(route) + (f"?{query}" if query else "")
        call = _Call(monotonic() + within)
        try:
            status, answer = self._exchange(call, method, target, content)
        except (OSError, HTTPException, ValueError) as error:
            raise self._silent(error, within, late=call.over) from error
        finally:
            call.end()
        if call.over:
            raise self._silent(TimeoutError(), within, late=True)
        if status in _DENIED:
            raise StoreUnavailable(
                f"the Chroma server at {self.host} wants another token: set ATTEST_STORE_TOKEN"
            )
        if status not in _EXPECTED:
            # What it says is not repeated: it may echo the token.
            raise StoreUnavailable(
                f"the Chroma server at {self.host} answered with status {status}; see its log and "
                "try again; nothing stored here is lost"
            )
        try:
            return Reply(status, json.loads(answer) if answer.strip() else None)
        except (ValueError, RecursionError) as error:
            raise StoreUnavailable(
                f"what answers at {self.host} is no Chroma server; check the setting 'store'"
            ) from error

    def _exchange(
        self, call: "_Call", method: str, target: str, content: bytes | None
    ) -> tuple[int, bytes]:
        connection = HTTPConnection(self._host, self._port)
        with (
            closing(connection),
            socket.create_connection((self._host, self._port), call.left) as opened,
        ):
            connection.sock = call.watch(opened)
            if self._secure:
                context = ssl.create_default_context()
                secured = context.wrap_socket(opened, server_hostname=self._host)
                connection.sock = call.watch(secured)
            connection.request(method, target, content, self._headers)
            with connection.getresponse() as response:
                whole = response.chunked or response.length is not None
                answer = response.read(_LARGEST + 1)
                # A read of at most so many bytes says nothing of an answer that was cut short.
                if not whole or response.length or len(answer) > _LARGEST:
                    raise HTTPException("not the whole answer")
                return response.status, answer

    def _silent(self, error: Exception, within: float, *, late: bool) -> StoreUnavailable:
        what = "broke off"
        if late or isinstance(error, TimeoutError):
            what = f"did not answer within {within:g} s"
        elif isinstance(error, ConnectionRefusedError | socket.gaierror):
            what = "cannot be reached"
        elif isinstance(error, ssl.SSLCertVerificationError):
            what = "shows a certificate that this machine does not trust"
        return StoreUnavailable(
            f"the Chroma server at {self.host} {what}; start it or change the setting 'store', "
            "then try again; nothing stored here is lost"
        )


class _Call:
    """Cuts a connection at its deadline: a timeout of a socket begins anew with every byte."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._socket: socket.socket | None = None
        self._timer: threading.Timer | None = None
        self.over = False
        """Whether it was cut."""

    @property
    def left(self) -> float:
        """Seconds; more than none."""
        return max(0.001, self._deadline - monotonic())

    def watch(self, opened: socket.socket) -> socket.socket:
        """Return a socket that will be cut."""
        self._socket = opened
        opened.settimeout(self.left)
        if self._timer is None:
            self._timer = threading.Timer(self.left, self._cut)
            self._timer.daemon = True
            self._timer.start()
        return opened

    def end(self) -> None:
        """Cut nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _cut(self) -> None:
        self.over = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
