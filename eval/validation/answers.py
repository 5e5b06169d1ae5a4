"""How far metrics of correctness agree with people, on answers and on pairs of answers.

python -m eval.validation.answers --data ../shared/data/answers

Two kinds of labels: whether one answer is right (EVOUNA: C. Wang et al., Evaluating
Open-QA Evaluation, NeurIPS 2023), and which of two is better (the meta-evaluation
of RAGChecker: D. Ru et al., NeurIPS 2024). Questions are what is resampled.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from eval.metrics.correctness import exact_match, rouge_l, terms_present, token_f1
from eval.schema import Interval
from eval.validation.measures import MEASURES, Vector, Verdicts
from eval.validation.records import first_keys, read_records
from eval.validation.resampling import intervals, mean_interval
from eval.validation.table import Rows, markdown_table, ranged
from rag.errors import SourceError
from rag.schema import Noun

Compare = Callable[[str, str], float]
"""Answer and reference to 0..1."""

RIGHT = 0.5
"""From here on a metric calls an answer right."""


class Answered(BaseModel):
    """An answer, its references, and whether people call it right."""

    question: str
    gold: tuple[str, ...]
    response: str
    label: bool
    split: str


class Preferred(BaseModel):
    """Two answers and which one a person prefers: -2 (the first) to 2 (the second)."""

    question: str
    gold: str
    response_a: str
    response_b: str
    overall: int
    split: str
    instance_id: str | int


class Correctness(Noun):
    """Agreement of a metric with people on whether answers are right."""

    data: str
    metric: str
    n: int
    share_right: float
    auroc: Interval
    balanced_accuracy: Interval
    kappa: Interval


class Ordering(Noun):
    """How often a metric puts the answer first that people prefer; ties count half."""

    metric: str
    pairs: int
    ordered: Interval


def contains(answer: str, reference: str) -> float:
    """Return 1 if the reference is part of the answer, whatever its case."""
    return float(terms_present(answer, [reference])[0])


def brevity(answer: str, reference: str) -> float:
    """Return a score that falls with the answer's length and reads nothing else."""
    del reference
    return 1 / (1 + len(answer))


CORRECT: Mapping[str, Compare] = {
    "exact match": exact_match,
    "contains": contains,
    "token F1": token_f1,
    "ROUGE-L": rouge_l,
    "baseline: shorter": brevity,
}
ORDER: Mapping[str, Compare] = {
    "token F1": token_f1,
    "ROUGE-L": rouge_l,
    "baseline: longer": lambda answer, _: float(len(answer)),
}


def correctness(path: Path, *, seed: int, resamples: int = 1000) -> list[Correctness]:
    """Return the agreement of every metric on every split of a file.

    Raises:
        SourceError: The file cannot be read, or a record lacks a field.
    """
    by_split: dict[str, list[Answered]] = {}
    for each in read_records(path, Answered):
        by_split.setdefault(each.split, []).append(each)
    found: list[Correctness] = []
    for split, answers in by_split.items():
        labels = np.array([float(each.label) for each in answers])
        clusters = [each.question for each in answers]
        for name, compare in CORRECT.items():
            scores = _best(compare, answers)
            verdicts = Verdicts(labels, (scores >= RIGHT).astype(np.float64), scores)
            chosen = {n: MEASURES[n] for n in ("auroc", "balanced_accuracy", "kappa")}
            numbers = intervals(verdicts, clusters, chosen, seed=seed, resamples=resamples)
            found.append(
                Correctness(
                    data=f"{path.parent.name} {split}",
                    metric=name,
                    n=len(answers),
                    share_right=float(labels.mean()),
                    **numbers,
                )
            )
    return found


def ordering(path: Path, *, seed: int, resamples: int = 1000) -> list[Ordering]:
    """Return how often each metric orders pairs as people do.

    A pair's preference is the mean over its annotators; pairs at zero are left out.

    Raises:
        SourceError: The file cannot be read, or a record lacks a field.
    """
    pairs = _pairs(path)
    decided = [(pair, wish) for pair, wish in pairs if wish]
    clusters = [pair.question for pair, _ in decided]
    return [
        Ordering(
            metric=name,
            pairs=len(decided),
            ordered=mean_interval(
                np.array([_agrees(compare, pair, wish) for pair, wish in decided]),
                clusters,
                seed=seed,
                resamples=resamples,
            ),
        )
        for name, compare in ORDER.items()
    ]


def _pairs(path: Path) -> list[tuple[Preferred, float]]:
    by_pair: dict[str, list[Preferred]] = {}
    for each in read_records(path, Preferred):
        by_pair.setdefault(str(each.instance_id), []).append(each)
    return [(votes[0], sum(v.overall for v in votes) / len(votes)) for votes in by_pair.values()]


def _agrees(compare: Compare, pair: Preferred, wish: float) -> float:
    gap = compare(pair.response_b, pair.gold) - compare(pair.response_a, pair.gold)
    return float(np.sign(gap) * np.sign(wish) + 1) / 2


def _best(compare: Compare, answers: Sequence[Answered]) -> Vector:
    return np.array(
        [max((compare(each.response, gold) for gold in each.gold), default=0.0) for each in answers]
    )


def tables(folder: Path, *, seed: int) -> str:
    """Return both tables as Markdown for all files of either form below a folder.

    Raises:
        SourceError: No file below the folder has such labels, or one has a fault.
    """
    right: Rows = []
    order: Rows = []
    for path in sorted(p for p in folder.rglob("*.jsonl*") if p.is_file()):
        keys = first_keys(path)
        if keys >= set(Answered.model_fields):
            right += [_row(each) for each in correctness(path, seed=seed)]
        elif keys >= set(Preferred.model_fields):
            order += [
                (e.metric, str(e.pairs), ranged(e.ordered)) for e in ordering(path, seed=seed)
            ]
    if not (right or order):
        raise SourceError(f"{folder}: no judged answers; records need {', '.join(_NEEDED)}")
    heads = (("set", "metric", "n", "% right", "AUROC", "BAcc", "kappa"),
             ("metric", "pairs", "ordered as people do"))  # fmt: skip
    parts = [markdown_table(h, r) for h, r in zip(heads, (right, order), strict=True) if r]
    return "\n\n".join(parts)


_NEEDED = tuple(Answered.model_fields)


def _row(of: Correctness) -> tuple[str, ...]:
    share = f"{100 * of.share_right:.0f}"
    numbers = (ranged(each) for each in (of.auroc, of.balanced_accuracy, of.kappa))
    return (of.data, of.metric, str(of.n), share, *numbers)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/answers"))
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(arguments)
    sys.stdout.write(tables(options.data, seed=options.seed) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
