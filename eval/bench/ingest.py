"""Add the same papers to Attest, to chromadb and to llama-index, one after the other.

    python -m eval.bench.ingest PAPERS.jsonl[.gz] [--papers 2000] [--rounds 1]
        [--peers PYTHON] --model FOLDER

PYTHON is an interpreter that has the peers, FOLDER a sentence-transformers folder of
all-MiniLM-L6-v2, which both peers run in float32. Each system runs in a fresh process into
an empty folder; rounds take turns, and the medians and their ratios are printed. The peers
cut a text after 256 tokens, Attest embeds all of it. Vectors are compared for the papers
that are one passage, where all three embed the same text.
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from eval.bench.peers import IMPORTS, INSTALL, text_of
from eval.bench.process import ROOT, Cost, ProcessFailed, middle, run, size_of
from eval.bench.sample import sample, write
from rag.build import embedder, open_library
from rag.settings import Settings

OWN = "attest"
OWN_IMPORTS = (
    "rag.cli",
    "rag.assistant",
    "rag.answering.answerer",
    "rag.embedding.minilm",
    "rag.store.lexical",
    "rag.verification",
    "onnxruntime",
    "tokenizers",
)
"""All that an ``attest ask`` loads."""
UNCUT = 254
"""Tokens that the peers embed of a text; they count the two special ones among their 256."""
SCRIPT = ROOT / "eval" / "bench" / "peers.py"


class Bench(NamedTuple):
    """Where things are."""

    peers: str
    model: Path
    papers: Path
    folder: Path

    def place(self, system: str, number: int) -> Path:
        """Return the empty folder of one run."""
        return self.folder / f"{system}-{number}"

    def command(self, system: str, place: Path) -> list[str]:
        """Return the command that adds the papers."""
        if system == OWN:
            settings = ["--library", str(place)]
            return [sys.executable, "-m", "rag.cli", "-q", *settings, "add", str(self.papers)]
        arguments = [str(self.papers), str(place), str(self.model)]
        return [self.peers, "-P", str(SCRIPT), system, *arguments]


def imports(bench: Bench, system: str) -> Cost:
    """Return what importing a system costs, the median of three fresh processes."""
    names = OWN_IMPORTS if system == OWN else IMPORTS[system]
    python = sys.executable if system == OWN else bench.peers
    command = [python, "-c", "import " + ", ".join(names)]
    return middle([run(command, bench.folder / "log") for _ in range(3)])


def agreement(bench: Bench, system: str, place: Path) -> str:
    """Return mean and least cosine of a peer's vectors with those of Attest."""
    out = bench.folder / "vectors.jsonl"
    run([bench.peers, "-P", str(SCRIPT), "vectors", str(place), str(out)], bench.folder / "log")
    with out.open(encoding="utf-8") as lines:
        theirs = {row["text"]: row["vector"] for row in map(json.loads, lines)}
    cosines: list[float] = []
    count = embedder("minilm").count_tokens
    with open_library(Settings(library=bench.place(OWN, 0))).snapshot() as snapshot:
        for entry in snapshot.entries():
            text = text_of(entry.title, entry.text)
            vector = theirs.get(text)
            if vector is not None and count([text])[0] <= UNCUT:
                own = np.frombuffer(entry.vector, "<f2").astype(np.float64)
                other = np.array(vector)
                cosines.append(float(own @ other / np.linalg.norm(own) / np.linalg.norm(other)))
    if not cosines:
        return f"{system}: no text in common"
    least, mean = min(cosines), sum(cosines) / len(cosines)
    return f"{system}: cosine mean {mean:.6f}, least {least:.6f} over {len(cosines)} texts"


def table(costs: Mapping[str, Sequence[Cost]], bench: Bench, papers: int) -> str:
    """Return the medians of all systems and the ratios to Attest."""
    own, own_bytes = middle(costs[OWN]), size_of(bench.place(OWN, 0))
    own_import = imports(bench, OWN)
    lines = [
        f"{papers:,} papers{'':14s}wall s    CPU s  papers/s  RSS MiB  bytes/paper  import CPU s"
    ]
    for system, runs in costs.items():
        cost, size = middle(runs), size_of(bench.place(system, 0))
        start = own_import if system == OWN else imports(bench, system)
        lines.append(
            f"  {system:18s}{cost.wall:10.1f}{cost.cpu:9.1f}{papers / cost.wall:10.1f}"
            f"{cost.rss:9.0f}{size / papers:13,.0f}{start.cpu:14.2f}"
        )
        if system != OWN:
            lines.append(
                f"  {'  ratio to attest':18s}{cost.wall / own.wall:10.2f}{cost.cpu / own.cpu:9.2f}"
                f"{'':10s}{cost.rss / own.rss:9.2f}{size / own_bytes:13.2f}"
                f"{start.cpu / own_import.cpu:14.1f}"
            )
    return "\n".join(lines)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("papers", type=Path)
    parser.add_argument("--papers", dest="count", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--model", type=Path, required=True)
    given = parser.parse_args()
    chosen = sample(given.papers, given.count)
    with tempfile.TemporaryDirectory() as folder:
        papers = write(chosen, Path(folder) / "papers.jsonl")
        bench = Bench(given.peers, given.model, papers, Path(folder))
        costs: dict[str, list[Cost]] = defaultdict(list)
        for number in range(given.rounds):
            for system in (OWN, *IMPORTS):
                print(f"round {number + 1}: {system}", file=sys.stderr, flush=True)
                place = bench.place(system, number)
                try:
                    cost = run(bench.command(system, place), bench.folder / "log")
                except ProcessFailed as failure:
                    print(f"{system} was not run ({failure}); {INSTALL.get(system, '')}")
                else:
                    costs[system].append(cost)
        print(table(costs, bench, len(chosen)), flush=True)
        for system in costs:
            if system != OWN:
                print(agreement(bench, system, bench.place(system, 0)))


if __name__ == "__main__":
    main()
