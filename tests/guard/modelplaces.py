"""Addresses at which no model answers, each with what stands there instead."""

import socket
from contextlib import suppress
from typing import Protocol

from modelline import TLS, Asked, Line
from modelscripts import moves
from modelserver import ModelServer, Script
from modelwords import Reply, says

UNKNOWN = "models.invalid"
"""A name that nobody may have (RFC 2606); tests answer for the name server."""


class Served(Protocol):
    """What a model is looked for at."""

    url: str
    requests: list[Asked]

    def close(self) -> None:
        """End it."""
        ...


class Nowhere:
    """A port that nobody listens at, or a host that does not exist."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.requests: list[Asked] = []
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        self.url = f"http://{host}:{port}"

    def close(self) -> None:
        """Do nothing."""


class Full:
    """A port whose queue of connections is full; what is sent there waits for ever."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=0)
        host, port = self._listening.getsockname()
        self.url = f"http://{host}:{port}"
        self._waiting = [socket.socket() for _ in range(4)]
        for each in self._waiting:
            each.setblocking(False)
            with suppress(BlockingIOError):
                each.connect((host, port))

    def close(self) -> None:
        """End those who wait, too."""
        for each in (*self._waiting, self._listening):
            each.close()


class Moved(ModelServer):
    """A server that sends its callers to another, where nobody may come."""

    def __init__(self, script: Script, *, seed: int = 0) -> None:
        self.other = ModelServer(says(Reply("Welcome to the other server.")))
        status = [301, 302, 303, 307, 308][seed % 5]
        super().__init__(moves(status, self.other.url), seed=seed)

    def close(self) -> None:
        """End both.

        Raises:
            AssertionError: Somebody came to the other.
        """
        super().close()
        self.other.close()
        assert not self.other.requests, "a redirect was followed"


class Secured(ModelServer):
    """A server without TLS at an address that promises it."""

    def __init__(self, script: Script, *, seed: int = 0) -> None:
        super().__init__(script, seed=seed)
        self.url = self.url.replace("http:", "https:")


def no_tls(line: Line, asked: Asked, chance: object) -> None:
    """Answer a handshake as plain HTTP servers do."""
    assert asked.method == TLS
    line.whole(400, b"Bad Request", "text/plain")
    line.kept = False


def nowhere(script: Script, *, seed: int = 0) -> Served:
    """Open nothing."""
    return Nowhere()


def unknown(script: Script, *, seed: int = 0) -> Served:
    """Open nothing, at a name that does not resolve."""
    return Nowhere(UNKNOWN)


def full(script: Script, *, seed: int = 0) -> Served:
    """Open a port whose queue is full."""
    return Full()
