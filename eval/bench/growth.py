"""Does a process that answers for a long time grow?

``python -m eval.bench.growth --queries 10000 --versions 200``: this process asks made-up questions,
one after the other, through the whole pipeline, while another publishes versions of a library
whose size stays the same. Memory is what the system says is resident (VmRSS), open files are
those of ``/proc/self/fd``, versions those whose vectors are mapped. With ``--served`` the
collections are on a real Chroma server and every search asks its graph.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from eval.bench.chromaserver import RunningChroma
from eval.bench.contender import library_at
from eval.bench.crash import synthetic
from eval.bench.process import ROOT
from eval.bench.servedcontender import by_graph
from eval.bench.servedcontender import library_at as served_at
from rag.build import open_assistant
from rag.library import Library
from rag.settings import Settings
from rag.store.index import VECTORS

_SAMPLES = 20
"""Looks at this process, evenly spread."""
_MOST = 1.0
"""MiB that a thousand questions may add once it is warm."""
_ONE = "made:0"


class Look(NamedTuple):
    """This process at one moment."""

    queries: int
    versions: int
    """Published so far."""
    rss: float
    """MiB."""
    handles: int
    mapped: int
    """Versions whose vectors are mapped."""


class Growth(NamedTuple):
    """How a process grew."""

    looks: tuple[Look, ...]
    seen: int
    """Versions that answered, one after the other."""
    scanned: int
    """Answers for which the scan stood in for the server."""

    @property
    def slope(self) -> float:
        """MiB per thousand questions, a line through all looks after the first quarter."""
        late = self.looks[len(self.looks) // 4 :]
        asked = [each.queries / 1_000 for each in late]
        return float(np.polyfit(asked, [each.rss for each in late], 1)[0])

    @property
    def handles(self) -> int:
        """Open files at the end beyond those at the first quarter."""
        return self.looks[-1].handles - self.looks[len(self.looks) // 4].handles

    @property
    def failed(self) -> bool:
        """Whether it grows."""
        return self.slope > _MOST or self.handles > 0 or self.looks[-1].mapped > 1


def look(queries: int, versions: int, folder: Path) -> Look:
    """Look at this process, which reads a library below a folder."""
    status = Path("/proc/self/status").read_text()
    (rss,) = (int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    maps, place = Path("/proc/self/maps").read_text().splitlines(), f"{folder.resolve()}/"
    return Look(
        queries=queries,
        versions=versions,
        rss=rss / 1024,
        handles=len(list(Path("/proc/self/fd").iterdir())) - 1,
        mapped=len({line.split()[4] for line in maps if VECTORS in line and place in line}),
    )


def measure(folder: Path, store: str, *, queries: int, versions: int, papers: int) -> Growth:
    """Ask while versions are published.

    Args:
        folder: A folder to work in.
        store: ``embedded`` or the address of a server.
        queries: How many.
        versions: How many versions follow each other meanwhile.
        papers: Size of the library.
    """
    made = folder / "papers.jsonl"
    rows = [*islice(synthetic(papers, 3), papers)]
    made.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    _library(folder, store).add([made])
    asked, rng = [str(each["title"]) for each in rows], random.Random(0)
    settings = Settings(library=folder / "library", store=store, embedder="hash")
    assistant = open_assistant(settings)
    looks, seen, scanned, published = list[Look](), list[str](), 0, 0
    with _publishing(folder, store) as writer:
        for number in range(queries):
            if number * versions // queries > published:
                _next(writer)
                published += 1
            if number % max(1, queries // _SAMPLES) == 0:
                looks.append(look(number, published, folder))
            answer = assistant.ask(f"What does {rng.choice(asked)} measure?")
            if answer.library not in seen[-1:]:
                seen.append(answer.library)
            scanned += assistant.notice is not None
    looks.append(look(queries, published, folder))
    return Growth(tuple(looks), len(seen), scanned)


def table(growth: Growth) -> str:
    """Return start, quarters and end as lines of text, and the slope."""
    looks = growth.looks
    chosen = [looks[round(part * (len(looks) - 1) / 4)] for part in range(5)]
    lines = [f"{'questions':>10} {'versions':>9} {'MiB':>7} {'files':>6} {'mapped':>7}"]
    lines += [
        f"{each.queries:10,} {each.versions:9} {each.rss:7.1f} {each.handles:6} {each.mapped:7}"
        for each in chosen
    ]
    lines.append(
        f"after the first quarter: {growth.slope:+.2f} MiB per 1,000 questions, "
        f"{growth.handles:+d} open files; {growth.seen} versions answered, "
        f"{growth.scanned} times the scan for the server"
    )
    return "\n".join(lines)


def publish(folder: Path, store: str) -> None:
    """Take one paper away, or put it back, at every line on stdin; say ``done`` each time."""
    library = _library(folder, store)
    paper = folder / "one.jsonl"
    (row,) = islice(synthetic(1, 3), 1)
    paper.write_text(json.dumps(row) + "\n", encoding="utf-8")
    for number, _ in enumerate(sys.stdin):
        if number % 2:
            library.add([paper])
        else:
            library.remove([_ONE])
        print("done", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table; exit 1 if the process grows."""
    options = _options(arguments)
    if options.publish:
        publish(options.publish, options.store)
        return
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="attest-growth-"))
        store = "embedded"
        if options.served:
            store = opened.enter_context(RunningChroma(Path(folder))).url
            opened.enter_context(by_graph())
        growth = measure(
            Path(folder),
            store,
            queries=options.queries,
            versions=options.versions,
            papers=options.papers,
        )
    sys.stdout.write(table(growth) + "\n")
    if growth.failed:
        sys.exit(1)


def _library(folder: Path, store: str) -> Library:
    where = folder / "library"
    return library_at(where) if store == "embedded" else served_at(where, store)


@contextmanager
def _publishing(folder: Path, store: str) -> "Generator[subprocess.Popen[str]]":
    command = [sys.executable, "-m", "eval.bench.growth", "--publish", folder, "--store", store]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.communicate()


def _next(writer: "subprocess.Popen[str]") -> None:
    if writer.stdin is None or writer.stdout is None:
        raise RuntimeError("the writer has no pipe")
    writer.stdin.write("next\n")
    writer.stdin.flush()
    if writer.stdout.readline().strip() != "done":
        raise RuntimeError("the writer ended")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--versions", type=int, default=200)
    parser.add_argument("--papers", type=int, default=500, help="to make up")
    parser.add_argument("--served", action="store_true", help="ask a Chroma server's graph")
    parser.add_argument("--publish", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--store", default="embedded", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
