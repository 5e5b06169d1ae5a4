"""A library on a real Chroma server that is killed, cut off, crowded and altered.

``python -m eval.bench.server --kills 50 --cuts 50 --writers 50 --publishes 20 --damages 20``: one
library grows through all of it. Each of the first trials adds papers while the server is killed
(SIGKILL) at a random moment and started again, while a proxy cuts connections after a random
number of bytes, or while the adding process is killed; a reader looks in at once, the ``add`` is
run again, and the library must then be the one that an undisturbed ``add`` makes, in folder and
collection, vector by vector. Then eight threads ask the server's graph during publishes, and
records are deleted, altered and added behind the library's back.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from eval.bench import contender
from eval.bench.chromaserver import RunningChroma
from eval.bench.crash import synthetic
from eval.bench.cutting import CuttingProxy
from eval.bench.process import ROOT
from eval.bench.servedcontender import Read, asked, by_graph, library_at
from eval.bench.servedtrials import Crowd, Trial, failed, table
from eval.bench.tampering import WAYS, tamper
from rag.errors import AttestError, LibraryDamaged
from rag.library import Library
from rag.store.remote import ChromaServer

_READERS = 2
_NEW = 10
"""Papers of each ``add``."""


class Trials:
    """Trials on one library and one server.

    Args:
        work: A folder to work in.
        running: The server.
        proxy: Before it.
        papers: How many the library has at the start.
        seed: Chooses moments and papers.
    """

    def __init__(
        self, work: Path, running: RunningChroma, proxy: CuttingProxy, papers: int, seed: int
    ) -> None:
        self._work = work
        self._running = running
        self._proxy = proxy
        self._rng = random.Random(seed)
        self._made = synthetic(1_000_000, seed)
        self._files = 0
        self._whole = 2.0
        """Seconds of an ``add`` in a process of its own, at most."""
        self.library = library_at(work / "library", proxy.url)
        # The same without a collection: what the library must be.
        self._twin = contender.library_at(work / "twin")
        for _ in range(2):
            self._path = self._papers(papers)
            self._twin.add([self._path])
            started, before = time.monotonic(), proxy.passed
            self.library.add([self._path])
            self.seconds = time.monotonic() - started
            self._size = proxy.passed - before
            papers = _NEW

    def kill_server(self) -> Trial:
        """Kill the server at a random moment of an ``add``."""
        timer = threading.Timer(self._rng.uniform(0, self.seconds), self._running.kill)

        def add() -> str:
            timer.start()
            try:
                return self._ended(lambda: self.library.add([self._path]))
            finally:
                timer.cancel()
                timer.join()

        def mend() -> None:
            self._running.kill()
            self._running.start()

        return self._trial("server killed", add, mend)

    def cut(self) -> Trial:
        """Cut connections of an ``add`` after random numbers of bytes, once or again and again."""
        size = self._rng.randrange(self._size)
        self._proxy.cut_after(size, times=self._rng.choice((1, 2, 1_000)))
        add = lambda: self._ended(lambda: self.library.add([self._path]))  # noqa: E731
        return self._trial("connection cut", add, self._proxy.mend)

    def kill_writer(self) -> Trial:
        """Kill the process that adds at a random moment."""

        def add() -> str:
            started = time.monotonic()
            process = _start("add", self.library.directory, self._proxy.url, self._path)
            try:
                process.wait(timeout=self._rng.uniform(0.2, self._whole))
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            if process.returncode == -signal.SIGKILL:
                return "killed"
            self._whole = time.monotonic() - started
            return "published"

        return self._trial("writer killed", add, lambda: None)

    def crowd(self, publishes: int) -> Crowd:
        """Ask the server in eight threads while papers are added."""
        published = {self.library.status().fingerprint}
        started = [_start("read", self.library.directory, self._running.url) for _ in range(2)]
        for each in started:
            if each.stdout is None or each.stdout.readline().strip() != "ready":
                raise RuntimeError("a reader did not start")
        for each in started:
            if each.stdin is not None:
                each.stdin.write("go\n")
                each.stdin.flush()
        for _ in range(publishes):
            path = self._papers(1)
            self._twin.add([path])
            published.add(self.library.add([path]).fingerprint)
        told = [json.loads(each.communicate()[0]) for each in started]
        reads = [Read(*row) for each in told for row in each["reads"]]
        return Crowd(
            publishes=publishes,
            answers=len(reads),
            errors=sum(len(each["errors"]) for each in told),
            mixed=sum(each.mixed or each.fingerprint not in published for each in reads),
            recall=sum(each.recall for each in reads) / max(1, len(reads)),
            scanned=sum(each.scanned for each in reads),
            versions=len({each.fingerprint for each in reads}),
        )

    def damages(self, times: int) -> tuple[int, int]:
        """Alter the collection behind the library's back; return how many were found, mended."""
        found = mended = 0
        server = ChromaServer(self._running.url)
        for number in range(times):
            self._twin.rebuild()
            (name,) = self._collections()
            tamper(server, name, WAYS[number % len(WAYS)], self._rng)
            try:
                self.library.verify()
            except LibraryDamaged as error:
                found += self._running.url[7:] in str(error) or self._proxy.url[7:] in str(error)
            self.library.rebuild()
            mended += self.library.verify() == self._twin.status().fingerprint
        return found, mended

    def _trial(self, fault: str, add: Callable[[], str], mend: Callable[[], None]) -> Trial:
        old = self._twin.status().fingerprint
        self._path = self._papers(_NEW)
        self._twin.add([self._path])
        new = self._twin.status().fingerprint
        ended = add()
        seen = self._seen({old: "old", new: "new"})
        mend()
        started = time.monotonic()
        self.library.add([self._path])
        back = time.monotonic() - started
        names = self._keys(self.library)
        return Trial(
            fault=fault,
            ended=ended,
            seen=seen,
            same=self.library.status().fingerprint == new,
            sound=self._sound(),
            lost=len(self._keys(self._twin) - names),
            doubled=len(names - self._keys(self._twin)),
            left=len(self._collections()) - 1,
            back=back,
        )

    def _ended(self, add: Callable[[], object]) -> str:
        try:
            add()
        except AttestError as error:
            return "refused" if "\n" not in str(error) else "untyped"
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
            sys.stderr.write(f"\n{type(error).__name__}: {error}\n")
            return "untyped"
        return "published"

    def _seen(self, versions: dict[str, str]) -> str:
        """Ask once, as things stand, through a library that has nothing open."""
        with by_graph():
            read = asked(library_at(self.library.directory, self._proxy.url, patience=2))
        return "mixed" if read.mixed else versions.get(read.fingerprint, "other")

    def _sound(self) -> bool:
        try:
            return self.library.verify() == self._twin.status().fingerprint
        except AttestError as error:
            sys.stderr.write(f"\n{error}\n")
            return False

    def _keys(self, library: Library) -> set[str]:
        with library.snapshot() as snapshot:
            return set(snapshot.passage_keys())

    def _collections(self) -> list[str]:
        return [each.name for each in ChromaServer(self._running.url).collections()]

    def _papers(self, number: int) -> Path:
        self._files += 1
        path = self._work / f"papers-{self._files}.jsonl"
        rows = (json.dumps(each) for each in islice(self._made, number))
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return path


def main() -> None:
    """Run the trials that the command line asks for; exit 1 if any failed."""
    options = _options()
    with (
        tempfile.TemporaryDirectory(prefix="attest-server-") as folder,
        RunningChroma(Path(folder)) as running,
        CuttingProxy(running.port) as proxy,
    ):
        trials = Trials(Path(folder), running, proxy, options.count, options.seed)
        done: list[Trial] = []
        for trial, times in (
            (trials.kill_server, options.kills),
            (trials.cut, options.cuts),
            (trials.kill_writer, options.writers),
        ):
            for number in range(times):
                done.append(trial())
                sys.stderr.write(f"\r{done[-1].fault} {number + 1}/{times} ")
        crowd = trials.crowd(options.publishes) if options.publishes else None
        damages = (options.damages, *trials.damages(options.damages))
    sys.stdout.write(f"\n{table(done, crowd, damages)}\n")
    if failed(done, crowd, damages):
        sys.exit(1)


def _start(*arguments: Path | str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "eval.bench.servedcontender", *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50, help="of the server")
    parser.add_argument("--cuts", type=int, default=50)
    parser.add_argument("--writers", type=int, default=50, help="killed")
    parser.add_argument("--publishes", type=int, default=20)
    parser.add_argument("--damages", type=int, default=20)
    parser.add_argument("--count", type=int, default=300, help="papers at the start")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
