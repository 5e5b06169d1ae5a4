"""One connection to a model server on loopback: bytes in, bytes out, nothing in between."""

import json
import socket
import struct
import threading
import time
from contextlib import suppress
from typing import Any, NoReturn

Json = dict[str, Any]
TLS = "TLS"
"""The method of a request that is no HTTP but the beginning of a TLS handshake."""
_HANDSHAKE = b"\x16"


class Gone(ConnectionError):
    """The client has hung up, or the server is closed."""


class Asked:
    """A request that arrived, and whether the one who asked still waits.

    Args:
        number: Its place among the requests of its server, from 0.
        headers: With their names in lower case.
    """

    def __init__(
        self, number: int, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> None:
        self.number = number
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.at = time.monotonic()
        self.gone = threading.Event()
        """Set when the client was seen to hang up."""
        self.gone_at: float | None = None

    @property
    def json(self) -> Json:
        """The body read as JSON; empty where there is none."""
        return json.loads(self.body) if self.body else {}

    def leave(self) -> None:
        """Note that the client has hung up."""
        if self.gone_at is None:
            self.gone_at = time.monotonic()
            self.gone.set()


class Line:
    """A connection; what is sent goes out as it is given, one packet a call."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self._file = connection.makefile("rb")
        self.kept = False
        """Whether another request may follow on it."""

    def read(self, number: int) -> Asked | None:
        """Return the next request; None where the client has hung up."""
        self._socket.settimeout(None)
        try:
            first = self._file.peek(1)[:1]
            if first in {b"", _HANDSHAKE}:
                return Asked(number, TLS, "", {}, b"") if first else None
            method, path, _ = self._file.readline().decode("latin-1").split(" ", 2)
            headers = dict(self._header())
            body = self._file.read(int(headers.get("content-length", "0")))
        except (OSError, ValueError):
            return None
        return Asked(number, method, path, headers, body)

    def _header(self):
        while (line := self._file.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            yield name.strip().lower(), value.strip()

    def send(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            Gone: Nobody takes them.
        """
        self._socket.settimeout(None)
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise Gone from error

    def wait(self, seconds: float | None = None) -> None:
        """Say nothing for a while, or for ever; ends when the client or the server goes.

        Raises:
            Gone: It has.
        """
        self._socket.settimeout(seconds)
        try:
            if not self._socket.recv(1, socket.MSG_PEEK):
                raise Gone
        except TimeoutError:
            return
        except OSError as error:
            raise Gone from error

    def stall(self) -> NoReturn:
        """Never say anything again.

        Raises:
            Gone: Always, in the end.
        """
        while True:
            self.wait()
            self._file.read1(1 << 16)  # what it says meanwhile is of no interest

    def head(self, status: int, *headers: tuple[str, str]) -> None:
        """Send a status line and headers."""
        lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in headers)]
        self.send("".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1"))

    def whole(
        self, status: int, body: bytes, kind: str = "application/json", *more: tuple[str, str]
    ) -> None:
        """Send a whole response."""
        self.head(status, ("Content-Type", kind), ("Content-Length", str(len(body))), *more)
        self.send(body)
        self.kept = True

    def begin(self, kind: str) -> None:
        """Begin a response in chunks."""
        self.head(200, ("Content-Type", kind), ("Transfer-Encoding", "chunked"))

    def chunk(self, data: bytes) -> None:
        """Send a chunk of it."""
        if data:
            self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def end(self) -> None:
        """End it well."""
        self.send(b"0\r\n\r\n")
        self.kept = True

    def reset(self) -> None:
        """Break the connection so that the other side gets an error, not an end."""
        with suppress(OSError):
            linger = struct.pack("ii", 1, 0)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close()

    def stop(self) -> None:
        """Wake whatever waits on it, from another thread."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it; what was sent still arrives."""
        with suppress(OSError):
            self._file.close()
        self._socket.close()
