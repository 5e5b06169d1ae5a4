"""What a claim and its evidence have in common, as numbers and as conflicts.

Pure functions. Coverage and n-gram overlap follow what was found to work for
extractive text (AlignScore's table of baselines, Y. Zha et al., 2023); the
conflicts exist because overlap alone is blind to contradiction.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.verification.conflicts import Conflict, conflicts
from rag.verification.figures import missing
from rag.verification.reading import Reading, Token

FEATURES = (
    "cover_best",
    "cover_all",
    "run",
    "bigrams",
    "gap",
    "focus",
    "has_numbers",
    "numbers_missing",
    "numbers_rival",
    "names_missing",
    "names_rival",
    "denied",
    "cues_differ",
    "turned",
    "swapped",
    "overstated",
    "length",
)
"""Names of the features, in the order of the values and of the weights."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim against its evidence."""

    values: tuple[float, ...]
    """One per name in ``FEATURES``."""
    coverage: float
    """Share of the claim's content that the best sentence has, 0..1."""
    gap: int
    """Most content words in a row that no evidence has: an added clause."""
    missing_numbers: tuple[str, ...]
    missing_names: tuple[str, ...]
    missing_words: tuple[str, ...]
    conflicts: tuple[Conflict, ...]


def compare(claim: Reading, evidence: Sequence[Reading]) -> Comparison:
    """Return the comparison of a claim with the sentences of its evidence (at least one)."""
    best = max(evidence, key=lambda reading: _coverage(claim, (reading,)))
    found = [_has(token, evidence) for token in claim.tokens]
    found = _spelled_out(claim.tokens, found, evidence)
    absent = [token for token, there in zip(claim.tokens, found, strict=True) if not there]
    stated = [f for reading in evidence for f in (*reading.figures, *reading.implied)]
    numbers = missing(claim.figures, stated)
    names = [token for token in absent if token.name]
    clashes = conflicts(claim, best, evidence)
    kinds = {clash.kind for clash in clashes}
    total_names = sum(token.name for token in claim.tokens)
    coverage = _coverage(claim, (best,))
    gap = _longest_gap(found)
    values = (
        coverage,
        _share(claim.tokens, found),
        _longest_run(claim.tokens, best.tokens) / max(1, len(claim.tokens)),
        _bigrams(claim, evidence),
        gap / max(1, len(found)),
        _coverage(best, (claim,)),
        float(bool(claim.figures)),
        len(numbers) / max(1, len(claim.figures)),
        float("number" in kinds),
        len(names) / max(1, total_names),
        float("name" in kinds),
        float("denied" in kinds),
        float(bool(claim.cues) != bool(best.cues)) * coverage,
        float("turned" in kinds),
        float("swapped" in kinds),
        float(best.hedged and not claim.hedged),
        math.log1p(len(claim.tokens)),
    )
    return Comparison(
        values=values,
        coverage=coverage,
        gap=gap,
        missing_numbers=tuple(figure.written for figure in numbers),
        missing_names=tuple(token.written for token in names),
        missing_words=tuple(token.written for token in absent if token.weight >= 1),
        conflicts=clashes,
    )


def _has(token: Token, evidence: Sequence[Reading]) -> bool:
    return any(reading.has(token) for reading in evidence)


def _coverage(claim: Reading, evidence: Sequence[Reading]) -> float:
    return _share(claim.tokens, [_has(token, evidence) for token in claim.tokens])


def _share(tokens: Sequence[Token], found: Sequence[bool]) -> float:
    total = sum(token.weight for token in tokens)
    have = sum(t.weight for t, there in zip(tokens, found, strict=True) if there)
    return have / total if total else 1.0


def _spelled_out(
    tokens: Sequence[Token], found: list[bool], evidence: Sequence[Reading]
) -> list[bool]:
    """Count words as found that spell out an acronym of the evidence."""
    if all(found):
        return found
    letters = [(part[0], i) for i, token in enumerate(tokens) for part in token.parts]
    initials = "".join(letter for letter, _ in letters)
    acronyms = {
        token.written.removesuffix("s").lower()
        for reading in evidence
        for token in reading.tokens
        if token.written.removesuffix("s").isupper() and len(token.written) > 1
    }
    filled = list(found)
    for acronym in acronyms:
        at = initials.find(acronym)
        if at >= 0:
            for _, i in letters[at : at + len(acronym)]:
                filled[i] = True
    return filled


def _longest_run(left: Sequence[Token], right: Sequence[Token]) -> int:
    keys = [token.key for token in right]
    longest, before = 0, [0] * (len(keys) + 1)
    for token in left:
        row = [0] * (len(keys) + 1)
        for j, key in enumerate(keys, 1):
            if key == token.key:
                row[j] = before[j - 1] + 1
                longest = max(longest, row[j])
        before = row
    return longest


def _bigrams(claim: Reading, evidence: Sequence[Reading]) -> float:
    wanted = _pairs(claim)
    if not wanted:
        return 1.0
    stated = {pair for reading in evidence for pair in _pairs(reading)}
    return len(wanted & stated) / len(wanted)


def _pairs(reading: Reading) -> set[tuple[str, str]]:
    keys = [token.key for token in reading.tokens]
    return set(pairwise(keys))


def _longest_gap(found: Sequence[bool]) -> int:
    longest = current = 0
    for there in found:
        current = 0 if there else current + 1
        longest = max(longest, current)
    return longest
