"""Fit the bound below which a word of a claim is marked, and print how well the marks agree.

``python -m eval.calibration.marking --data ../shared/data``

People marked, in claims of WiCE that cited web pages support in part, the words that they do not
support (annotations ODC-BY 1.0). The bound is the one with the best F1 on the training split;
the test split is reported, beside marking every word that the page does not have.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from eval.calibration.fitting import Vector, auroc, f1
from eval.calibration.sets import read_lines
from rag.build import interaction
from rag.terms import terms, word_terms
from rag.verification.meaning import stretches
from rag.verification.meeting import FAR, nearness

FILE = "faithfulness/wice/wice_spans.jsonl.gz"


class Marked(NamedTuple):
    """A word of a claim."""

    claim: str
    """Id of the claim."""
    unsupported: bool
    """By people."""
    near: float
    """Cosine of what comes nearest in the evidence."""
    held: bool
    """Whether the evidence has the word."""


def marked(records: Sequence[dict[str, Any]]) -> Iterator[Marked]:
    """Yield the words of claims with their marks."""
    pieces = interaction()
    for record in records:
        claim, evidence = record["response"], record["context"]
        held = frozenset(terms(evidence))
        spans = [(span["start"], span["end"]) for span in record["spans"]]
        for start, end, near in nearness(pieces, claim, stretches(claim, [evidence])):
            wrong = any(low < end and high > start for low, high in spans)
            own = frozenset(word_terms(claim[start:end]))
            yield Marked(record["id"], wrong, near, bool(own & held))


def bound(words: Sequence[Marked]) -> float:
    """Return the cosine below which marking gives the best F1, in hundredths."""
    labels, near = _labels(words), np.array([word.near for word in words])
    steps = np.linspace(0.5, 0.95, 46)
    return round(float(max(steps, key=lambda step: f1(_said(near < step), labels))), 2)


def table(words: Sequence[Marked], far: float) -> str:
    """Return how well both ways of marking agree with people."""
    labels = _labels(words)
    near = np.array([word.near for word in words])
    lacking = _said(np.array([not word.held for word in words]))
    rows = {
        "word pieces": (auroc(-near, labels), f1(_said(near < far), labels)),
        "words of the page": (auroc(lacking, labels), f1(lacking, labels)),
        "every word": (0.5, f1(np.ones(len(labels)), labels)),
    }
    claims = len({word.claim for word in words})
    head = f"{claims} claims, {len(words)} words, {labels.mean():.2f} of them unsupported"
    lines = [f"{name:20s} AUROC {area:.3f}  F1 {score:.3f}" for name, (area, score) in rows.items()]
    return "\n".join([head, *lines])


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args(arguments)
    records = [record for record in read_lines(options.data / FILE) if record["spans"]]
    teaching = [record for record in records if record["split"] == "train"]
    random.Random(0).shuffle(teaching)
    found = bound([*marked(teaching[:200])])
    sys.stdout.write(f"bound {found} (in use: {FAR})\n")
    judging = [record for record in records if record["split"] == "test"]
    sys.stdout.write(table([*marked(judging)], found) + "\n")
    return 0


def _labels(words: Sequence[Marked]) -> Vector:
    return _said(np.array([word.unsupported for word in words]))


def _said(marks: "np.ndarray[Any, np.dtype[np.bool_]]") -> Vector:
    return marks.astype(np.float64)


if __name__ == "__main__":
    raise SystemExit(main())
