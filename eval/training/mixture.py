"""All that the reader learns from, in one list."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from eval.training.abstracts import abstracts, falsified, pseudo_questions
from eval.training.claims import (
    calibrated,
    citations,
    conclusions,
    dialogues,
    inferences,
    scifact,
)
from eval.training.example import UNKNOWN, Example
from eval.training.questions import covidqa, medquad, pubmedqa, qasper, squad, squad2


def mixture(data: Path, *, size: float = 1.0, seed: int = 0) -> list[Example]:
    """Return the examples of every set, in the order of the sets.

    Args:
        data: The folder of shared data.
        size: Share of the sets that are drawn from; those made by people for our task are whole.
        seed: Equal seeds give equal examples.
    """
    pool = abstracts(data, count=int(24_000 * size), seed=seed)
    parts: list[Iterable[Example]] = [
        squad(data, count=int(17_000 * size), seed=seed),
        squad2(data, count=int(5_000 * size), seed=seed),
        qasper(data, seed=seed),
        covidqa(data, count=int(900 * size), seed=seed),
        pubmedqa(data, seed=seed),
        medquad(data, count=int(1_200 * size), seed=seed),
        pseudo_questions(pool, count=int(9_000 * size), seed=seed),
        inferences(data, seed=seed),
        dialogues(data),
        citations(data),
        calibrated(data),
        scifact(data),
        conclusions(data, seed=seed),
        falsified(pool, count=int(15_000 * size), seed=seed),
    ]
    return [
        one
        for part in parts
        for one in part
        if not one.about == one.answers == one.support == UNKNOWN and one.second.strip()
    ]


def counted(examples: Iterable[Example]) -> str:
    """Return how many examples each set gives, by task and label."""
    found = Counter(
        (one.task, one.source, (one.about, one.answers) if one.task == "answers" else one.support)
        for one in examples
    )
    rows = [f"{task:8} {source:20} {label!s:8} {n:7,}"
            for (task, source, label), n in sorted(found.items(), key=str)]  # fmt: skip
    return "\n".join([*rows, f"{sum(found.values()):,} in all"])
