"""A proxy on loopback that cuts connections where it is told to, or lets them hang."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

_CHUNK = 1 << 14


class CuttingProxy:
    """Passes bytes on to a server; a context manager.

    Args:
        port: Of the server, on loopback.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._left: int | None = None
        self._each = 0
        self._times = 0
        self.cuts = 0
        """Connections that were cut."""
        self.passed = 0
        """Bytes, of both directions."""
        self.mute = False
        """Whether nothing is passed on and nothing refused: a server that hangs."""
        self.head = b""
        """The first bytes that the last connection brought."""
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        with self._lock:
            left = tuple(self._open)
        for each in left:
            self._close(each)

    def cut_after(self, size: int, *, times: int = 1) -> None:
        """Cut after so many more bytes, counted over both directions, and again so often."""
        with self._lock:
            self._left, self._each, self._times = size, size, times

    def mend(self) -> None:
        """Cut nothing any more."""
        with self._lock:
            self._left, self._times = None, 0

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._port))
            except OSError:
                caller.close()
                continue
            with self._lock:
                self._open |= {caller, server}
            for source, target in ((caller, server), (server, caller)):
                asking = source is caller
                work = threading.Thread(target=self._pass, args=(source, target, asking))
                work.daemon = True
                work.start()

    def _pass(self, source: socket.socket, target: socket.socket, asking: bool) -> None:
        first = asking
        with contextlib.suppress(OSError):
            while chunk := source.recv(_CHUNK):
                if first:
                    self.head, first = chunk, False
                if self.mute:
                    continue
                let, cut = self._allowed(len(chunk))
                target.sendall(chunk[:let])
                if cut:
                    break
        self._close(source)
        self._close(target)

    def _allowed(self, size: int) -> tuple[int, bool]:
        """Return how many bytes may pass, and whether the connection is then cut."""
        with self._lock:
            self.passed += size
            if self._left is None:
                return size, False
            if size < self._left:
                self._left -= size
                return size, False
            let = self._left
            self._times -= 1
            self._left = self._each if self._times > 0 else None
            self.cuts += 1
            return let, True

    def _close(self, each: socket.socket) -> None:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
        with self._lock:
            self._open.discard(each)
