"""What stops an answer: a deadline, or a person who no longer waits."""

import threading
import time
from collections.abc import Callable


class Brake:
    """The deadline of one question, and a way to end it sooner; safe to share among threads.

    Args:
        seconds: From now to the deadline; none where nothing waits for the answer.
        clock: Seconds that only grow.
    """

    def __init__(
        self, seconds: float | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._end = None if seconds is None else clock() + seconds
        self._pressed = threading.Event()

    def press(self) -> None:
        """End it now; whatever reads from a model lets go within a moment."""
        self._pressed.set()

    @property
    def pressed(self) -> bool:
        """Whether somebody has ended it."""
        return self._pressed.is_set()

    @property
    def left(self) -> float:
        """Seconds to the deadline, never below 0; infinite where there is none."""
        return float("inf") if self._end is None else max(0.0, self._end - self._clock())

    @property
    def over(self) -> bool:
        """Whether there is nothing left to wait for."""
        return self.pressed or self.left <= 0

    def wait(self, seconds: float) -> bool:
        """Sleep, at most to the deadline; tell whether all of it was slept."""
        slept = min(seconds, self.left)
        return not self._pressed.wait(slept) and slept >= seconds
