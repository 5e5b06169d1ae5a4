"""Kill an ``attest eval run`` at random moments, run it again, and compare with one left alone.

``python -m eval.bench.resume --kills 20``: each run is killed (SIGKILL) a few times, mostly
soon after a random number of further cases is answered, else at a uniformly random moment of
the time that it takes undisturbed, and is then run to its end. No trial may be lost, changed
or doubled, and the report must be that of the undisturbed run to the last digit, times aside.
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast

from eval.datasets import read_dataset
from eval.harness import opened, report_of
from eval.reporting import render
from eval.running.journal import TRIALS, Journal
from rag.build import open_library
from rag.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "rag" / "sample"
EACH = 4
"""Kills of one run."""
_BY_TRIALS = 0.7
"""Share of the kills that wait for trials."""
_SOON = 0.05
"""Most seconds between the trial that was waited for and the kill."""
_TIMES = {"started", "seconds", "timings_ms"}
_LATENCY = "latency"


class Kill(NamedTuple):
    """What one kill met."""

    moment: float
    """Seconds after the start."""
    kept: int
    """Trials that were whole on disk then."""
    changed: int
    """Of the trials that were there at the kill before, how many are not as they were."""


class Outcome(NamedTuple):
    """What became of a run that was killed and run to its end."""

    kills: tuple[Kill, ...]
    lost: int
    """Planned cases without a trial."""
    doubled: int
    """Trials beyond the first of a case."""
    same: bool
    """Whether the report is that of the undisturbed run, times aside."""

    @property
    def good(self) -> bool:
        """Whether nothing is amiss."""
        return self.same and not (self.lost or self.doubled or self.changed)

    @property
    def changed(self) -> int:
        """Trials that a kill or a resumption changed."""
        return sum(each.changed for each in self.kills)


def timeless(value: object) -> object:
    """Return JSON without times and without whatever is named after latency."""
    if isinstance(value, dict):
        fields = cast(dict[str, object], value).items()
        return {k: timeless(v) for k, v in fields if k not in _TIMES and _LATENCY not in k}
    if isinstance(value, list):
        return [timeless(each) for each in cast(list[object], value) if not _is_latency(each)]
    return value


class Resume:
    """Runs of one data set on one library.

    Args:
        work: A folder to work in.
        data: What is asked.
        papers: What the library is made of.
        embedder: Name of the embedder.
    """

    def __init__(self, work: Path, data: Path, papers: Path, embedder: str) -> None:
        self._work = work
        self._data = data
        self._embedder = embedder
        self.cases = len(read_dataset(data).cases)
        settings = Settings(library=work / "library", embedder=embedder)
        open_library(settings).add([papers])
        started = time.monotonic()
        self._finish(work / "undisturbed")
        self.seconds = time.monotonic() - started
        self._report = _report(work / "undisturbed")

    def trial(self, rng: random.Random, kills: int) -> Outcome:
        """Kill a new run some times and run it to its end."""
        folder = self._work / "trial"
        shutil.rmtree(folder, ignore_errors=True)
        found: list[Kill] = []
        before: list[bytes] = []
        for left in range(kills, 0, -1):
            moment = self._killed(folder, rng, left)
            there = _whole(folder)
            found.append(Kill(moment, len(there), _changed(before, there)))
            before = there
        self._finish(folder)
        found[-1] = found[-1]._replace(changed=found[-1].changed + _changed(before, _whole(folder)))
        journal = Journal(folder)
        counted = Counter(trial.case for trial in journal.trials())
        return Outcome(
            tuple(found),
            lost=len(set(journal.manifest().planned) - counted.keys()),
            doubled=counted.total() - len(counted),
            same=_report(folder) == self._report,
        )

    def _killed(self, folder: Path, rng: random.Random, left: int) -> float:
        """Start a run and kill it; one that ends before its moment is started again."""
        while True:
            started = time.monotonic()
            process = self._start(folder)
            self._wait(process, folder, rng, left)
            process.kill()
            moment = time.monotonic() - started
            _, said = process.communicate()
            if process.returncode == -signal.SIGKILL:
                return moment
            if process.returncode:
                sys.exit(f"the run failed: {said.decode()}")
            self.seconds = min(self.seconds, moment)

    def _wait(
        self, process: "subprocess.Popen[bytes]", folder: Path, rng: random.Random, left: int
    ) -> None:
        """Wait for the moment of a kill, with so many to come in this run, or for the end."""
        there, by_trials = len(_whole(folder)), rng.random() < _BY_TRIALS
        room = (self.cases - 1 - there) // left
        if not by_trials or room < 1:
            _ended(process, rng.uniform(0, self.seconds))
            return
        wanted, after = there + rng.randint(1, room), rng.uniform(0, _SOON)
        while len(_whole(folder)) < wanted:
            if _ended(process, 0.002):
                return
        _ended(process, after)

    def _start(self, folder: Path) -> "subprocess.Popen[bytes]":
        program = [sys.executable, "-m", "rag", "-q", "--embedder", self._embedder, "eval", "run"]
        command = [*program, self._data, "--library", self._work / "library", "--out", folder]
        return subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def _finish(self, folder: Path) -> None:
        process = self._start(folder)
        _, said = process.communicate()
        if process.returncode:
            sys.exit(f"the run failed: {said.decode()}")


def table(outcomes: Sequence[Outcome], planned: int) -> str:
    """Return the kills as lines of text; the last one is the sum."""
    lines = [f"{'run':>4} {'second':>7} {'trials then':>11} {'lost':>5} {'doubled':>8} {'same':>5}"]
    for number, outcome in enumerate(outcomes, start=1):
        lines += [f"{number:4d} {each.moment:7.2f} {each.kept:11d}" for each in outcome.kills]
        lines[-1] += f" {outcome.lost:5d} {outcome.doubled:8d} {outcome.same!s:>5}"
    kills = sum(len(each.kills) for each in outcomes)
    lines.append(
        f"{kills} of {planned} kills of {len(outcomes)} runs: "
        f"{sum(each.same for each in outcomes)} same reports, "
        f"{sum(each.lost for each in outcomes)} trials lost, "
        f"{sum(each.doubled for each in outcomes)} doubled, "
        f"{sum(each.changed for each in outcomes)} changed"
    )
    return "\n".join(lines)


def main() -> None:
    """Run what the command line asks for; exit 1 if any run differs."""
    options = _options()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="attest-resume-") as folder:
        resume = Resume(Path(folder), options.data, options.papers, options.embedder)
        sys.stderr.write(f"{resume.cases} cases in {resume.seconds:.1f} s undisturbed\n")
        outcomes: list[Outcome] = []
        for done in range(0, options.kills, EACH):
            outcomes.append(resume.trial(rng, min(EACH, options.kills - done)))
            sys.stderr.write(f"\r{done + len(outcomes[-1].kills)}/{options.kills}")
        sys.stderr.write("\n")
    sys.stdout.write(table(outcomes, options.kills) + "\n")
    if not all(each.good for each in outcomes):
        sys.exit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--data", type=Path, default=SAMPLE, help="data set to ask")
    parser.add_argument("--papers", type=Path, default=SAMPLE / "papers.jsonl")
    parser.add_argument("--embedder", choices=("hash", "minilm"), default="hash")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _report(folder: Path) -> object:
    return timeless(json.loads(render(report_of(opened(folder)), "json")))


def _whole(folder: Path) -> list[bytes]:
    """Return the trials that are whole on disk."""
    path = folder / TRIALS
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def _changed(before: Sequence[bytes], now: Sequence[bytes]) -> int:
    """Return how many lines are not where they were; lines are only ever added."""
    same = sum(old == new for old, new in zip(before, now, strict=False))
    return len(before) - same


def _ended(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _is_latency(value: object) -> bool:
    return isinstance(value, dict) and _LATENCY in str(cast(dict[str, object], value).get("name"))


if __name__ == "__main__":
    main()
