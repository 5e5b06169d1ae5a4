"""Fit the numbers that join words with the reader's meaning, and print how far they agree.

``python -m eval.calibration.meaning --data ../shared/data [--write]``

Few numbers are fitted, on development parts under open licences that neither the reader nor
the lexical checker was trained on; everything that is printed comes from other parts.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from math import floor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from eval.calibration.fitting import (
    Vector,
    best_threshold,
    even_mass,
    sigmoid,
    signed_logistic,
)
from eval.calibration.report import (
    REFUTED,
    contradiction_table,
    corruption_table,
    support_table,
)
from eval.calibration.sets import Item, load
from rag.reader import Reader
from rag.verification import LexicalChecker, MeaningChecker
from rag.verification.meaning import FILE, Signs, Weights, load_weights
from rag.verification.verbatim import is_verbatim

VERSION = "2"
_AS_GOOD = 0.01
_FEWEST_FALSE = 0.03
"""Share of supported claims that may be called contradicted."""


class Row(NamedTuple):
    """A labelled claim with its signs."""

    item: Item
    signs: Signs


def fitted(rows: Sequence[Row]) -> Weights:
    """Return the numbers for even odds of both labels and even weight of all sets."""
    labels = np.array([float(row.item.supported) for row in rows])
    mass = even_mass([row.item.data_set for row in rows], labels)
    values = np.array([row.signs for row in rows])
    found = signed_logistic(values, labels, weights=mass, signs=(1, 1, -1), ridge=1.0)
    likely = sigmoid(found[0] + values @ found[1:])
    intercept, words, supports, contradicts = (round(float(each), 5) for each in found)
    return Weights(
        version=VERSION,
        words=words,
        supports=supports,
        contradicts=contradicts,
        intercept=intercept,
        supported=_down(_strictest(likely, labels, mass)),
        partial=_down(_partial(rows, likely)),
        contradicted=floor(_contradicted(rows) * 1e4 + 1) / 1e4,
    )


def _strictest(likely: Vector, labels: Vector, mass: Vector) -> float:
    """Return the highest threshold about as good as the best by weighted balanced accuracy.

    About as good, because a hundredth is noise with this many claims; the highest, because a
    sentence shown without support costs more than one that is held back.
    """
    steps = np.unique(likely)
    passed = likely[None, :] >= steps[:, None]
    hits = (passed * mass * labels).sum(1) / (mass * labels).sum()
    false = (passed * mass * (1 - labels)).sum(1) / (mass * (1 - labels)).sum()
    balanced = (hits + 1 - false) / 2
    return float(steps[balanced >= balanced.max() - _AS_GOOD].max())


def _down(threshold: float) -> float:
    """Return a threshold in four digits that still lets the one through that it was drawn at."""
    return floor(threshold * 1e4) / 1e4


def _partial(rows: Sequence[Row], likely: Vector) -> float:
    """Return where WiCE's partly supported claims part best from the unsupported ones."""
    graded = [at for at, row in enumerate(rows) if row.item.data_set == "wice"]
    truth = np.array([float(rows[at].item.verdict != "not_supported") for at in graded])
    return best_threshold(likely[graded], truth, weights=np.ones(len(graded)))


def _contradicted(rows: Sequence[Row]) -> float:
    """Return the log-odds beyond which few supported claims go, of sets with refuted ones."""
    named = {row.item.data_set for row in rows if row.item.verdict in REFUTED}
    clean = [r.signs.contradicts for r in rows if r.item.supported and r.item.data_set in named]
    return float(np.quantile(clean, 1 - _FEWEST_FALSE)) if clean else 0.0


def rows_of(checker: MeaningChecker, items: Sequence[Item]) -> list[Row]:
    """Return what the numbers decide on: everything but quotations."""
    lexical = LexicalChecker()
    found: list[Row] = []
    for item in items:
        compared = lexical.compare(item.claim, [item.evidence])
        if compared is not None and not is_verbatim(item.claim, item.evidence):
            found.append(Row(item, checker.signs(item.claim, [item.evidence], compared)))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and report; with ``--write`` put the numbers into the package."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--write", action="store_true", help="into the package")
    parser.add_argument("--report", action="store_true", help="on the numbers that ship")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(arguments)
    reader, items = Reader(), [item for item in load(options.data) if not item.learned]
    if options.report:
        weights = load_weights()
    else:
        unfitted = MeaningChecker(LexicalChecker(), reader)
        weights = fitted(rows_of(unfitted, [item for item in items if item.part == "calibrate"]))
        sys.stdout.write(f"{weights}\n\n")
    if options.write:
        target = Path(str(files("rag.verification").joinpath(FILE)))
        target.write_text(json.dumps(asdict(weights), indent=2) + "\n", encoding="utf-8")
    checker = MeaningChecker(LexicalChecker(), reader, weights=weights)
    report = [item for item in items if item.part == "report"]
    for table in (
        support_table(checker, report),
        contradiction_table(checker, report),
        corruption_table(checker, options.data, seed=options.seed),
    ):
        sys.stdout.write(table + "\n\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
