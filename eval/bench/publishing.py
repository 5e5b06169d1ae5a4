"""What it costs to publish a few papers into a large library, and to verify one.

``python -m eval.bench.publishing --papers 50000 --verify 100000``: made-up papers, the hashing
embedder and a real Chroma collection. Bytes written are those that the kernel books on this
process and on the one that fills Chroma, once it is waited for.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from eval.bench.crash import synthetic
from rag.embedding import open_embedder
from rag.library import Library
from rag.store.space import size_of

_NEW = 100


class Publish(NamedTuple):
    """What an ``add`` cost."""

    papers: int
    """In the library before it."""
    new: int
    seconds: float
    written: int
    """Bytes."""
    size: int
    """Bytes of the library afterwards."""


class Costs:
    """Measures one library that grows.

    Args:
        work: A folder to work in.
        library: New.
    """

    def __init__(self, work: Path, library: Library) -> None:
        self._work = work
        self.library = library
        self._papers = synthetic(10_000_000, 5)

    def grow(self, papers: int) -> Publish:
        """Add papers."""
        path = self._write("more.jsonl", islice(self._papers, papers))
        there = self.library.directory / "catalogue.sqlite"
        before = self.library.status().papers if there.exists() else 0
        started, written = time.monotonic(), _written()
        self.library.add([path])
        return Publish(
            papers=before,
            new=papers,
            seconds=time.monotonic() - started,
            written=_written() - written,
            size=size_of(self.library.directory),
        )

    def verify(self) -> tuple[int, float]:
        """Return how many passages there are and in how many seconds they are verified."""
        started = time.monotonic()
        self.library.verify()
        return self.library.status().passages, time.monotonic() - started

    def _write(self, name: str, papers: Iterator[dict[str, object]]) -> Path:
        path = self._work / name
        path.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
        return path


def told(publish: Publish) -> str:
    """Return what a publish cost as a line of text."""
    return (
        f"{publish.new:,} papers into {publish.papers:,}: {publish.seconds:.1f} s, "
        f"{publish.written:,} bytes written; the library holds {publish.size:,} bytes"
    )


def main() -> None:
    """Do what the command line asks for; exit 1 if verifying takes more than 120 s."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--papers", type=int, default=50_000)
    parser.add_argument("--verify", type=int, default=100_000, help="papers to verify, or 0")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="attest-publishing-") as folder:
        costs = Costs(Path(folder), Library(Path(folder) / "l", lambda: open_embedder("hash")))
        sys.stdout.write(told(costs.grow(options.papers)) + "\n")
        sys.stdout.write(told(costs.grow(_NEW)) + "\n")
        sys.stdout.flush()
        if not options.verify:
            return
        left = options.verify - costs.library.status().papers
        if left > 0:
            sys.stdout.write(told(costs.grow(left)) + "\n")
        passages, seconds = costs.verify()
    sys.stdout.write(f"{passages:,} passages verified in {seconds:.1f} s\n")
    if seconds > 120:
        sys.exit(1)


def _written() -> int:
    """Return the bytes that this process and those it waited for had written to files."""
    for line in Path("/proc/self/io").read_text().splitlines():
        if line.startswith("wchar:"):
            return int(line.split()[1])
    return 0


if __name__ == "__main__":
    main()
