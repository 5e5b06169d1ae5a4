"""The one way to a model's server: one host, one deadline, two retries, no redirect.

Vendors' clients are given an ``httpx.Client`` on this transport and are told not to retry, so
that what is promised holds for all of them alike. Nothing that a server says is
ever repeated in an error: some echo the key.
"""

import logging
import ssl
import weakref
from collections.abc import Iterator
from contextlib import closing

import httpcore
import httpx

from rag.adapters.call import Call, SchemaRefused, current
from rag.adapters.network import BrakedNetwork
from rag.adapters.waiting import BUSY, RETRIES, RetryBudget, asked_for, pause
from rag.errors import FAULTS, ModelFault

MOST_BYTES = 8 << 20
"""Of a reply; a page of text has a few thousand."""
_READ = 64 << 10
"""Bytes of an error that are looked at."""
_KINDS = {401: "denied", 402: "denied", 403: "denied", 404: "missing", 413: "too long"}
_TOO_LONG = (
    *("context_length", "context length", "context window", "prompt is too long"),
    *("too many tokens", "maximum number of tokens", "exceeds the maximum", "input is too long"),
    "`max_new_tokens` must be",
)
# It writes down the headers of responses, in which some servers repeat the key.
logging.getLogger("httpcore").setLevel(logging.INFO)
_SCHEMA = ("response_format", "json_schema", "structured", "grammar", "guided", '"format"')


def wire(base: str) -> "Wire":
    """Return a transport that reaches nothing but the host of an address."""
    return Wire(httpx.URL(base).host)


def client(base: str) -> httpx.Client:
    """Return an HTTP client for vendors on such a transport."""
    return httpx.Client(transport=wire(base), follow_redirects=False, trust_env=False)


class Wire(httpx.BaseTransport):
    """Sends requests of the current call (`rag.adapters.call`).

    Args:
        host: The only host that is connected to.
    """

    def __init__(self, host: str) -> None:
        self._budget = RetryBudget()
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=100,
            max_keepalive_connections=4,
            keepalive_expiry=30.0,
            network_backend=BrakedNetwork(host),
        )
        # A model has no end of its own, and connections are kept for the next question.
        weakref.finalize(self, self._pool.close)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a request, busy answers tried again.

        Raises:
            ModelFault: There is none, or it is an error.
        """
        call = current()
        # What is not compressed cannot grow on the way.
        request.headers["Accept-Encoding"] = "identity"
        body = request.read()
        self._budget.earn()
        for retry in range(RETRIES + 1):
            response = self._sent(call, request, body)
            if response.status in BUSY:
                self._wait(call, retry, response)
                continue
            if response.status >= 300:
                raise _refused(call, response)
            return _given(call, response)
        raise AssertionError

    def close(self) -> None:
        """Close what is kept open."""
        self._pool.close()

    def _sent(self, call: Call, request: httpx.Request, body: bytes) -> httpcore.Response:
        call.check()
        call.sent += 1
        url = request.url
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=body,
            # No timeout of its own: the sockets mind the call's deadline.
            extensions={},
        )
        with _Met(call):
            response = self._pool.handle_request(sent)
        call.opened(response.close)
        return response

    def _wait(self, call: Call, retry: int, response: httpcore.Response) -> None:
        """Wait before a retry.

        Raises:
            ModelFault: There are no retries left, or the server wants more time than there is.
        """
        status = f"status {response.status}"
        named = _header(response, b"retry-after")
        response.close()
        seconds = pause(retry, named.decode("latin-1") if named else None)
        if retry == RETRIES or not self._budget.spend():
            raise call.fault("busy", status)
        if seconds >= call.brake.left:
            wished = asked_for(named.decode("latin-1")) if named else None
            raise call.fault("busy", f"{status}, for {wished:.0f} s" if wished else status)
        call.brake.wait(seconds)


class _Met:
    """Name the faults of a connection."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout):
            self._call.check()
            raise self._call.fault("unreachable") from error
        if isinstance(error, httpcore.TimeoutException):
            raise self._call.fault("timeout") from error
        if isinstance(error, httpcore.NetworkError | httpcore.ProtocolError):
            raise self._call.fault("cut", type(error).__name__) from error
        if isinstance(error, ssl.SSLError | OSError):
            raise self._call.fault("unreachable", type(error).__name__) from error


class _Body(httpx.SyncByteStream):
    """A response as it arrives; too much of it is a fault."""

    def __init__(self, call: Call, response: httpcore.Response) -> None:
        self._call = call
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        with _Met(self._call):
            for part in self._response.iter_stream():
                size += len(part)
                if size > MOST_BYTES:
                    raise self._call.fault("garbled", f"more than {MOST_BYTES >> 20} MB")
                yield part

    def close(self) -> None:
        self._response.close()


def _given(call: Call, response: httpcore.Response) -> httpx.Response:
    """Return a good response, unless it is plainly not a model's.

    Raises:
        ModelFault: It is compressed, or a web page.
    """
    kind = _header(response, b"content-type").lower()
    packed = _header(response, b"content-encoding").lower()
    if b"html" in kind or packed not in {b"", b"identity"}:
        response.close()
        raise call.fault("garbled", "a web page" if b"html" in kind else "a packed reply")
    return httpx.Response(
        response.status, headers=response.headers, stream=_Body(call, response), extensions={}
    )


def _refused(call: Call, response: httpcore.Response) -> ModelFault:
    """Return the fault of an error; what the server says about it only tells which one."""
    status = response.status
    if status < 400:
        response.close()
        return call.fault("rejected", f"status {status}: redirects are not followed")
    said = _start(call, response)
    kind = _KINDS.get(status, "rejected")
    if kind == "rejected" and any(sign in said for sign in _TOO_LONG):
        kind = "too long"
    elif kind == "rejected" and any(sign in said for sign in _SCHEMA):
        call.met = SchemaRefused(kind, f"{call.model} {FAULTS[kind]} (status {status})")
        return call.met
    return call.fault(kind, f"status {status}")


def _start(call: Call, response: httpcore.Response) -> str:
    """Return the beginning of an error's text, in lower case."""
    read = b""
    with closing(response), _Met(call):
        for part in response.iter_stream():
            read += part
            if len(read) >= _READ:
                break
    return read[:_READ].decode("utf-8", "replace").lower()


def _header(response: httpcore.Response, name: bytes) -> bytes:
    return next((value for key, value in response.headers if key.lower() == name), b"")
