"""Time asking: warm in one process, and cold in a fresh one beside a peer's start.

    python -m eval.bench.ask --library DIR [--questions FILE] [--count 200]
    python -m eval.bench.ask --library DIR --cold [--peers PYTHON --model FOLDER]

Warm: known-item questions made of titles of the library (seeded; every third with a year
filter), or the questions of FILE; the table gives p50, p95 and the largest of each stage
and of the whole ``ask``. Cold: ``attest ask`` in fresh processes, median of five, beside a
process that imports the llama-index stack and embeds one question.
"""

import argparse
import json
import random
import resource
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

from eval.bench.process import ROOT, ProcessFailed, middle, run
from rag.build import open_assistant, open_library
from rag.schema import Answer, Filters
from rag.settings import Settings

COLD_RUNS = 5
QUESTION = "Which data sets are used to evaluate the model?"
_SHAPES = ("What does {} propose?", "How well does {} work?", "{}: on which data was it tested?")


def questions(settings: Settings, file: Path | None, count: int) -> list[str]:
    """Return the questions of a file, or some made of the titles of the library."""
    if file is not None:
        rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
        return [row["question"] for row in rows][:count]
    with open_library(settings).snapshot() as snapshot:
        titles = [paper.title for paper in snapshot.iter_papers()]
    rng = random.Random(0)
    return [
        rng.choice(_SHAPES).format(title) for title in rng.sample(titles, min(count, len(titles)))
    ]


def warm(settings: Settings, asked: Sequence[str]) -> str:
    """Ask every question in this process and return the table."""
    assistant = open_assistant(settings)
    assistant.ask(asked[0])
    answers = [assistant.ask(each, filters=_filters(place)) for place, each in enumerate(asked)]
    status = open_library(settings).status()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    refused = sum(answer.refusal is not None for answer in answers)
    lines = [
        f"{len(answers)} questions on {status.papers:,} papers ({status.passages:,} passages), "
        f"{refused} refused, peak {memory:.0f} MiB; milliseconds",
        f"  {'stage':18s}{'p50':>9s}{'p95':>9s}{'max':>9s}",
    ]
    lines += [f"  {name:18s}" + _spread(values) for name, values in _stages(answers).items()]
    return "\n".join(lines)


def cold(settings: Settings, peers: str, model: Path | None) -> str:
    """Ask in fresh processes and return the table, with the ratio to the peer's start."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        own = [sys.executable, "-m", "rag.cli", "--library", settings.library, "ask", QUESTION]
        ours = middle([run(own, log) for _ in range(COLD_RUNS)])
        lines = [f"  {'attest ask':28s}{ours.wall:7.2f} s wall {ours.cpu:7.2f} s CPU"]
        if model is not None:
            script = ROOT / "eval" / "bench" / "peers.py"
            command = [peers, "-P", str(script), "query", str(model), QUESTION]
            try:
                theirs = middle([run(command, log) for _ in range(COLD_RUNS)])
            except ProcessFailed as failure:
                return "\n".join([*lines, f"  llama-index: not run ({failure})"])
            lines.append(
                f"  {'llama-index: embed one':28s}{theirs.wall:7.2f} s wall {theirs.cpu:7.2f} s CPU"
            )
            lines.append(
                f"  ratio: wall {theirs.wall / ours.wall:.1f}, CPU {theirs.cpu / ours.cpu:.1f}"
            )
    return "\n".join([f"cold, median of {COLD_RUNS}", *lines])


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--model", type=Path)
    given = parser.parse_args()
    settings = Settings(library=given.library)
    if given.cold:
        print(cold(settings, given.peers, given.model))
    else:
        print(warm(settings, questions(settings, given.questions, given.count)))


def _filters(place: int) -> Filters | None:
    return Filters(year_from=2010) if place % 3 == 2 else None


def _stages(answers: Sequence[Answer]) -> Mapping[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for place, answer in enumerate(answers):
        for stage, milliseconds in answer.timings_ms.items():
            found[stage].append(milliseconds)
        if _filters(place):
            found["total, filtered"].append(answer.timings_ms["total"])
    return found


def _spread(values: Sequence[float]) -> str:
    tail = quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
    return f"{median(values):9.1f}{tail:9.1f}{max(values):9.1f}"


if __name__ == "__main__":
    main()
