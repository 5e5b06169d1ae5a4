"""What a command says on stderr while it works: how far it is, how fast, how long yet."""

import shutil
import time
from collections.abc import Callable
from typing import Self, TextIO

STAGES = {
    "embed": ("embedding", "passages"),
    "words": ("indexing words", "passages"),
    "index": ("indexing vectors", "passages"),
    "ask": ("asking", "questions"),
    "tune": ("embedding", "questions"),
}
_PLAIN = 5.0
"""Seconds between two lines where they cannot be overwritten."""
_LIVE = 0.1


class Narration:
    """Progress on a stream: one line rewritten on a terminal, few lines elsewhere."""

    def __init__(
        self, stream: TextIO, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._quiet = quiet
        self._born = clock()
        self._clock = clock
        self._stage = ""
        self._started = self._said = clock()
        self._from = 0
        self._open = False

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self.end()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tell how far a stage is; most calls say nothing."""
        now = self._clock()
        if stage != self._stage:
            self.end()
            self._stage, self._started, self._from = stage, now, done
            self._said = now
        if self._quiet or now - self._said < (_LIVE if self._live else _PLAIN):
            return
        self._said = now
        rate = (done - self._from) / max(now - self._started, 1e-9)
        self._say(described(stage, done, total, rate))

    @property
    def seconds(self) -> float:
        """How long it has been there."""
        return self._clock() - self._born

    def end(self) -> None:
        """Wipe a line that would else stay; call it before anything else is written."""
        if self._open:
            self._stream.write("\r" + " " * (_columns() - 1) + "\r")
            self._stream.flush()
        self._open = False

    def _say(self, text: str) -> None:
        if self._live:
            width = _columns() - 1
            self._stream.write("\r" + text[:width].ljust(width))
            self._open = True
        else:
            self._stream.write(text + "\n")
        self._stream.flush()


def described(stage: str, done: int, total: int, rate: float) -> str:
    """Return a line such as ``embedding 640/8,000 passages · 85/s · 1 min 27 s left``.

    Args:
        stage: Name as the room that works gives it.
        done: How many are finished.
        total: How many there are.
        rate: Finished per second.
    """
    verb, things = STAGES.get(stage, (stage, ""))
    parts = [f"{verb} {done:,}/{total:,} {things}".rstrip()]
    if rate > 0:
        parts.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s")
        parts.append(f"{lasting((total - done) / rate)} left")
    return " · ".join(parts)


def lasting(seconds: float) -> str:
    """Return a duration in words: ``45 s``, ``1 min 27 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _columns() -> int:
    return shutil.get_terminal_size().columns
