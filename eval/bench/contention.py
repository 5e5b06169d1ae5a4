"""Several writers at once, writers that are killed, and readers during publishes.

``python -m eval.bench.contention --rounds 50 --kills 50 --publishes 50``: rounds start two to
four ``add`` of different papers at the same moment, and each must end with its papers in or
with the name of who is writing; kills end a holder of the lock, and time how long it takes
another to have it; publishes add a paper while two processes of four threads ask without a
pause, and each answer must be of one version that was published. The library is verified at
the end. No Chroma collection is built: readers of this size do not use it.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np

from eval.bench.contender import Read, library_at
from eval.bench.crash import synthetic
from eval.bench.process import ROOT
from rag.library import LOCK
from rag.store.lock import Lock

_READERS = 2
_QUIET = 3.0
"""Seconds of asking before anything is published."""


class Writers(NamedTuple):
    """What many rounds of writers came to."""

    rounds: int
    done: int
    refused: int
    """Told who is writing."""
    failed: int
    """Anything else, or papers that are not there."""
    slowest_refusal: float
    """Seconds."""


class Kills(NamedTuple):
    """How long the lock of a killed holder stays taken."""

    kills: int
    slowest: float
    """Seconds."""


class Readers(NamedTuple):
    """What readers saw during publishes."""

    publishes: int
    answers: int
    errors: int
    mixed: int
    """Answers made of two versions, or of one that was never published."""
    versions: int
    """Different ones seen."""
    quiet: float
    """p95 of an answer in seconds before the publishes, and during them."""
    busy: float


class Contention:
    """Trials on one library.

    Args:
        work: A folder to work in.
        papers: How many the library has at the start.
        seed: Chooses how many writers meet.
    """

    def __init__(self, work: Path, papers: int, seed: int) -> None:
        self._work = work
        self._rng = random.Random(seed)
        self._made = synthetic(1_000_000, seed)
        self._number = count()
        self.library = library_at(work / "library")
        self.library.add([self._papers(papers)])

    def writers(self, rounds: int) -> Writers:
        """Let two to four processes add at the same moment, again and again."""
        done = refused = failed = 0
        slowest = 0.0
        for _ in range(rounds):
            files = [self._papers(3) for _ in range(self._rng.randint(2, 4))]
            started = [_start("add", self.library.directory, file) for file in files]
            told = _together(started)
            pids = [str(each.pid) for each in started]
            for file, each in zip(files, told, strict=True):
                if "fingerprint" in each and self._holds(file):
                    done += 1
                elif any(f"process {pid} on" in str(each.get("error", "")) for pid in pids):
                    refused += 1
                    slowest = max(slowest, float(str(each["seconds"])))
                else:
                    failed += 1
        return Writers(rounds, done, refused, failed, slowest)

    def kills(self, times: int) -> Kills:
        """Kill a holder of the lock and take it, again and again."""
        slowest = 0.0
        for _ in range(times):
            holder = _start("hold", self.library.directory)
            _say(holder, "go")
            if _line(holder) != "held":
                raise RuntimeError("the lock was taken already")
            holder.send_signal(signal.SIGKILL)
            started = time.monotonic()
            with Lock(self.library.directory / LOCK, patience=60):
                slowest = max(slowest, time.monotonic() - started)
            holder.communicate()
        return Kills(times, slowest)

    def readers(self, publishes: int, *, quiet: float = _QUIET) -> Readers:
        """Ask while papers are added one by one."""
        published = {self.library.status().fingerprint}
        before = self._asking(quiet)
        started = [_start("read", self.library.directory) for _ in range(_READERS)]
        for each in started:
            _say(each, "go")
        for _ in range(publishes):
            published.add(self.library.add([self._papers(1)]).fingerprint)
        during = [json.loads(each.communicate()[0]) for each in started]
        reads = _reads(during)
        return Readers(
            publishes=publishes,
            answers=len(reads),
            errors=sum(len(each["errors"]) for each in (*before, *during)),
            mixed=sum(each.mixed or each.fingerprint not in published for each in reads),
            versions=len({each.fingerprint for each in reads}),
            quiet=_p95(_reads(before)),
            busy=_p95(reads),
        )

    def _asking(self, seconds: float) -> list[dict[str, list[list[object]]]]:
        started = [_start("read", self.library.directory) for _ in range(_READERS)]
        for each in started:
            _say(each, "go")
        time.sleep(seconds)
        return [json.loads(each.communicate()[0]) for each in started]

    def _papers(self, number: int) -> Path:
        path = self._work / f"papers-{next(self._number)}.jsonl"
        rows = (json.dumps(next(self._made)) for _ in range(number))
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return path

    def _holds(self, file: Path) -> bool:
        names = [json.loads(line)["_id"] for line in file.read_text().splitlines()]
        with self.library.snapshot() as snapshot:
            return len(snapshot.papers(names)) == len(names)


def report(writers: Writers, kills: Kills, readers: Readers) -> str:
    """Return the three outcomes as lines of text."""
    return "\n".join(
        (
            f"writers: {writers.rounds} rounds of 2 to 4: {writers.done} added, "
            f"{writers.refused} told who is writing (slowest {writers.slowest_refusal:.2f} s), "
            f"{writers.failed} failed",
            f"killed holders: {kills.kills}; the lock was free after at most "
            f"{kills.slowest * 1000:.0f} ms",
            f"readers: {readers.answers} answers of 8 threads during {readers.publishes} "
            f"publishes, {readers.versions} versions seen: {readers.errors} errors, "
            f"{readers.mixed} mixed; p95 {readers.quiet * 1000:.0f} ms quiet, "
            f"{readers.busy * 1000:.0f} ms during publishes",
        )
    )


def failed(writers: Writers, kills: Kills, readers: Readers) -> bool:
    """Tell whether anything was lost, mixed, or waited for too long."""
    return bool(writers.failed or kills.slowest > 1 or readers.errors or readers.mixed)


def main() -> None:
    """Run the trials that the command line asks for; exit 1 if any failed."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="attest-contention-") as folder:
        contention = Contention(Path(folder), options.count, options.seed)
        outcome = (
            contention.writers(options.rounds),
            contention.kills(options.kills),
            contention.readers(options.publishes),
        )
        # Its files are compared one by one; there is no collection to verify.
        with contention.library.open() as view:
            fingerprint = view.fingerprint
    sys.stdout.write(f"{report(*outcome)}\n{fingerprint}\n")
    if failed(*outcome):
        sys.exit(1)


def _start(task: str, *arguments: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "eval.bench.contender", task, *map(str, arguments)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    if _line(process) != "ready":
        raise RuntimeError(f"'{task}' did not start")
    return process


def _together(started: "list[subprocess.Popen[str]]") -> list[dict[str, object]]:
    for each in started:
        _say(each, "go")
    return [json.loads(each.communicate()[0] or '{"error": "it died"}') for each in started]


def _say(process: "subprocess.Popen[str]", text: str) -> None:
    if process.stdin is not None:
        process.stdin.write(f"{text}\n")
        process.stdin.flush()


def _line(process: "subprocess.Popen[str]") -> str:
    return process.stdout.readline().strip() if process.stdout is not None else ""


def _reads(told: Iterable[dict[str, list[list[object]]]]) -> list[Read]:
    return [
        Read(float(str(seconds)), str(fingerprint), bool(mixed))
        for each in told
        for seconds, fingerprint, mixed in each["reads"]
    ]


def _p95(reads: Iterable[Read]) -> float:
    return float(np.percentile([each.seconds for each in reads] or [0.0], 95))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--publishes", type=int, default=50)
    parser.add_argument("--count", type=int, default=1_000, help="papers at the start")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
