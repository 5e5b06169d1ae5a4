"""Guards against work that explodes with its input; how quick work is, benchmarks measure.

A try may lose the core to another process for a while, so a bound is broken only by every try.
"""

import gc
import time
from collections.abc import Callable

TRIES = 6


def stays_under(seconds: float, work: Callable[[], object]) -> bool:
    """Tell whether one of a few tries of some work takes less CPU time than a bound."""
    return any(_spent(work) < seconds for _ in range(TRIES))


def grows_linearly(work: Callable[[int], object], *, size: int, by: int = 4) -> bool:
    """Tell whether work on an input ``by`` times as large takes about ``by`` times the CPU time.

    Twice that is allowed, and a tenth of a second; quadratic work takes ``by`` squared.
    """
    small = min(_spent(lambda: work(size)) for _ in range(3))
    return stays_under(2 * by * small + 0.1, lambda: work(by * size))


def _spent(work: Callable[[], object]) -> float:
    # Else the collector searches all that a session has left on the heap, again and again.
    gc.freeze()
    try:
        start = time.process_time()
        work()
        return time.process_time() - start
    finally:
        gc.unfreeze()
