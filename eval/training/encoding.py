"""Examples as numbers: tokens of a pair, and the labels of each head."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.training.example import Example
from rag.reader.pairs import Pair, Pairs

NO_PLACE = -1
_PART = 4096


class Encoded(NamedTuple):
    """A pair as tokens, with its labels."""

    ids: NDArray[np.int32]
    types: NDArray[np.int8]
    about: int
    answers: int
    support: int
    start: int
    """Token where the answer begins; -1 where none is marked."""
    end: int
    """Token where it ends, that one included."""


def encoded(examples: Sequence[Example], pairs: Pairs) -> list[Encoded]:
    """Return examples as tokens."""
    found: list[Encoded] = []
    for at in range(0, len(examples), _PART):
        part = examples[at : at + _PART]
        rows = pairs.encoded([(one.first, one.second) for one in part])
        for one, row in zip(part, rows, strict=True):
            ids, types = row.ids.astype(np.int32), row.types.astype(np.int8)
            found.append(Encoded(ids, types, one.about, one.answers, one.support, *_span(one, row)))
    return found


def _span(one: Example, row: Pair) -> tuple[int, int]:
    at = one.second.find(one.answer) if one.answer else -1
    if at < 0:
        return NO_PLACE, NO_PLACE
    inside = [
        place
        for place, ((low, high), kind) in enumerate(zip(row.offsets, row.types, strict=True))
        if kind == 1 and low < at + len(one.answer) and high > at and high > low
    ]
    return (inside[0], inside[-1]) if inside else (NO_PLACE, NO_PLACE)


def batches(
    lengths: Sequence[int], *, tokens: int, seed: int, most: int = 64
) -> list[NDArray[np.int64]]:
    """Return the places of examples in batches of like length, in random order.

    Args:
        lengths: Tokens of each example.
        tokens: Of a batch, padding included.
        seed: Equal seeds give equal batches.
        most: Examples of a batch.
    """
    draw = np.random.default_rng(seed)
    order = draw.permutation(len(lengths))
    found: list[NDArray[np.int64]] = []
    for at in range(0, len(order), _PART):
        near: list[int] = order[at : at + _PART].tolist()
        part = sorted(near, key=lengths.__getitem__)
        current: list[int] = []
        for place in part:
            if current and ((len(current) + 1) * lengths[place] > tokens or len(current) >= most):
                found.append(np.array(current))
                current = []
            current.append(place)
        found.append(np.array(current))
    return [found[place] for place in draw.permutation(len(found))]
