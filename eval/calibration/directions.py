"""Find the directions onto which sentence vectors are turned (`rag.embedding.parts`).

    python -m eval.calibration.directions PAPERS.jsonl[.gz]...

Takes a seeded sample of abstracts of each file, embeds their passages with the
bundled model and keeps the leading right singular vectors of their sentences'
vectors, not centred, so that dot products are kept as nearly as so few numbers
can. The shipped file was made of 900 abstracts of machine-learning venues and
600 of systematic reviews in medicine, 12,341 sentences; 128 of 384 directions
hold .81 of their energy.
"""

import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.embedding.minilm import FOLDER, MiniLM
from rag.embedding.parts import pooled
from rag.embedding.port import Vector
from rag.passages import passages_of
from rag.schema import Paper, Record
from rag.sentences import sentences_of
from rag.sources import read_papers
from rag.store.ingest import spans_within

FILE = "directions.npy"
KEPT = 128
SAMPLE = 750
"""Abstracts taken of each file."""
_SEED = 7


def directions(papers: Sequence[Paper], model: MiniLM) -> Vector:
    """Return the leading directions of the papers' sentence vectors [KEPT, dim]."""
    rows = np.vstack([row for paper in papers for row in _sentences(paper, model)])
    _, _, right = np.linalg.svd(rows, full_matrices=False)
    return right[:KEPT]


def _sentences(paper: Paper, model: MiniLM) -> list[Vector]:
    sentences = sentences_of(paper)
    spans = [(each.start, each.end) for each in sentences if each.field == "abstract"]
    found: list[Vector] = []
    for passage in passages_of(paper, sentences, model.count_tokens):
        inside = spans_within(passage, spans)
        if inside:
            tokens, offsets = model.tokens(passage.embedded_text)
            found.append(pooled(tokens, offsets, inside))
    return found


def _sample(path: Path) -> list[Paper]:
    records = [one for one in read_papers(path) if isinstance(one, Record) and one.abstract]
    chosen = random.Random(_SEED).sample(records, min(SAMPLE, len(records)))
    return [
        Paper(id=str(one.source.position), title=one.title, abstract=one.abstract) for one in chosen
    ]


def main(paths: Sequence[str]) -> None:
    """Run the command."""
    if not paths:
        sys.exit(__doc__)
    papers = [paper for path in paths for paper in _sample(Path(path))]
    np.save(FOLDER / FILE, directions(papers, MiniLM()).astype(np.float16))
    print(
        f"{KEPT} directions of {len(papers)} abstracts written to {FILE}; now convert.py's hashes"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
