"""Compare what the blend finds with its parts and with rank fusion.

    python -m eval.bench.retrieval BEIR_FOLDER [BEIR_FOLDER ...]
    python -m eval.bench.retrieval --questions QUESTIONS.jsonl --pages PAPERS

BEIR_FOLDER holds ``corpus.jsonl[.gz]``, ``queries.jsonl`` and ``qrels.tsv``; the table
gives nDCG@10, R@100, RR@10 and P@1 (ir_measures) over the judged queries. With
``--questions`` (the format of the shared ``page-questions``, PAPERS a file or folder) it
gives the share of gold papers among the first five, by type of question. The library is
built once in ``--cache`` and used again while its papers are the same.
"""

import argparse
import csv
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import ir_measures
from ir_measures import RR, P, R, nDCG

from rag.answering.followup import standalone
from rag.build import embedder, open_library
from rag.fusion import reciprocal_ranks
from rag.retrieval import Candidate, HybridRetriever
from rag.schema import Turn
from rag.settings import Settings

MEASURES = (nDCG @ 10, R @ 100, RR @ 10, P @ 1)
SYSTEMS = ("blend", "dense", "lexical", "rank fusion")

Ranking = list[str]


class Judged(NamedTuple):
    """A query and the papers that answer it."""

    id: str
    text: str
    relevant: Mapping[str, int]


def rankings(candidates: Sequence[Candidate]) -> dict[str, Ranking]:
    """Return the paper ids in the order of each system."""
    blend = [each.paper_id for each in candidates]
    dense = _ordered(candidates, lambda each: each.dense)
    lexical = _ordered([one for one in candidates if one.lexical > 0], lambda each: each.lexical)
    fused = reciprocal_ranks([dense, lexical])
    ranks = sorted(fused, key=lambda paper: (-fused[paper], paper))
    return dict(zip(SYSTEMS, (blend, dense, lexical, ranks), strict=True))


def beir(folder: Path) -> list[Judged]:
    """Read the judged queries of a BEIR folder; a grade below 1 is not relevant."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for query, paper, grade in list(csv.reader(file, delimiter="\t"))[1:]:
            if int(float(grade)) > 0:
                grades[query][paper] = int(float(grade))
    queries = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl")}
    return [Judged(query, queries[query], found) for query, found in grades.items()]


def table(folder: Path, cache: Path) -> str:
    """Run every judged query of a folder and return the table."""
    judged = beir(folder)
    corpus = next(path for path in sorted(folder.iterdir()) if path.name.startswith("corpus.jsonl"))
    found = {one.id: ranked for one, ranked in _searched(judged, corpus, cache / folder.name)}
    qrels = [
        ir_measures.Qrel(one.id, paper, g) for one in judged for paper, g in one.relevant.items()
    ]
    lines = [f"{folder.name}: {len(judged)} queries", _row("", *map(str, MEASURES))]
    for system in SYSTEMS:
        run = [
            ir_measures.ScoredDoc(query, paper, -float(place))
            for query, ranked in found.items()
            for place, paper in enumerate(ranked[system])
        ]
        calculate: Callable[..., Mapping[Any, float]] = vars(ir_measures)["calc_aggregate"]
        values = calculate(MEASURES, qrels, run)
        lines.append(_row(system, *(f"{values[measure]:.4f}" for measure in MEASURES)))
    return "\n".join(lines)


def by_type(questions: Path, papers: Path, cache: Path) -> str:
    """Return the share of gold papers among the first five by type of question."""
    asked = [row for row in _rows(questions) if row["answerable"]]
    judged = [Judged(row["id"], _whole(row), {}) for row in asked]
    shares: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    found = _searched(judged, papers, cache / questions.stem, titles=True)
    for row, (_, ranked) in zip(asked, found, strict=True):
        gold = {_plain(one["title"]) for one in row["gold"]}
        for system in SYSTEMS:
            share = len(gold & set(ranked[system][:5])) / min(5, len(gold))
            for kind in (row["type"], "all"):
                shares[kind][system].append(share)
    lines = [f"{len(asked)} questions, right papers among the first five", _row("", *SYSTEMS)]
    lines += [
        _row(kind, *(f"{mean(one[system]):.3f}" for system in SYSTEMS))
        for kind, one in sorted(shares.items())
    ]
    return "\n".join(lines)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "attest-bench")
    given = parser.parse_args()
    if not given.folders and not (given.questions and given.pages):
        parser.error("name a BEIR folder, or --questions and --pages")
    for folder in given.folders:
        print(table(folder, given.cache), flush=True)
    if given.questions:
        print(by_type(given.questions, given.pages, given.cache))


def _searched(
    judged: Sequence[Judged], papers: Path, library: Path, *, titles: bool = False
) -> Iterator[tuple[Judged, dict[str, Ranking]]]:
    settings = Settings(library=library)
    opened = open_library(settings)
    opened.add([papers], progress=_narrate)
    retriever = HybridRetriever(embedder(settings.embedder))
    with opened.open() as view:
        for one in judged:
            ranked = rankings(retriever.retrieve(view, one.text).candidates)
            if titles:
                known = view.snapshot.papers({each for row in ranked.values() for each in row})
                ranked = {
                    system: [_plain(known[each].title) for each in row]
                    for system, row in ranked.items()
                }
            yield one, ranked


def _ordered(candidates: Sequence[Candidate], score: Callable[[Candidate], float]) -> Ranking:
    return [
        one.paper_id for one in sorted(candidates, key=lambda each: (-score(each), each.paper_id))
    ]


def _whole(row: dict[str, Any]) -> str:
    return standalone(row["question"], [Turn(**turn) for turn in row["history"]])


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _plain(title: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in title.casefold()).split())


def _row(name: str, *values: str) -> str:
    return f"  {name:12s}" + "".join(f"{value:>13s}" for value in values)


def _narrate(stage: str, done: int, total: int) -> None:
    if done % 512 == 0:
        print(f"\r{stage} {done}/{total}", end="", file=sys.stderr)


if __name__ == "__main__":
    main()
