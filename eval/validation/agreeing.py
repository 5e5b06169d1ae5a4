"""Putting a judge beside people, text by text."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from eval.judging.port import Judge, JudgeError, Judgement, sound
from eval.validation.finding import SEEN, Finding, LabelShare
from eval.validation.item import Labelled, LabelledSet
from eval.validation.measures import MEASURES, Verdicts, auroc, value
from eval.validation.resampling import intervals
from eval.validation.trivial import baselines, truth
from rag.errors import UsageError

Progress = Callable[[str, int, int], None]
"""Called with the name of a set, how many of its texts are done, and how many there are."""

SHIPPED = ("lexical", "overlap")
"""How the names of judges begin that were made with the sets marked as seen."""


class Heard(NamedTuple):
    """What a judge said of a set."""

    verdicts: Verdicts
    errors: int


def agree(judge: Judge, labelled: LabelledSet, *, seed: int, resamples: int = 1000) -> Finding:
    """Return how well a judge agrees with people on a set.

    Intervals are 95 % percentile intervals over whole clusters.

    Raises:
        UsageError: All labels are equal, so that there is nothing to tell apart.
    """
    return concluded(judge.name, labelled, hear(judge, labelled), seed=seed, resamples=resamples)


def hear(judge: Judge, labelled: LabelledSet, *, progress: Progress | None = None) -> Heard:
    """Ask a judge about every text of a set.

    A text without a verdict counts as judged wrong, with probability one half:
    a judge gains nothing by failing where it is hard.

    Raises:
        UsageError: All labels are equal.
    """
    if labelled.one_sided:
        raise UsageError(f"{labelled.data}: all labels are equal; agreement needs both kinds")
    judgements: list[Judgement | None] = []
    for item in labelled.items:
        judgements.append(_asked(judge, item))
        if progress is not None:
            progress(labelled.data, len(judgements), len(labelled.items))
    labels = truth(labelled.items)
    pairs = list(zip(judgements, labels, strict=True))
    said = np.array([float(j.entailed) if j else 1 - label for j, label in pairs])
    probability = np.array([j.probability if j else 0.5 for j in judgements])
    return Heard(Verdicts(labels, said, probability), sum(j is None for j in judgements))


def concluded(
    judge: str, labelled: LabelledSet, heard: Heard, *, seed: int, resamples: int = 1000
) -> Finding:
    """Return what follows from the verdicts of a judge of this name."""
    clusters = [item.cluster for item in labelled.items]
    found = intervals(heard.verdicts, clusters, MEASURES, seed=seed, resamples=resamples)
    seen = labelled.seen if judge.startswith(SHIPPED) else ""
    return Finding(
        judge=judge,
        data=labelled.data + (SEEN[seen] if seen else ""),
        n=len(labelled.items),
        share_supported=labelled.share_supported,
        baselines=baselines(labelled),
        labels=_by_label(labelled.items, heard.verdicts),
        clusters=len(set(clusters)),
        errors=heard.errors,
        seed=seed,
        resamples=resamples,
        **found,
    )


def _asked(judge: Judge, item: Labelled) -> Judgement | None:
    try:
        return sound(judge.judge(item.evidence, item.text, question=item.question), judge)
    except JudgeError:
        return None


def _by_label(items: Sequence[Labelled], verdicts: Verdicts) -> tuple[LabelShare, ...]:
    supported = verdicts.labels == 1
    names = np.array([item.label for item in items], dtype=object)
    shares: list[LabelShare] = []
    for name in sorted(set(names.tolist())):
        these = names == name
        denied = these & ~supported
        pair = supported | denied
        against = Verdicts(*(each[pair] for each in (verdicts.labels, verdicts.said,
                                                     verdicts.probability)))  # fmt: skip
        shares.append(
            LabelShare(
                label=name,
                n=int(these.sum()),
                entailed=float(verdicts.said[these].mean()),
                auroc=value(auroc, against) if denied.any() else None,
            )
        )
    return tuple(shares)
