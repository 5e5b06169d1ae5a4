"""A program run to its end in a process of its own, and what that cost.

The costs are those that the system books on the finished process and on every
process that it started and waited for. Linux books the memory of the starting
process too, up to the moment of the start, so a bench keeps itself small until
its last run.

Compiled modules are kept beside the log, whatever the machine does about them: without
them every start compiles all that it imports, which more than doubles that of the peers.
So the first run in a folder is not one to measure.
"""

import contextlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from time import monotonic
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "OTEL_SDK_DISABLED": "true",
    "TRANSFORMERS_OFFLINE": "1",
}
"""Environment of every run: no telemetry, no network."""

_TAIL = 2_000


class ProcessFailed(Exception):
    """A program ended with an error; the message is the last line that it wrote."""


class Cost(NamedTuple):
    """What a run took."""

    wall: float
    """Seconds by the clock."""
    cpu: float
    """Seconds of user and system time, children included."""
    rss: float
    """MiB of the largest single process at its largest."""


def run(command: Sequence[str | Path], log: Path) -> Cost:
    """Run a program in the root of this project and return what it cost.

    Args:
        command: Program and arguments.
        log: File that takes what it writes, on both streams.

    Raises:
        ProcessFailed: It ended with another code than 0.
    """
    with log.open("wb") as stream:
        started = monotonic()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=environment(os.environ, log.absolute().parent / "bytecode"),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except KeyboardInterrupt:
            _end(process)
            raise
        wall = monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ProcessFailed(last_line(log) or f"exit code {process.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def environment(given: Mapping[str, str], bytecode: Path) -> dict[str, str]:
    """Return an environment for a run.

    Args:
        given: That of this process; its settings of Attest are left out.
        bytecode: Folder of compiled modules.
    """
    kept = {name: value for name, value in given.items() if not name.startswith("ATTEST_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, **QUIET, "PYTHONPYCACHEPREFIX": str(bytecode)}


def last_line(log: Path) -> str:
    """Return the last line of a log that is not blank, or an empty text."""
    tail = log.read_bytes()[-_TAIL:].decode("utf-8", "replace")
    return next((line.strip() for line in reversed(tail.splitlines()) if line.strip()), "")


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the median of each cost; the largest memory."""
    return Cost(
        median(each.wall for each in costs),
        median(each.cpu for each in costs),
        max(each.rss for each in costs),
    )


def size_of(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, so that it can end its own children, and wait for it."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    process.wait()
