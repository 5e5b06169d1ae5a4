"""A server of language models on loopback, that says what a script tells it to.

What a script may say stands in ``modelwords`` (the protocols) and in ``modelfaults`` (all that
can go wrong); this file only takes connections, writes down what was asked and ends at once.
"""

import random
import socket
import threading
from collections.abc import Callable

from modelline import Asked, Gone, Line

Script = Callable[[Line, Asked, random.Random], None]
"""Answers a request; what it draws from the generator is the same for the same seed."""


class ModelServer:
    """A server whose every answer comes from a script.

    Args:
        script: Answers requests, each in a thread of its connection.
        seed: Of what the script draws; each request draws anew.
    """

    def __init__(self, script: Script, *, seed: int = 0) -> None:
        self.requests: list[Asked] = []
        """All requests so far, in the order of their arrival."""
        self._script = script
        self._seed = seed
        self._lock = threading.Lock()
        self._lines: set[Line] = set()
        self._threads: list[threading.Thread] = []
        self._closed = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._start(self._accept)

    def __enter__(self) -> "ModelServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def threads(self) -> list[threading.Thread]:
        """Every thread it has started."""
        return list(self._threads)

    def close(self) -> None:
        """End every connection and every thread; stalls end at once."""
        self._closed.set()
        # An accept wakes for a connection only.
        with socket.socket() as waking:
            waking.connect_ex(("127.0.0.1", self.port))
        self._threads[0].join(10)
        with self._lock:
            for line in self._lines:
                line.stop()
        for thread in self.threads:
            thread.join(10)
        self._listening.close()

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True, name=f"model:{self.port}")
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            if self._closed.is_set():
                connection.close()
                return
            line = Line(connection)
            with self._lock:
                self._lines.add(line)
            self._start(self._serve, line)

    def _serve(self, line: Line) -> None:
        last: Asked | None = None
        try:
            while (asked := line.read(len(self.requests))) is not None:
                last = self._answer(line, asked)
                if not line.kept:
                    return
            if last is not None:
                last.leave()
        finally:
            with self._lock:
                self._lines.discard(line)
            line.close()

    def _answer(self, line: Line, asked: Asked) -> Asked:
        with self._lock:
            asked.number = len(self.requests)
            self.requests.append(asked)
        line.kept = False
        try:
            self._script(line, asked, random.Random(f"{self._seed} {asked.number}"))
        except Gone:
            asked.leave()
        return asked
