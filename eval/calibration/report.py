"""The tables of a calibration, as Markdown."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from eval.calibration.corruptions import Pair, clean, corrupted, sentences
from eval.calibration.fitting import (
    Vector,
    auroc,
    balanced_accuracy,
    even_mass,
    expected_calibration_error,
    f1,
)
from eval.calibration.sets import Item
from rag.schema import Verdict
from rag.sentences import split
from rag.terms import terms
from rag.verification import Checker


def overlap(claim: str, evidence: str) -> float:
    """Return the share of the claim's terms that the evidence has: the baseline to beat."""
    wanted = set(terms(claim))
    return len(wanted & set(terms(evidence))) / len(wanted) if wanted else 1.0


def support_table(checker: Checker, items: Sequence[Item]) -> str:
    """Return agreement with people per data set, beside always-yes and plain overlap."""
    rows = [_support_row(checker, name, group) for name, group in _by_set(items)]
    head = (
        "held-out set", "n", "% supported", "BAcc", "AUROC", "F1", "ECE", "ECE even odds",
        "F1 always yes", "AUROC overlap", "best BAcc overlap",
    )  # fmt: skip
    return _table(head, rows)


def _by_set(items: Sequence[Item]) -> list[tuple[str, list[Item]]]:
    names = dict.fromkeys(item.data_set for item in items)
    return [(name, [item for item in items if item.data_set == name]) for name in names]


def _support_row(checker: Checker, name: str, items: Sequence[Item]) -> tuple[str, ...]:
    verdicts = [_least(checker, item) for item in items]
    labels = np.array([float(item.supported) for item in items])
    said = np.array([float(v.label == "supported") for v in verdicts])
    probability = np.array([v.probability for v in verdicts])
    plain = np.array([overlap(item.claim, item.evidence) for item in items])
    numbers = (
        balanced_accuracy(said, labels),
        auroc(probability, labels),
        f1(said, labels),
        expected_calibration_error(probability, labels, weights=np.ones(len(labels))),
        expected_calibration_error(
            probability, labels, weights=even_mass(["one"] * len(labels), labels)
        ),
        f1(np.ones(len(labels)), labels),
        auroc(plain, labels),
        _best_balanced_accuracy(plain, labels),
    )
    share = f"{100 * labels.mean():.0f}"
    return (name, str(len(items)), share, *(f"{number:.3f}" for number in numbers))


def _least(checker: Checker, item: Item) -> Verdict:
    """Return the verdict on the worst sentence: a claim is one sentence, a summary several."""
    claims = [item.claim[start:end] for start, end in split(item.claim)] or [item.claim]
    verdicts = [checker.check(claim, [item.evidence]) for claim in claims]
    return min(verdicts, key=lambda v: (v.label == "supported", v.probability))


def _best_balanced_accuracy(scores: Vector, labels: Vector) -> float:
    """Return what the best threshold in hindsight would give: an upper bound."""
    return max(balanced_accuracy((scores >= t).astype(float), labels) for t in np.unique(scores))


REFUTED = {"CONTRADICT", "REFUTE", "Refutes", "refute", "completely-refute"}
"""What the sets call a contradicted claim."""


def contradiction_table(checker: Checker, items: Sequence[Item]) -> str:
    """Return how often ``contradicted`` is right, where people had such a class."""
    rows: list[tuple[str, ...]] = []
    for name, group in _by_set(items):
        refuted = [item.verdict in REFUTED for item in group]
        if not any(refuted):
            continue
        verdicts = [checker.check(item.claim, [item.evidence]) for item in group]
        said = [verdict.label == "contradicted" for verdict in verdicts]
        hits = sum(s and r for s, r in zip(said, refuted, strict=True))
        sound = sum(s and not i.supported for s, i in zip(said, group, strict=True))
        rows.append(
            (name, str(sum(refuted)), str(sum(said)), _rate(hits, sum(said)),
             _rate(sound, sum(said)), _rate(hits, sum(refuted)))
        )  # fmt: skip
    head = ("held-out set", "refuted", "said contradicted", "precision", "not supported", "recall")
    return _table(head, rows)


def corruption_table(checker: Checker, data: Path, *, seed: int) -> str:
    """Return the share of false claims caught and of true ones wrongly not supported."""
    gold = sentences(data)
    kinds = {"true, whole or shortened": clean(gold), **corrupted(gold, seed=seed)}
    rows = [(kind, *_caught(checker, pairs)) for kind, pairs in kinds.items()]
    return _table(("claims", "n", "not supported", "of these contradicted"), rows)


def _caught(checker: Checker, pairs: Sequence[Pair]) -> tuple[str, ...]:
    verdicts: list[Verdict] = [checker.check(pair.claim, [pair.evidence]) for pair in pairs]
    caught = [verdict for verdict in verdicts if verdict.label != "supported"]
    contradicted = sum(verdict.label == "contradicted" for verdict in caught)
    return str(len(pairs)), _rate(len(caught), len(pairs)), _rate(contradicted, len(caught))


def _rate(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "none"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
