"""Putting every case of a data set to a system, in parallel, into a journal."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from time import perf_counter
from typing import cast

from eval.running.journal import Journal, Json
from eval.schema import Case, Run
from rag.errors import AttestError, LibraryError

System = Callable[[Case], Json]
"""Puts a case to a system; returns ``answer`` (the contract) and ``verbatim``."""
Progress = Callable[[str, int, int], None]

_AHEAD = 2
"""Cases handed out beforehand per worker."""


def run(
    journal: Journal,
    manifest: Run,
    cases: Sequence[Case],
    system: System,
    *,
    jobs: int = 1,
    progress: Progress,
) -> int:
    """Put the cases that have no trial yet to a system; return how many were put.

    A case that fails becomes a trial with its error and the run goes on: the failure is
    scored as the worst. Only what would fail every case ends the run.

    Args:
        journal: Where trials go; entered by the caller.
        manifest: Of this run; must be that of the journal if it was begun before.
        cases: The data set.
        system: Called from ``jobs`` threads at once.
        jobs: How many cases are asked at a time.
        progress: Told stage, done and total.

    Raises:
        LibraryError: The library cannot be read.
        UsageError: The journal is of another run.
    """
    done = journal.begin(manifest)
    left = [case for case in cases if case.id not in done]
    with ThreadPoolExecutor(jobs, thread_name_prefix="attest-eval") as pool:
        try:
            for count, row in enumerate(_rows(pool, left, system, ahead=_AHEAD * jobs), start=1):
                journal.append(row)
                progress("ask", len(done) + count, len(cases))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return len(left)


def _rows(
    pool: ThreadPoolExecutor, cases: Sequence[Case], system: System, *, ahead: int
) -> Iterable[Json]:
    """Yield a row per case as they are finished, never many ahead of the writer."""
    waiting = iter(cases)
    running: set[Future[Json]] = {pool.submit(_tried, c, system) for c in islice(waiting, ahead)}
    while running:
        finished, rest = wait(running, return_when=FIRST_COMPLETED)
        running = rest | {pool.submit(_tried, c, system) for c in islice(waiting, len(finished))}
        for future in sorted(finished, key=lambda each: str(each.result()["case"])):
            yield future.result()


def _tried(case: Case, system: System) -> Json:
    started = perf_counter()
    row: Json = {"case": case.id, "asked": case.digest}
    try:
        found = dict(system(case))
    except LibraryError:
        raise
    except AttestError as error:
        found = {"error": str(error) or type(error).__name__}
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
        # A defect of the system under test: it costs this case, not the others.
        found = {"error": f"{type(error).__name__}: {error}"}
    return cast(Json, {**row, "seconds": round(perf_counter() - started, 4), **found})
