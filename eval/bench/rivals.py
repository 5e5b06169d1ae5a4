"""Rank the papers of a library as the parts of Attest and its peers do, for comparison.

    python -m eval.bench.rivals DATA --library DIR --out FOLDER [--peers PYTHON --model NAME]

Writes one file of answers per rival, each as ``attest search`` prints them, for
``attest eval run DATA --answers FILE``:

* ``bm25``: the lexical index alone;
* ``dense``: the passage vectors alone, best passage of each paper;
* ``rank-fusion``: reciprocal ranks of both;
* ``llama-index``: the retriever of its quickstart over Chroma, every default left alone
  (only with ``--peers``, an interpreter that has it, and ``--model``, a folder or name that
  it loads).
"""

import argparse
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from eval.bench.process import run
from eval.datasets import read_dataset
from eval.schema import Case, Dataset
from rag.answering.followup import standalone
from rag.build import embedder, open_library
from rag.fusion import reciprocal_ranks
from rag.retrieval import HybridRetriever
from rag.settings import Settings
from rag.store.view import LibraryView

DEPTH = 100
PASSAGES = 400
"""Passages looked at for this many papers."""

Ranking = Sequence[tuple[str, float]]


def rankings(view: LibraryView, retriever: HybridRetriever, text: str) -> dict[str, Ranking]:
    """Return the papers of each part with their scores, best first."""
    query = retriever.query(view, text)
    dense = _papers(view, view.vectors.search(query.vector, PASSAGES))
    lexical = _papers(view, view.lexical.search(tuple(query.weights), DEPTH))
    fused = reciprocal_ranks([[paper for paper, _ in each] for each in (dense, lexical)])
    both = sorted(fused.items(), key=lambda each: (-each[1], each[0]))
    return {"bm25": lexical, "dense": dense, "rank-fusion": both}


def write(data: Dataset, library: Path, out: Path) -> list[Path]:
    """Ask every case of a data set and write a file per part."""
    settings = Settings(library=library)
    retriever = HybridRetriever(embedder(settings.embedder))
    found: dict[str, list[str]] = {}
    with open_library(settings).open() as view:
        for case in data.cases:
            for name, ranking in rankings(view, retriever, _whole(case)).items():
                papers = view.snapshot.papers([paper for paper, _ in ranking[:DEPTH]])
                titles = {key: paper.title for key, paper in papers.items()}
                found.setdefault(name, []).append(_line(case.id, ranking, titles))
    return [_written(out / f"{name}.jsonl", lines) for name, lines in found.items()]


def peer(data: Dataset, library: Path, out: Path, *, python: str, model: str) -> Path:
    """Let llama-index rank the papers of a library for every case; return its file."""
    with open_library(Settings(library=library)).snapshot() as snapshot:
        papers = {paper.id: paper for paper in snapshot.iter_papers()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = ({"_id": key, "title": p.title, "text": p.abstract} for key, p in papers.items())
        asked = ({"id": case.id, "question": _whole(case)} for case in data.cases)
        _written(folder / "papers.jsonl", map(json.dumps, rows))
        _written(folder / "asked.jsonl", map(json.dumps, asked))
        script = Path(__file__).with_name("peers.py")
        command = [python, "-P", script, "rank", folder / "papers.jsonl", folder / "asked.jsonl"]
        run([*command, folder / "ranked.jsonl", folder / "chroma", model], folder / "log")
        titles = {key: paper.title for key, paper in papers.items()}
        lines = [
            _line(row["id"], row["ranking"], titles)
            for row in map(json.loads, (folder / "ranked.jsonl").read_text("utf-8").splitlines())
        ]
    return _written(out / "llama-index.jsonl", lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--peers", metavar="PYTHON")
    parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2")
    given = parser.parse_args(arguments)
    data = read_dataset(given.data)
    files = write(data, given.library, given.out)
    if given.peers:
        files.append(peer(data, given.library, given.out, python=given.peers, model=given.model))
    for path in files:
        print(path)


def _papers(view: LibraryView, passages: Sequence[tuple[int, float]]) -> Ranking:
    """Return the papers of passages, each at its best one."""
    known = view.snapshot.passages([key for key, _ in passages])
    best: dict[str, float] = {}
    for key, score in passages:
        best.setdefault(known[key].paper_id, score)
    return list(best.items())[:DEPTH]


def _whole(case: Case) -> str:
    return standalone(case.question, case.history)


def _line(case: str, ranking: Iterable[Sequence[object]], titles: Mapping[str, str]) -> str:
    hits = [
        {"rank": rank, "paper_id": paper, "title": titles.get(str(paper), ""), "score": score}
        for rank, (paper, score) in enumerate(list(ranking)[:DEPTH], start=1)
    ]
    return json.dumps({"id": case, "hits": hits}, ensure_ascii=False)


def _written(path: Path, lines: Iterable[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
