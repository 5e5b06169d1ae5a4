"""When to ask a busy server again, and how long to wait before."""

import math
import random
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from threading import Lock

BUSY = {408, 409, 429, 500, 502, 503, 504, 529}
"""Statuses after which the same request may go well later; no other is tried again."""
RETRIES = 2
_FIRST = 0.5
"""Seconds before the first retry where the server names none; they double each time."""
_JITTER = 0.25
_SHARE = 0.1
"""Retries that one request earns: in an outage, ten requests make one more."""
_SAVED = 10.0


class RetryBudget:
    """Lets retries through while they are few beside the requests; safe for threads.

    A token bucket as AWS's Well-Architected framework advises (REL05-BP03): without it,
    retries treble the load on a server that is down.
    """

    def __init__(self) -> None:
        self._tokens = _SAVED
        self._lock = Lock()

    def earn(self) -> None:
        """Count a first try."""
        with self._lock:
            self._tokens = min(_SAVED, self._tokens + _SHARE)

    def spend(self) -> bool:
        """Take a retry out of the budget; tell whether there was one."""
        with self._lock:
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


def pause(
    retry: int, retry_after: str | None, *, chance: Callable[[], float] = random.random
) -> float:
    """Return the seconds to wait before a retry (from 0).

    What the server asks for is obeyed. Else half a second, doubled each time, less up to a
    quarter by chance, so that many clients do not come back together.
    """
    asked = asked_for(retry_after)
    if asked is not None:
        return asked
    return _FIRST * 2**retry * (1 - _JITTER * chance())


def asked_for(value: str | None) -> float | None:
    """Return the seconds that ``Retry-After`` asks for (RFC 9110, 10.2.3): a number or a date.

    None where it is missing, negative or neither of the two.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
        except (ValueError, OverflowError):
            return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
