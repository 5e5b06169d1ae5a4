"""Fit the numbers of the extractive answerer on development questions.

    python -m eval.calibration.answering QUESTIONS LIBRARY [QUESTIONS LIBRARY ...] [--write]
        [--without interaction] [--without second] [--without reader]

QUESTIONS is a file in the format of the shared ``page-questions``; LIBRARY holds
its papers. Two logistic regressions are fitted: which sentences are evidence
(label: the sentence covers 60 % of the words of a gold evidence sentence of
its paper), and whether the library answers (label: ``answerable``; every
answerable question also counts once with its gold papers taken out, as
unanswerable). The printed figures come from splits by question: weights and
threshold are fitted on nine tenths, inner tenths choose the threshold, and the
last tenth is scored. What is written is fitted on all, one file for each combination of
models that read the sentences.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

import rag.answering
from eval.calibration.example import Example, examples, marked
from eval.calibration.fitting import auroc, balanced_accuracy, logistic, signed_logistic
from rag.answering.candidates import Scored
from rag.answering.evidence import FEATURES, Weights
from rag.answering.fitted import Fitted, Models
from rag.answering.refusal import SIGNS, signs

FOLDS = 10
EVIDENCE_RIDGE, REFUSAL_RIDGE = 400.0, 3.0
"""Penalties; strong, because the questions are few."""
_LEFT_OUT_WEIGHT = 0.05
"""A question whose papers were taken out says less than a real unanswerable one: its
neighbours often answer a part."""

DIRECTIONS = dict.fromkeys(SIGNS, 1) | {
    "names_missing": -1,
    "count_missing": -1,
    "number_missing": -1,
    "words_unknown": -1,
    "plain": 0,
}
"""Which way a sign may point: one that the few questions turn round is left out."""

Matrix = NDArray[np.float64]
Thing = TypeVar("Thing")
_AsWritten = argparse.RawDescriptionHelpFormatter


def _weights(fitted: Matrix) -> Weights:
    rounded = [round(float(each), 6) for each in fitted]
    return Weights(tuple(rounded[1:]), rounded[0])


def fit_all(chosen: Sequence[Example]) -> Fitted:
    """Fit evidence, refusal and threshold on some questions."""
    evidence = _fit_evidence(chosen)
    rows, labels, real = _signs(chosen, evidence)
    refusal = _fit_refusal(rows, labels, real)
    inner = np.zeros(len(labels))
    groups = _groups(chosen)
    for train, test in _splits(len(chosen), 5):
        inside = np.isin(groups, train)
        one = _fit_refusal(rows[inside], labels[inside], real[inside])
        outside = np.isin(groups, test)
        inner[outside] = [one.probability(row) for row in rows[outside]]
    return Fitted(evidence, refusal, _threshold(inner[real], labels[real]))


def report(everything: Sequence[Example]) -> None:
    """Print how well it works on questions that were not used for fitting."""
    top: dict[int, list[bool]] = {k: [] for k in (1, 2, 3, 4, 5)}
    likely: list[float] = []
    answered: list[bool] = []
    labels: list[bool] = []
    for train, test in _splits(len(everything), FOLDS):
        fitted = fit_all(_chosen(everything, train))
        for one in _chosen(everything, test):
            order = _rescored(one, fitted.evidence)
            if marked(one):
                for k, found in top.items():
                    found.append(bool(one.labels[order[:k]].any()))
            row = _sign_row(one, order, fitted.evidence)
            likely.append(fitted.refusal.probability(row))
            answered.append(likely[-1] >= fitted.threshold)
            labels.append(bool(one.question["answerable"]))
    truth, given = np.array(labels), np.array(answered)
    print("gold evidence among the first k sentences, by split:")
    print("  " + "  ".join(f"k={k} {np.mean(found):.3f}" for k, found in top.items()))
    print(f"answerable or not: AUROC {auroc(np.array(likely), truth):.3f}")
    print(f"  answered {given[truth].mean():.3f} of answerable questions")
    print(f"  refused {(~given[~truth]).mean():.3f} of unanswerable ones")
    print(f"  balanced accuracy {balanced_accuracy(given, truth):.3f}")


def main(arguments: Sequence[str]) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_AsWritten)
    parser.add_argument("paths", nargs="+", type=Path, metavar="QUESTIONS LIBRARY")
    parser.add_argument("--write", action="store_true", help="into the package")
    parser.add_argument(
        "--without", action="append", choices=Models._fields, default=[], help="leave a model out"
    )
    options = parser.parse_args(arguments)
    paths: list[Path] = options.paths
    if len(paths) % 2:
        parser.error("every file of questions needs its library")
    models = Models.using(**{name: name not in options.without for name in Models._fields})
    everything = examples(list(zip(paths[::2], paths[1::2], strict=True)), models)
    print(f"{len(everything)} questions, {sum(len(one.labels) for one in everything)} sentences")
    report(everything)
    fitted = fit_all(everything)
    for name, weight in sorted(
        zip(SIGNS, fitted.refusal.weights, strict=True), key=lambda one: -abs(one[1])
    ):
        print(f"  {name:16s} {weight:+.3f}")
    if options.write:
        path = Path(rag.answering.__path__[0]) / models.file
        path.write_text(json.dumps(_content(fitted), indent=1) + "\n", encoding="utf-8")
        print(f"written to {path.name}")


def _fit_evidence(chosen: Sequence[Example]) -> Weights:
    answerable = [one for one in chosen if marked(one)]
    rows = np.array([each.features for one in answerable for each in one.scored])
    labels = np.concatenate([one.labels for one in answerable]).astype(np.float64)
    return _weights(logistic(rows, labels, weights=np.ones(len(rows)), ridge=EVIDENCE_RIDGE))


def _fit_refusal(rows: Matrix, labels: NDArray[np.int64], real: NDArray[np.bool_]) -> Weights:
    ways = tuple(DIRECTIONS[name] for name in SIGNS)
    weights, truth = _balance(labels, real), labels.astype(np.float64)
    return _weights(signed_logistic(rows, truth, weights=weights, signs=ways, ridge=REFUSAL_RIDGE))


def _rescored(one: Example, evidence: Weights) -> NDArray[np.intp]:
    return np.argsort([-evidence.probability(each.features) for each in one.scored], kind="stable")


def _sign_row(one: Example, order: NDArray[np.intp], evidence: Weights) -> tuple[float, ...]:
    scored = _chosen(one.scored, order)
    scored = [each._replace(probability=evidence.probability(each.features)) for each in scored]
    return signs(one.reading, one.retrieved, scored).values


def _without_gold(one: Example, evidence: Weights) -> tuple[float, ...]:
    """Return the signs when the papers that answer are not in the library.

    Ranks and gaps of the sentences that remain move up as they would there.
    """
    kept = tuple(each for each in one.retrieved.candidates if each.paper_id not in one.gold)
    scored = [each for each in one.scored if each.paper.id not in one.gold]
    first = min((each.place.rank for each in scored), default=1)
    gap = max((each.place.gap for each in scored), default=0.0)
    moved = [_moved(each, first, gap, evidence) for each in scored]
    moved.sort(key=lambda each: -each.probability)
    return signs(one.reading, one.retrieved._replace(candidates=kept), moved).values


def _moved(one: Scored, first: int, gap: float, evidence: Weights) -> Scored:
    rank = one.place.rank - first + 1
    place = one.place._replace(rank=rank, gap=one.place.gap - gap)
    row = dict(zip(FEATURES, one.features, strict=True))
    row |= {"paper_gap": place.gap, "paper_rank": 1 / rank, "paper_first": float(rank == 1)}
    features = tuple(row[name] for name in FEATURES)
    return one._replace(place=place, features=features, probability=evidence.probability(features))


def _signs(
    chosen: Sequence[Example], evidence: Weights
) -> tuple[Matrix, NDArray[np.int64], NDArray[np.bool_]]:
    rows: list[tuple[float, ...]] = []
    labels: list[int] = []
    real: list[bool] = []
    for one in chosen:
        rows.append(_sign_row(one, _rescored(one, evidence), evidence))
        labels.append(int(one.question["answerable"]))
        real.append(True)
        if one.question["answerable"]:
            rows.append(_without_gold(one, evidence))
            labels.append(0)
            real.append(False)
    return np.array(rows), np.array(labels), np.array(real)


def _groups(chosen: Sequence[Example]) -> NDArray[np.int64]:
    counts = [1 + bool(one.question["answerable"]) for one in chosen]
    return np.repeat(np.arange(len(chosen)), counts)


def _balance(labels: NDArray[np.int64], real: NDArray[np.bool_]) -> Matrix:
    """Return weights that make both answers weigh the same in all."""
    weights = np.where(real, 1.0, _LEFT_OUT_WEIGHT)
    for label in (0, 1):
        weights[labels == label] /= weights[labels == label].sum()
    return weights * len(labels) / 2


def _threshold(likely: Matrix, labels: NDArray[np.int64]) -> float:
    """Return the lowest threshold about as good as the best by balanced accuracy.

    The lowest, because a wrong refusal hides an answer and a wrong answer shows its
    evidence; about as good, because a hundredth is noise with this many questions.
    """
    steps = np.linspace(0.05, 0.95, 91)
    balanced = [balanced_accuracy(likely >= step, labels == 1) for step in steps]
    return round(float(steps[np.array(balanced) >= max(balanced) - 0.01].min()), 3)


def _chosen(things: Sequence[Thing], places: NDArray[np.intp]) -> list[Thing]:
    return [things[place] for place in places.tolist()]


def _splits(count: int, folds: int) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    places = np.random.default_rng(0).permutation(count)
    return [(np.setdiff1d(places, part), part) for part in np.array_split(places, folds)]


def _content(fitted: Fitted) -> dict[str, Any]:
    return {
        "evidence": _named(FEATURES, fitted.evidence),
        "refusal": _named(SIGNS, fitted.refusal),
        "threshold": fitted.threshold,
    }


def _named(names: Sequence[str], fitted: Weights) -> dict[str, Any]:
    return {"weights": dict(zip(names, fitted.weights, strict=True)), "bias": fitted.bias}


if __name__ == "__main__":
    main(sys.argv[1:])
