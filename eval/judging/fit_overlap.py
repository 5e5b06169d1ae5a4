"""Fit the three weights and the threshold of the overlap judge to human labels.

    python -m eval.judging.fit_overlap --data ../shared/data [--write]

Weights come from the parts ``fit`` of `eval.calibration.sets` (training splits
under open licences), the threshold from the parts ``calibrate`` (development
splits), where it is the one with the best balanced accuracy; the parts
``report`` are only printed. In each, every data set and either label weigh the
same. Without ``--write`` nothing is written.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from eval.calibration.fitting import (
    Vector,
    auroc,
    balanced_accuracy,
    best_threshold,
    even_mass,
    logistic,
)
from eval.calibration.sets import Item, Part, load
from eval.judging.overlap import FILE, Overlap, OverlapJudge, OverlapWeights, overlap_of
from eval.judging.sentences import sentences

VERSION = "1"

DIRECTIONS_ONLY = {"evidence-inference"}
"""Sets not fitted on: of three claims about one finding, which differ in whether it rose, fell
or stayed, one is right; what is in the evidence says nothing of that."""


def fitted(items: Sequence[Item]) -> OverlapWeights:
    """Return weights of the training parts with the threshold of the development parts."""
    chosen = [item for item in _part(items, "fit") if item.data_set not in DIRECTIONS_ONLY]
    found = [(item, each) for item in chosen if (each := _only(item)) is not None]
    rows = np.array([each for _, each in found])
    labels = np.array([float(item.supported) for item, _ in found])
    mass = even_mass([item.data_set for item, _ in found], labels)
    raw = [round(float(each), 4) for each in logistic(rows, labels, weights=mass)]
    weights = OverlapWeights(VERSION, *raw, threshold=0.5)
    return replace(weights, threshold=_threshold(weights, _part(items, "calibrate")))


def table(weights: OverlapWeights, items: Sequence[Item]) -> str:
    """Return balanced accuracy and AUROC per data set of the reported parts, as lines."""
    reported = _part(items, "report")
    lines: list[str] = []
    for name in dict.fromkeys(item.data_set for item in reported):
        chosen = [item for item in reported if item.data_set == name]
        labels, scores = _labels(chosen), _probabilities(weights, chosen)
        said = (scores >= weights.threshold).astype(np.float64)
        right, area = balanced_accuracy(said, labels), auroc(scores, labels)
        lines.append(f"{name:20s} n {len(chosen):5d}  BAcc {right:.3f}  AUROC {area:.3f}")
    return "\n".join(lines)


def _part(items: Sequence[Item], part: Part) -> list[Item]:
    return [item for item in items if item.part == part]


def _only(item: Item) -> Overlap | None:
    """Return the overlap of a one-sentence text: a label of more does not say which it means."""
    parts = sentences(item.claim)
    return overlap_of(parts[0], item.evidence) if len(parts) == 1 else None


def _threshold(weights: OverlapWeights, items: Sequence[Item]) -> float:
    labels = _labels(items)
    mass = even_mass([item.data_set for item in items], labels)
    found = best_threshold(_probabilities(weights, items), labels, weights=mass)
    # Rounded down, so that the item it was found at stays on its side.
    return float(np.floor(found * 1e4) / 1e4)


def _labels(items: Sequence[Item]) -> Vector:
    return np.array([float(item.supported) for item in items])


def _probabilities(weights: OverlapWeights, items: Sequence[Item]) -> Vector:
    judge = OverlapJudge(replace(weights, threshold=0.0))
    return np.array([judge.judge([item.evidence], item.claim).probability for item in items])


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and report; with ``--write`` also write the weights into the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--write", action="store_true", help="ship what was fitted")
    options = parser.parse_args(arguments)
    items = load(options.data)
    weights = fitted(items)
    content = json.dumps(asdict(weights), indent=2) + "\n"
    if options.write:
        target = Path(str(files("eval.judging").joinpath(FILE)))
        target.write_text(content, encoding="utf-8")
    sys.stdout.write(content + table(weights, items) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
