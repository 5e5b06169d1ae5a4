"""All that the reader learns from, in one list."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Literal

from eval.training.abstracts import abstracts, falsified, pseudo_questions
from eval.training.claims import (
    calibrated,
    citations,
    conclusions,
    dialogues,
    inferences,
    opposed,
    scifact,
    trials,
)
from eval.training.example import UNKNOWN, Example
from eval.training.questions import covidqa, medquad, pubmedqa, qasper, squad, squad2

Share = Literal["both", "supports"]
"""Both tasks alike, or claims above all, with what keeps the other heads as they are."""
_AGAIN = 3
"""How often the few claims that people made on science are read when claims come first."""
_KEPT = 0.25
"""Share of the questions that are read then."""


def mixture(
    data: Path, *, size: float = 1.0, seed: int = 0, share: Share = "both"
) -> list[Example]:
    """Return the examples of every set, in the order of the sets.

    Args:
        data: The folder of shared data.
        size: Share of the sets that are drawn from; those made by people for our task are whole.
        seed: Equal seeds give equal examples.
        share: Of what the tasks take.
    """
    pool = abstracts(data, count=int(24_000 * size), seed=seed)
    asked = size if share == "both" else size * _KEPT
    parts: list[Iterable[Example]] = [
        squad(data, count=int(17_000 * asked), seed=seed),
        squad2(data, count=int(5_000 * asked), seed=seed),
        qasper(data, seed=seed),
        covidqa(data, count=int(900 * asked), seed=seed),
        pubmedqa(data, seed=seed),
        medquad(data, count=int(1_200 * asked), seed=seed),
        pseudo_questions(pool, count=int(9_000 * asked), seed=seed),
        inferences(data, seed=seed, whole=share == "supports"),
        dialogues(data),
        falsified(pool, count=int(15_000 * size), seed=seed),
    ]
    science = list(
        chain(
            citations(data),
            calibrated(data),
            trials(data),
            scifact(data),
            conclusions(data, seed=seed),
        )
    )
    turns = 1 if share == "both" else _AGAIN
    for turn in range(turns):
        parts += [science, opposed(science, seed=seed + turn)]
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
