"""How quality and latency change as a library grows around the same gold papers.

The libraries are nested: the gold papers, then further papers in a seeded order, so
that each size holds all of the smaller one and only distractors are added. After Shao
et al. 2024, "Scaling retrieval-based language models with a trillion-token datastore"
(arXiv 2407.12854), section 3, where the datastore is subsampled.
"""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from eval.harness import SEED, Evaluated, put, rescored
from eval.judging import open_judge
from eval.metrics.golds import relevant
from eval.running.runner import Progress
from eval.running.systems import attest, described
from eval.schema import Dataset, Figure, Number, norm
from eval.statistics import figures
from rag.errors import UsageError
from rag.schema import Noun, Record

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.library import Library
    from rag.settings import Settings

SHOWN = (
    "nDCG@10", "right papers@5", "R@100", "evidence recall", "answer correct",
    "refusal balanced accuracy",
)  # fmt: skip

Open = Callable[["Settings"], tuple["Library", "Assistant"]]


class Point(Noun):
    """What a library of one size came to."""

    papers: int
    passages: int
    figures: tuple[Figure, ...]
    p50_ms: Number
    """Median wall time of a case, one asked at a time."""
    p95_ms: Number


def scale(
    data: Dataset,
    papers: Iterable[Record],
    sizes: Sequence[int],
    out: Path,
    *,
    settings: "Settings",
    opening: Open,
    progress: Progress,
    seed: int = 0,
) -> Iterator[Point]:
    """Yield a point per size, smallest first.

    Args:
        data: Asked anew at each size.
        papers: Gold papers and others, in any order.
        sizes: How many papers; a size beyond what there is is left out.
        out: Folder for the growing library and a run per size.
        settings: Of the library; its folder is replaced.
        opening: Returns library and assistant of settings.
        progress: Told stage, done and total.
        seed: Orders the papers that are not gold.

    Raises:
        UsageError: A size is smaller than the number of gold papers, none can be made, or the
            folder holds a larger library from before.
    """
    ordered, gold = nested(data, papers, seed=seed)
    wanted = sorted({size for size in sizes if size <= len(ordered)})
    if not wanted or wanted[0] < gold:
        raise UsageError(
            f"{gold:,} of {len(ordered):,} papers are gold; give sizes between these two numbers"
        )
    here = settings.model_copy(update={"library": out / "library"})
    library, assistant = opening(here)
    for before, size in pairwise([0, *wanted]):
        library.add([_written(ordered[before:size], out / f"papers-{size}.jsonl")])
        held = library.status()
        if held.papers > size:
            raise UsageError(
                f"{here.library} holds {held.papers:,} papers from before, not {size:,}; choose "
                "another --out"
            )
        run = described(data, library, here, assistant=assistant)
        folder = out / str(size)
        put(
            data, run, attest(assistant, library, kind=data.kind), folder, jobs=1, progress=progress
        )
        yield _point(rescored(folder, open_judge()), held.passages)


def nested(data: Dataset, papers: Iterable[Record], *, seed: int) -> tuple[list[Record], int]:
    """Return the papers, gold first and the rest in a seeded order, and how many are gold."""
    golds = [gold for case in data.cases for gold in relevant(case)]
    ids = {gold.paper_id for gold in golds if gold.paper_id}
    titles = {norm(gold.title) for gold in golds if gold.title and not gold.paper_id}
    gold: list[Record] = []
    others: list[Record] = []
    for paper in papers:
        wanted = paper.key in ids or norm(paper.title) in titles
        (gold if wanted else others).append(paper)
    random.Random(seed).shuffle(others)
    return [*gold, *others], len(gold)


def table(points: Sequence[Point]) -> str:
    """Return the points as a Markdown table: value and 95 % interval, latency in milliseconds."""
    names = [name for name in SHOWN if any(_named(point, name) for point in points)]
    head = ["papers", "passages", *names, "p50 ms", "p95 ms"]
    lines = [head, ["---"] * len(head)]
    for point in points:
        cells = [_cell(_named(point, name)) for name in names]
        times = [f"{point.p50_ms:.1f}", f"{point.p95_ms:.1f}"]
        lines.append([f"{point.papers:,}", f"{point.passages:,}", *cells, *times])
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _point(found: Evaluated, passages: int) -> Point:
    summaries = [each for each in found.summaries if each.name in SHOWN]
    seconds = np.array([trial.seconds for trial in found.trials])
    return Point(
        papers=found.run.papers,
        passages=passages,
        figures=figures(found.card.rows, summaries, found.metrics, seed=SEED),
        p50_ms=float(1000 * np.quantile(seconds, 0.5)),
        p95_ms=float(1000 * np.quantile(seconds, 0.95)),
    )


def _named(point: Point, name: str) -> Figure | None:
    return next((each for each in point.figures if each.name == name and each.interval), None)


def _cell(figure: Figure | None) -> str:
    if figure is None or figure.interval is None:
        return "n.a."
    of = figure.interval
    return f"{of.value:.3f} [{of.low:.3f}, {of.high:.3f}]"


def _written(papers: Sequence[Record], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = (
        {
            "_id": paper.key or f"record-{number}-{path.stem}",
            "title": paper.title,
            "text": paper.abstract,
            "authors": paper.authors,
            "year": paper.year,
            "venue": paper.venue,
        }
        for number, paper in enumerate(papers)
    )
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path
