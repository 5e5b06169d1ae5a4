"""Sockets that let go: every read and write minds the brake of the call it serves.

A client's own timeouts count silence, and begin anew with every byte, so that a server
that drips its answer is never too slow for them. These count the whole call.
"""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from rag.adapters.call import current

_MOMENT = 0.2
"""Seconds after which a waiting read looks at the brake again."""
_Options = Iterable[Any] | None


class BrakedNetwork(httpcore.NetworkBackend):
    """Connects to one host only, for calls that can be stopped.

    Args:
        host: Where texts may go; a redirect or a vendor's own wish changes nothing.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _Options = None,
    ) -> httpcore.NetworkStream:
        """Connect within what the brake leaves.

        Raises:
            ModelFault: Another host is asked for, or the call is over.
        """
        call = current()
        call.check()
        if host != self._host:
            raise call.fault("failed", "it would go to another host")
        within = _within(timeout)
        stream = self._inner.connect_tcp(host, port, within, local_address, socket_options)
        return _BrakedStream(stream)

    def sleep(self, seconds: float) -> None:
        """Wait between tries of a connection."""
        current().brake.wait(seconds)


class _BrakedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        call = current()
        while True:
            call.check()
            try:
                return self._inner.read(max_bytes, min(_MOMENT, _within(timeout)))
            except httpcore.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        current().check()
        self._inner.write(buffer, _within(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        current().check()
        return _BrakedStream(self._inner.start_tls(ssl_context, server_hostname, _within(timeout)))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as httpcore types it
        return self._inner.get_extra_info(info)


def _within(timeout: float | None) -> float:
    """Return a timeout that a socket takes: what is left, at most what the client allows."""
    left = current().brake.left
    return max(0.001, min(left, timeout if timeout is not None else 3600.0))
