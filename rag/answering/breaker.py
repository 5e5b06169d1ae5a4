"""Leaving a model alone that keeps failing."""

import time
from collections.abc import Callable
from threading import Lock

FAILURES = 5
"""In a row, after which a model is left alone."""
PAUSE = 30.0
"""Seconds until one question may try it again."""


class Breaker:
    """Opens after failures in a row, lets one try through now and then, closes on success.

    The circuit breaker of Nygard's *Release It!*; safe for threads.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._next = 0.0

    def allows(self) -> bool:
        """Tell whether the model may be asked now; while it is left alone, one try a pause may."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            now = self._clock()
            if now < self._next:
                return False
            self._next = now + PAUSE
            return True

    def succeeded(self) -> None:
        """Count a whole reply."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Count a failure."""
        with self._lock:
            self._failures += 1
            self._next = self._clock() + PAUSE
