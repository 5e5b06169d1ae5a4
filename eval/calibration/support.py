"""Fit the lexical checker's weights and print how far they agree with people.

``python -m eval.calibration.support --data ../shared/data/faithfulness``
"""

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from eval.calibration.fitting import (
    Vector,
    best_threshold,
    even_mass,
    logistic,
    signed_logistic,
)
from eval.calibration.report import contradiction_table, corruption_table, support_table
from eval.calibration.sets import Item, load
from rag.verification.features import FEATURES, Comparison
from rag.verification.lexical import LexicalChecker, Weights, load_weights, rules
from rag.verification.verbatim import is_verbatim

VERSION = "1"
VERBATIM = 0.99
"""A quotation is supported; the rest is left for quotations that are cut misleadingly."""

RULES = ("missing_number", "missing_name", "added", "number", "name", "denied", "turned", "swapped")
_PRIOR, _PRIOR_COUNT = 0.15, 10
"""Support rate of a rule never seen, and how many cases it takes to outweigh it."""

_RISES = ("cover_best", "cover_all", "run", "bigrams", "focus")
_FALLS = ("gap", "numbers_missing", "numbers_rival", "names_missing", "names_rival", "denied",
          "cues_differ", "turned", "swapped", "overstated")  # fmt: skip

Row = tuple[Item, Comparison]


def fitted(items: Sequence[Item]) -> Weights:
    """Return weights fitted on the training parts, calibrated on the development parts.

    All is for even odds: either label weighs the same, so that a probability
    of one half says that the evidence speaks neither way.
    """
    blank = Weights(VERSION, dict.fromkeys(FEATURES, 0.0), 0.0, 0.5, 0.25, {}, VERBATIM)
    checker = LexicalChecker(blank)
    fit = _rows(checker, [item for item in items if item.part == "fit"])
    calibration = _rows(checker, [item for item in items if item.part == "calibrate"])
    signs = [(name in _RISES) - (name in _FALLS) for name in FEATURES]
    raw = signed_logistic(_values(fit), _labels(fit), weights=_mass(fit), signs=signs)
    # Platt scaling: a logistic regression on the one raw score.
    scores = raw[0] + _values(calibration) @ raw[1:]
    mass = _mass(calibration)
    shift, slope = logistic(scores[:, None], _labels(calibration), weights=mass, ridge=1e-6)
    found = shift + slope * scores
    probabilities = 1 / (1 + np.exp(-found))
    return Weights(
        version=VERSION,
        features={n: round(float(slope * w), 5) for n, w in zip(FEATURES, raw[1:], strict=True)},
        intercept=round(float(shift + slope * raw[0]), 5),
        supported=round(best_threshold(probabilities, _labels(calibration), weights=mass), 4),
        partial=round(_partial_threshold(calibration, probabilities), 4),
        caps=_caps(calibration),
        verbatim=VERBATIM,
    )


def _rows(checker: LexicalChecker, items: Sequence[Item]) -> list[Row]:
    """Return what the model decides on: everything but quotations."""
    compared = (
        (item, checker.compare(item.claim, [item.evidence]))
        for item in items
        if not is_verbatim(item.claim, item.evidence)
    )
    return [(item, comparison) for item, comparison in compared if comparison is not None]


def _values(rows: Sequence[Row]) -> Vector:
    return np.array([comparison.values for _, comparison in rows])


def _labels(rows: Sequence[Row]) -> Vector:
    return np.array([float(item.supported) for item, _ in rows])


def _mass(rows: Sequence[Row]) -> Vector:
    return even_mass([item.data_set for item, _ in rows], _labels(rows))


def _partial_threshold(rows: Sequence[Row], probabilities: Vector) -> float:
    """Return where WiCE's partly supported claims part best from the unsupported ones."""
    graded = [i for i, (item, _) in enumerate(rows) if item.data_set == "wice"]
    truth = np.array([float(rows[i][0].verdict != "not_supported") for i in graded])
    return best_threshold(probabilities[graded], truth, weights=np.ones(len(graded)))


def _caps(rows: Sequence[Row]) -> dict[str, float]:
    mass, labels = _mass(rows), _labels(rows)
    caps: dict[str, float] = {}
    for rule in RULES:
        spoke = np.array([any(r.name == rule for r in rules(c)) for _, c in rows])
        right, all_spoke = float(mass[spoke] @ labels[spoke]), float(mass[spoke].sum())
        caps[rule] = round((right + _PRIOR * _PRIOR_COUNT) / (all_spoke + _PRIOR_COUNT), 4)
    return caps


def write(weights: Weights) -> None:
    """Write weights into the package."""
    fields: dict[str, Any] = {name: getattr(weights, name) for name in weights.__slots__}
    target = Path(str(files("rag.verification").joinpath("weights.json")))
    target.write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, write and report; with ``--report`` only report on the weights that ship."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/faithfulness"))
    parser.add_argument("--report", action="store_true", help="leave the weights as they are")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(arguments)
    data: Path = options.data.parent
    items = load(data)
    if not options.report:
        write(fitted(items))
    checker = LexicalChecker(load_weights())
    report = [item for item in items if item.part == "report"]
    for table in (
        support_table(checker, report),
        contradiction_table(checker, report),
        corruption_table(checker, data, seed=options.seed),
    ):
        sys.stdout.write(table + "\n\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
