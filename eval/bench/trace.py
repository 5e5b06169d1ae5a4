"""How long a trace takes on a library: texts of 300 words, part copied and part written anew.

    python -m eval.bench.trace --library DIR [--count 20] [--words 300]

Each text is made, with a seed, of runs of 50 words of abstracts of the library and of
sentences of others with every third word left out, so that there is much to look for and
little to find in half of it. The library is opened, and one text traced, before the clock runs.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time

from rag.build import open_library
from rag.inquiries.tracing import trace
from rag.settings import Settings

RUN = 50
_SEED = 11


def texts(abstracts: Sequence[str], count: int, length: int) -> list[str]:
    """Return seeded texts of about ``length`` words, half of them copied in runs."""
    chance = random.Random(_SEED)
    long = [each.split() for each in abstracts if len(each.split()) >= 2 * RUN]
    return [_text(chance, long, length) for _ in range(count)]


def _text(chance: random.Random, long: Sequence[Sequence[str]], length: int) -> str:
    words: list[str] = []
    while len(words) < length:
        copied, changed = chance.choice(long), chance.choice(long)
        start = chance.randrange(len(copied) - RUN + 1)
        words += copied[start : start + RUN]
        words += [word for at, word in enumerate(changed[: RUN * 3 // 2]) if at % 3 != 2]
    return " ".join(words[:length])


def _cuts(seconds: Sequence[float]) -> str:
    cuts = quantiles(seconds, n=20)
    return f"p50 {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--embedder", default="minilm", help="the one the library was made with")
    given = parser.parse_args()
    settings = Settings(library=given.library, embedder=given.embedder)
    times: list[float] = []
    cpu: list[float] = []
    covered: list[float] = []
    with open_library(settings).open() as view:
        abstracts = [paper.abstract for paper in view.snapshot.iter_papers()]
        made = texts(abstracts, given.count, given.words)
        trace(view, made[0])
        for text in made:
            started, used = perf_counter(), process_time()
            covered.append(trace(view, text).covered)
            cpu.append(process_time() - used)
            times.append(perf_counter() - started)
    print(
        f"{len(abstracts):,} papers, {given.count} texts of {given.words} words: "
        f"{_cuts(times)} by the clock, {_cuts(cpu)} of CPU; "
        f"{sum(covered) / len(covered):.0%} of the words covered"
    )


if __name__ == "__main__":
    main()
