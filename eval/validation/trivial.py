"""What needs no judge: rules that a judge must beat to be worth quoting.

``always yes`` and ``always no`` need nothing. ``length`` (characters of the
text) and ``word overlap`` (share of the text's terms that the evidence has) need
a threshold. It is the one with the best balanced accuracy on the *other* splits
of the same data set, never on the reported one. Where there is no other split,
the clusters are cut in halves by a hash and each half takes the threshold of the
other. Length also takes its direction there: shorter or longer is supported.

These two know labels of the very data set they are tried on, which a judge with
one threshold for everything does not: they are strong, not straw men.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256

import numpy as np

from eval.calibration.fitting import best_threshold
from eval.validation.item import Labelled, LabelledSet
from eval.validation.measures import MEASURES, Vector, Verdicts, balanced_accuracy, value
from rag.terms import terms

Score = Callable[[Labelled], float]
OVERLAP = "word overlap"


def word_overlap(item: Labelled) -> float:
    """Return the share of a text's terms that its evidence has; 1 for a text without terms."""
    wanted = set(terms(item.text))
    held = frozenset[str]().union(*(_terms(text) for text in item.evidence))
    return len(wanted & held) / len(wanted) if wanted else 1.0


def length(item: Labelled) -> float:
    """Return how many characters a text has."""
    return float(len(item.text))


def baselines(labelled: LabelledSet) -> dict[str, dict[str, float]]:
    """Return the measures of each baseline; one that is not defined is left out.

    ``ece`` is given for the constant rules only: the others give no probability.
    """
    labels = truth(labelled.items)
    constant = {
        "always yes": Verdicts(labels, np.ones(len(labels)), np.ones(len(labels))),
        "always no": Verdicts(labels, np.zeros(len(labels)), np.zeros(len(labels))),
    }
    found = {name: _measured(verdicts) for name, verdicts in constant.items()}
    ways: tuple[tuple[str, Score, tuple[int, ...]], ...] = (
        ("length", length, (1, -1)),
        (OVERLAP, word_overlap, (1,)),
    )
    for name, score, signs in ways:
        verdicts = _tuned(labelled, score, signs)
        if verdicts is not None:
            found[name] = _measured(verdicts, without=("ece",))
    return found


def truth(items: Sequence[Labelled]) -> Vector:
    """Return 1 for every supported item and 0 for every other, shape (n,)."""
    return np.array([float(item.supported) for item in items])


def _measured(verdicts: Verdicts, *, without: Sequence[str] = ()) -> dict[str, float]:
    found = {n: value(m, verdicts) for n, m in MEASURES.items() if n not in without}
    return {name: number for name, number in found.items() if number is not None}


def _tuned(labelled: LabelledSet, score: Score, signs: Sequence[int]) -> Verdicts | None:
    """Return verdicts with thresholds from elsewhere; None where no place has both labels."""
    items = labelled.items
    scores = np.array([score(item) for item in items])
    said, oriented = np.zeros(len(items)), np.zeros(len(items))
    for applied, tuned_on in _folds(labelled):
        rule = _rule(tuned_on, score, signs)
        if rule is None:
            return None
        sign, threshold = rule
        oriented[applied] = sign * scores[applied]
        said[applied] = oriented[applied] >= threshold
    return Verdicts(truth(items), said, oriented)


def _folds(labelled: LabelledSet) -> Iterator[tuple[list[int], Sequence[Labelled]]]:
    """Yield places to apply a threshold to, and the items to take it from."""
    if labelled.others:
        yield list(range(len(labelled.items))), labelled.others
        return
    halves: Mapping[bool, list[int]] = {True: [], False: []}
    for place, item in enumerate(labelled.items):
        halves[sha256(item.cluster.encode("utf-8", "surrogatepass")).digest()[0] < 128].append(
            place
        )
    for half in (True, False):
        yield halves[half], [labelled.items[place] for place in halves[not half]]


def _rule(
    items: Sequence[Labelled], score: Score, signs: Sequence[int]
) -> tuple[int, float] | None:
    """Return the direction and threshold with the best balanced accuracy."""
    labels = truth(items)
    if len(set(labels.tolist())) < 2:
        return None
    scores = np.array([score(item) for item in items])
    even = np.ones(len(items))
    rules = [(sign, best_threshold(sign * scores, labels, weights=even)) for sign in signs]

    def reached(rule: tuple[int, float]) -> float:
        sign, threshold = rule
        said = (sign * scores >= threshold).astype(np.float64)
        return float(balanced_accuracy(Verdicts(labels, said, said), even))

    return max(rules, key=reached)


@lru_cache(maxsize=4096)
def _terms(text: str) -> frozenset[str]:
    return frozenset(terms(text))
