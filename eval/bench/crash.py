"""Kill an ``add`` at random moments, run it again, and compare with one left alone.

``python -m eval.bench.crash --kills 50``: each trial copies the library as it was before,
starts the ``add`` in a process of its own, kills it (SIGKILL) at a uniformly random moment
of the time that it takes undisturbed, opens what readers would see, and runs it to its end.
Before the random ones it is killed once at every step that it reports, and once per chain it is
killed ``--length`` times in a row, none of them ending, before it may end.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rag.embedding import open_embedder
from rag.errors import LibraryMissing
from rag.library import Library
from rag.store.space import size_of

_ADD = """
import os, signal, sys
from rag.embedding import open_embedder
from rag.library import Library
directory, embedder, papers, last = sys.argv[1:]
steps = []
def report(stage, done, total):
    if stage in steps[-1:] and done < total:
        return
    steps.append(stage)
    print(stage, flush=True)
    if len(steps) == int(last):
        os.kill(os.getpid(), signal.SIGKILL)
Library(directory, lambda: open_embedder(embedder)).add([papers], progress=report)
"""
_ROOT = Path(__file__).resolve().parents[2]
_SUBJECTS = ("rivers", "parsers", "proteins", "markets", "galaxies", "dialects", "alloys", "bees")
_VERBS = ("measure", "compare", "predict", "survey", "model", "explain", "classify", "simulate")
_MEANS = ("sensors", "graphs", "interviews", "transformers", "ledgers", "spectra", "field notes")
_ENDS = ("with small error", "at low cost", "across regions", "over ten years", "without labels")


class Outcome(NamedTuple):
    """What one kill did."""

    moment: str
    """Seconds after the start, or the step."""
    seen: str
    """What a reader saw then: ``old``, ``new`` or ``other``."""
    same: bool
    """Whether the fingerprint after the second run is that of the undisturbed one."""
    lost: int
    doubled: int
    left: int
    """Files in staging and versions that nothing points at."""


def synthetic(count: int, seed: int) -> Iterator[dict[str, object]]:
    """Yield papers of made-up sentences; the same for the same seed."""
    rng = random.Random(seed)
    for number in range(count):
        subject, means = rng.choice(_SUBJECTS), rng.choice(_MEANS)
        sentences = [
            f"We {rng.choice(_VERBS)} {rng.choice(_SUBJECTS)} with {rng.choice(_MEANS)} "
            f"{rng.choice(_ENDS)} in {rng.randint(2, 900)} cases."
            for _ in range(rng.randint(3, 14))
        ]
        yield {
            "_id": f"made:{number}",
            "title": f"On {subject} and {means}: report {number}",
            "text": " ".join(sentences),
            "year": 1980 + number % 45,
        }


class Crash:
    """Trials on copies of one library.

    Args:
        work: A folder to work in.
        papers: JSONL to add.
        embedder: Name of the embedder.
    """

    def __init__(self, work: Path, papers: Path, embedder: str) -> None:
        self._work = work
        self._papers = papers
        self._embedder = embedder
        self._before = work / "before"
        self._before.mkdir()
        self.seconds = self._undisturbed()
        final = self._library(work / "undisturbed")
        self._fingerprint = final.status().fingerprint
        with final.snapshot() as snapshot:
            self._passages = Counter(snapshot.passage_keys())
            self.papers = snapshot.counts()["papers"]

    def trial(self, rng: random.Random) -> Outcome:
        """Kill one ``add`` at a random moment and run it again.

        An ``add`` that ended before its moment is no kill; it is drawn again, from the time
        that this one took.
        """
        while True:
            directory = self._fresh()
            moment, started = rng.uniform(0, self.seconds), time.monotonic()
            if self._kill(directory, moment):
                break
            self.seconds = min(self.seconds, time.monotonic() - started)
        return self._ended(directory, f"{moment:.2f}")

    def at_steps(self) -> Iterator[Outcome]:
        """Kill an ``add`` where each step that it reports begins or ends, one trial each."""
        for number, stage in enumerate(self.steps, start=1):
            directory = self._fresh()
            self._add(directory, last=number).communicate()
            yield self._ended(directory, stage)

    def chain(self, rng: random.Random, length: int) -> Outcome:
        """Kill one ``add`` many times before it may end; one that ends meanwhile ends the chain."""
        directory = self._fresh()
        killed = 0
        while killed < length and self._kill(directory, rng.uniform(0, self.seconds / 2)):
            killed += 1
        return self._ended(directory, f"chain of {killed}")

    def _fresh(self) -> Path:
        directory = self._work / "trial"
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(self._before, directory)
        return directory

    def _ended(self, directory: Path, moment: str) -> Outcome:
        seen = self._seen(directory)
        self._add(directory).communicate()
        return self._compare(
            directory, Outcome(moment, seen, same=False, lost=0, doubled=0, left=0)
        )

    def _undisturbed(self) -> float:
        started = time.monotonic()
        directory = self._work / "undisturbed"
        process, most = self._add(directory), 0
        while process.poll() is None:
            most = max(most, size_of(directory) if directory.exists() else 0)
            time.sleep(0.02)
        seconds = time.monotonic() - started
        said, error = process.communicate()
        if process.returncode:
            sys.exit(f"the undisturbed add failed: {error.decode()}")
        self.steps = said.decode().split()
        self.peak = most / size_of(directory)
        return seconds

    def _library(self, directory: Path) -> Library:
        return Library(directory, lambda: open_embedder(self._embedder))

    def _add(self, directory: Path, *, last: int = 0) -> "subprocess.Popen[bytes]":
        """Start an ``add``; it kills itself at its ``last`` step, counted from 1."""
        made = [directory, self._embedder, self._papers, last]
        command = [sys.executable, "-c", _ADD, *map(str, made)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=_ROOT, stdout=pipe, stderr=pipe)

    def _kill(self, directory: Path, moment: float) -> bool:
        process = self._add(directory)
        try:
            process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        return process.returncode == -signal.SIGKILL

    def _seen(self, directory: Path) -> str:
        try:
            with self._library(directory).open() as view:
                return "new" if view.fingerprint == self._fingerprint else "other"
        except LibraryMissing:
            return "old"

    def _compare(self, directory: Path, outcome: Outcome) -> Outcome:
        library = self._library(directory)
        with library.snapshot() as snapshot:
            names = [paper.id for paper in snapshot.iter_papers()]
            found = Counter(snapshot.passage_keys().keys())
        status = library.status()
        versions = [path.name for path in (directory / "versions").iterdir()]
        staging = directory / "staging"
        return outcome._replace(
            same=status.fingerprint == self._fingerprint,
            lost=len(self._passages.keys() - found.keys()),
            doubled=len(names) - len(set(names)) + len(found) - status.passages,
            left=len(versions) - 1 + (len(list(staging.iterdir())) if staging.exists() else 0),
        )


def table(outcomes: list[Outcome], planned: int) -> str:
    """Return the trials as lines of text; the last one is the sum."""
    lines = [f"{'killed at':>12} {'reader saw':>10} {'same':>5} {'lost':>5} {'doubled':>8}"]
    lines += [
        f"{each.moment:>12} {each.seen:>10} {each.same!s:>5} {each.lost:5d} {each.doubled:8d}"
        for each in outcomes
    ]
    good = sum(each.same and each.seen != "other" for each in outcomes)
    lines.append(
        f"{len(outcomes)} of {planned} kills: {good} identical, "
        f"{sum(each.lost for each in outcomes)} passages lost, "
        f"{sum(each.doubled for each in outcomes)} doubled, "
        f"{sum(each.left for each in outcomes)} files left behind"
    )
    return "\n".join(lines)


def main() -> None:
    """Run the trials that the command line asks for; exit 1 if any differs."""
    options = _options()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="attest-crash-") as folder:
        papers = options.papers or Path(folder) / "papers.jsonl"
        if options.papers is None:
            lines = (json.dumps(paper) for paper in synthetic(options.count, options.seed))
            papers.write_text("\n".join(lines) + "\n", encoding="utf-8")
        crash = Crash(Path(folder), papers.absolute(), options.embedder)
        sys.stderr.write(
            f"{crash.papers} papers in {crash.seconds:.1f} s undisturbed; the disk held at most "
            f"{crash.peak:.1f} times the final size\n"
        )
        outcomes: list[Outcome] = list(crash.at_steps()) if options.steps else []
        outcomes += [crash.chain(rng, options.length) for _ in range(options.chains)]
        planned = len(outcomes) + options.kills
        for number in range(options.kills):
            outcomes.append(crash.trial(rng))
            sys.stderr.write(f"\r{number + 1}/{options.kills}")
        sys.stderr.write("\n")
    sys.stdout.write(table(outcomes, planned) + "\n")
    if not all(each.same and each.seen != "other" and not each.left for each in outcomes):
        sys.exit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--steps", action="store_true", help="also one kill at every step")
    parser.add_argument("--chains", type=int, default=0, help="chains of kills")
    parser.add_argument("--length", type=int, default=30, help="kills of a chain")
    parser.add_argument("--count", type=int, default=2_000, help="papers to make up")
    parser.add_argument("--papers", type=Path, help="JSONL to use instead")
    parser.add_argument("--embedder", choices=("hash", "minilm"), default="hash")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
