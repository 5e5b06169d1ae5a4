"""How often an agreement is right about a paper, on SciFact; and where its bounds come from.

    python -m eval.calibration.agreement --library LIBRARY --data SCIFACT

The library is made of the set's ``corpus.jsonl.gz`` (``attest add``). A claim's
judged papers carry a label, SUPPORT or CONTRADICT; a claim without evidence has
papers that do not decide it. Two thirds of the claims, drawn by their ids,
choose the bound on support: the lowest with which seven of ten papers said to
support do. The checker speaks of so few contradictions (about ten in these
claims) that no bound on them can be chosen. The table is of the other third. A
judged paper that is not among the papers weighed counts as missed.

Precision and recall of a label are at paper level, over the judged papers. A
pair (claim, paper) that nobody judged is left out: SciFact marks few papers a claim.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from rag.answering.fitted import load
from rag.build import checker_with, embedder, open_library
from rag.inquiries.agreeing import PAPERS, Bounds, Weighed, decided, weigh
from rag.inquiries.agreement import Stand
from rag.inquiries.tools import Tools
from rag.retrieval import HybridRetriever
from rag.settings import Settings

_STANDS: dict[str, Stand] = {"SUPPORT": "supports", "CONTRADICT": "contradicts"}
_SUPPORTS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85)

PRECISE = 0.7
"""Share of the papers said to support that must, on the claims that choose."""


class Judged(NamedTuple):
    """A claim and a paper that people judged."""

    claim: str
    held_out: bool
    truth: Stand
    sentences: tuple[Weighed, ...]
    """Empty where the paper is not among those weighed."""


class Rate(NamedTuple):
    """How right a label is."""

    said: int
    right: int
    true: int

    @property
    def precision(self) -> float:
        """Share of the papers said to be so that are."""
        return self.right / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        """Share of the papers that are so that are said to be."""
        return self.right / self.true if self.true else 0.0


def judged(library: Path, data: Path, *, k: int = PAPERS) -> list[Judged]:
    """Return every judged pair with the sentences of its paper held against the claim."""
    settings = Settings(library=library)
    checker = checker_with(settings.reader, pieces=settings.interaction)
    tools = Tools(HybridRetriever(embedder(settings.embedder)), load(), checker)
    texts = dict(_claims(data))
    found: list[Judged] = []
    with open_library(settings).open() as view:
        for claim, stands in truths(data):
            retrieved = tools.retriever.retrieve(view, texts[claim])
            weighed = weigh(view, tools, texts[claim], retrieved, k)
            by_paper = {paper[0].scored.paper.id: tuple(paper) for paper in weighed}
            for paper, truth in stands.items():
                found.append(Judged(claim, _held_out(claim), truth, by_paper.get(paper, ())))
    return found


def rate(pairs: Sequence[Judged], stand: Stand, bounds: Bounds) -> Rate:
    """Return how right the decisions are for one label."""
    said = [_decision(pair, bounds) == stand for pair in pairs]
    true = [pair.truth == stand for pair in pairs]
    right = sum(each and so for each, so in zip(said, true, strict=True))
    return Rate(sum(said), right, sum(true))


def fitted(pairs: Sequence[Judged]) -> Bounds:
    """Return the lowest bound on support that is precise enough, the highest if none is."""
    tried = [Bounds(supports=value) for value in _SUPPORTS]
    precise = (each for each in tried if rate(pairs, "supports", each).precision >= PRECISE)
    return next(precise, tried[-1])


def table(pairs: Sequence[Judged], bounds: Bounds) -> str:
    """Return precision and recall of each label, as Markdown."""
    lines = ["| label | judged | said | precision | recall |", "| --- | --- | --- | --- | --- |"]
    for stand in (*_STANDS.values(), "undecided"):
        found = rate(pairs, stand, bounds)
        rates = f"{found.precision:.3f} | {found.recall:.3f}"
        lines.append(f"| {stand} | {found.true} | {found.said} | {rates} |")
    base = sum(pair.truth == "supports" for pair in pairs) / len(pairs)
    missed = sum(not pair.sentences for pair in pairs) / len(pairs)
    lines.append(f"\n{len(pairs)} pairs, {base:.3f} of them in support; {missed:.3f} not found.")
    return "\n".join(lines)


def _decision(pair: Judged, bounds: Bounds) -> Stand | None:
    found = decided(pair.sentences, bounds) if pair.sentences else None
    return found[0] if found else None


def _held_out(claim: str) -> bool:
    return int(sha256(claim.encode()).hexdigest()[:8], 16) % 3 == 0


def _claims(data: Path) -> Iterator[tuple[str, str]]:
    with (data / "queries.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield str(row["_id"]), row["text"]


def truths(data: Path) -> Iterator[tuple[str, dict[str, Stand]]]:
    """Yield the id of each claim with the stand of each of its judged papers.

    A claim without evidence leaves the papers that it was made from undecided.
    """
    with (data / "answers.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            stands: dict[str, Stand] = {
                str(each["doc_id"]): _STANDS[each["label"]] for each in row["evidence"]
            }
            if not stands:
                stands = {str(each): "undecided" for each in row["cited_doc_ids"]}
            yield str(row["query_id"]), stands


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit on part of the claims and report on the rest; ``--report`` keeps the bounds in force."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/retrieval/scifact"))
    parser.add_argument("--report", action="store_true", help="leave the bounds as they are")
    parser.add_argument("-k", type=int, default=PAPERS, help="papers weighed")
    given = parser.parse_args(arguments)
    pairs = judged(given.library, given.data, k=given.k)
    bounds = Bounds() if given.report else fitted([pair for pair in pairs if not pair.held_out])
    sys.stdout.write(f"{bounds}\n\n{table([p for p in pairs if p.held_out], bounds)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
