"""Mutated inputs for every reader: how many come out as what, and that none crashes or hangs.

    python -m eval.bench.fuzz --work FOLDER [--count 100000] [--seed 0] [--reader NAME …]

Each reader gets ``--count`` inputs made of pieces of the shared files of its format, changed in
one to eight places. Every input must come out as records and rejections numbered from 1, each
rejection with a reason of one line, within ``--limit`` seconds of the processor, so that a busy
machine fails none. What is done is kept in the folder, so that the same command goes on where it
stopped; a failure names the number of its input, and ``--reader NAME --only NUMBER`` prints it.
"""

import argparse
import io
import signal
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from types import FrameType
from typing import NamedTuple

from pydantic import BaseModel

from eval.bench.mutations import mutated, seeds, workbook
from eval.bench.process import ROOT
from rag.errors import SourceError
from rag.replacing import replace
from rag.schema import Record, Rejection, Source
from rag.sources import READERS
from rag.sources import workbook as books
from rag.sources.archives import Archive

DATA = ROOT.parent / "shared" / "data"
FOLDERS = tuple(DATA / name for name in ("formats", "pages")) + tuple(
    DATA / "adversarial" / name
    for name in ("better-bibtex-import", "jabref-importers", "rispy", "json-test-suite")
)
CHUNK = 1_000
"""Inputs between two notes of what is done."""


class Tally(BaseModel):
    """What came of a reader's inputs so far."""

    reader: str
    seed: int
    done: int = 0
    records: int = 0
    rejections: int = 0
    refused: int = 0
    """Files refused as a whole."""
    failures: dict[int, str] = {}
    """What was wrong, by the number of the input."""
    slowest: float = 0.0
    slowest_input: int = 0
    seconds: float = 0.0


class Task(NamedTuple):
    """What one process does."""

    reader: str
    pieces: Sequence[str]
    seed: int
    wanted: int
    limit: float
    work: Path


class TooSlow(BaseException):
    """An input took longer than it may; no ``Exception``, so that no reader can swallow it."""


def fuzz(task: Task) -> Tally:
    """Read a reader's inputs, from the first that was not read before."""
    file = task.work / f"{task.reader}-{task.seed}.json"
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    tally = Tally.model_validate_json(old) if old else Tally(reader=task.reader, seed=task.seed)
    while tally.done < task.wanted:
        started = perf_counter()
        for number in range(tally.done, min(tally.done + CHUNK, task.wanted)):
            _one(task, number, tally)
        tally.done = min(tally.done + CHUNK, task.wanted)
        tally.seconds += perf_counter() - started
        replace(file, tally.model_dump_json().encode())
    return tally


def _one(task: Task, number: int, tally: Tally) -> None:
    started = process_time()
    try:
        with _limited(task.limit):
            kinds = _checked(_outcome(task, number))
    except SourceError:
        tally.refused += 1
    except TooSlow:
        tally.failures[number] = f"over {task.limit} s"
    except Exception as error:  # noqa: BLE001 - what may come out is what is asked
        tally.failures[number] = f"{type(error).__name__}: {error}"[:200]
    else:
        tally.records += kinds["Record"]
        tally.rejections += kinds["Rejection"]
    took = process_time() - started
    if took > tally.slowest:
        tally.slowest, tally.slowest_input = took, number


def _outcome(task: Task, number: int) -> Iterator[Record | Rejection]:
    if task.reader == books.name:
        data = workbook(task.seed, number)
        return books.read(Archive(io.BytesIO(data), "fuzz"), _place)
    reader = next(each for each in READERS if each.name == task.reader)
    text = mutated(task.pieces, task.reader, task.seed, number)
    reader.sniff(text)
    return reader.read(io.StringIO(text, newline="\n"), _place)


def _place(position: int) -> Source:
    return Source(file="fuzz", position=position, format="fuzz")


def _checked(found: Iterable[Record | Rejection]) -> Counter[str]:
    """Count what came out.

    Raises:
        ValueError: A position is wrong, or a reason is none.
    """
    kinds: Counter[str] = Counter()
    for position, each in enumerate(found, start=1):
        kinds[type(each).__name__] += 1
        if each.source.position != position:
            raise ValueError(f"position {each.source.position} where {position} was due")
        if isinstance(each, Rejection) and len(each.reason.splitlines()) != 1:
            raise ValueError(f"a reason of no or several lines: {each.reason!r}")
        if isinstance(each, Record):
            each.model_dump_json().encode()
    return kinds


@contextmanager
def _limited(seconds: float) -> Generator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def row(tally: Tally) -> str:
    """Return a tally as a line of the table."""
    pace = tally.done / tally.seconds if tally.seconds else 0.0
    return (
        f"{tally.reader:16} {tally.done:9,} {tally.records:10,} {tally.rejections:10,} "
        f"{tally.refused:8,} {len(tally.failures):8,} {tally.slowest * 1000:8.0f} "
        f"{tally.slowest_input:8} {pace:7.0f}"
    )


HEADER = (
    "reader              inputs    records   rejected  refused failures  slowest   number   per s"
)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=1.0, help="processor seconds of one input")
    parser.add_argument("--reader", action="append", help="only this one; may come again")
    parser.add_argument("--only", type=int, help="print this input of the reader")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    pieces = seeds(FOLDERS)
    names = given.reader or [*(name for name, some in pieces.items() if some), books.name]
    if given.only is not None:
        for name in names:
            print(mutated(pieces[name], name, given.seed, given.only))
        return
    given.work.mkdir(parents=True, exist_ok=True)
    tasks = [
        Task(name, pieces.get(name, []), given.seed, given.count, given.limit, given.work)
        for name in names
    ]
    print(HEADER, flush=True)
    failures: list[str] = []
    with ProcessPoolExecutor(given.processes) as pool:
        for tally in pool.map(fuzz, tasks):
            print(row(tally), flush=True)
            failures += [f"{tally.reader} {n}: {why}" for n, why in tally.failures.items()]
    if failures:
        raise SystemExit("\n".join(failures[:50]))


if __name__ == "__main__":
    main()
