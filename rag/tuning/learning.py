"""Learning to turn the vectors of questions towards the passages that answer them.

A question's vector ``q`` becomes the unit vector of ``q + qA``; passages stay where they are, so
that nothing is embedded again and taking ``A`` away takes the tuning back. ``A`` is learned by
the contrastive loss of van den Oord et al. (2018, arXiv 1807.03748) over all passages, by Adam
(Kingma and Ba 2015) in plain numpy, and is held near nothing: few questions teach it, and a
general model knows more than they do.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embedding.port import Vector

Keys = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]

PASSES, BATCH = 6, 256
RATE = 1e-3
NEARNESS = 0.3
"""Pull of ``A`` towards nothing: a hundredth of it learned single words, and ranked real claims
of SciFact worse."""
WARMTH = 0.05
"""Temperature of the softmax over passages."""
MOST = 20_000
"""Passages that a question is told from; of a larger library these many at random."""


def learn(
    questions: Vector,
    own: Sequence[Sequence[int]],
    passages: Vector,
    owner: Keys,
    *,
    seed: int = 0,
) -> Vector:
    """Return the matrix ``A`` [dim, dim].

    Args:
        questions: Unit vectors [n, dim].
        own: Rows of ``passages`` that answer each question.
        passages: Unit vectors [m, dim].
        owner: Number of the paper of each passage [m]; others of the same paper count for nothing.
        seed: Equal seeds give equal matrices.
    """
    draw = np.random.default_rng(seed)
    matrix: Floats = np.zeros((questions.shape[1],) * 2, np.float32)
    first, second = np.zeros_like(matrix), np.zeros_like(matrix)
    for step, batch in enumerate(_batches(len(questions), draw), start=1):
        asked: list[int] = batch.tolist()
        rows = _told_from([row for at in asked for row in own[at]], len(passages), draw)
        slope = _slope(matrix, questions[batch], [own[at] for at in asked], passages, owner, rows)
        slope += NEARNESS * matrix
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope * slope
        scale = np.sqrt(second / (1 - 0.99**step)) + 1e-8
        matrix = matrix - RATE * (first / (1 - 0.9**step)) / scale
    return matrix.astype(np.float32)


def ranks(questions: Vector, papers: Keys, passages: Vector, owner: Keys) -> NDArray[np.int64]:
    """Return the rank of the right paper of each question, from 1, by its nearest passage [n].

    Args:
        questions: Unit vectors [n, dim].
        papers: Number of each question's paper [n].
        passages: Unit vectors [m, dim].
        owner: Number of the paper of each passage [m].
    """
    found = np.zeros(len(questions), np.int64)
    for at, (vector, paper) in enumerate(zip(questions, papers, strict=True)):
        best = np.full(int(owner.max()) + 1, -np.inf)
        np.maximum.at(best, owner, passages @ vector)
        found[at] = 1 + int((best > best[paper]).sum())
    return found


def _batches(count: int, draw: np.random.Generator) -> Iterator[Keys]:
    for _ in range(PASSES):
        yield from np.array_split(draw.permutation(count), max(1, count // BATCH))


def _told_from(wanted: list[int], count: int, draw: np.random.Generator) -> Keys:
    if count <= MOST:
        return np.arange(count)
    return np.unique(np.concatenate([wanted, draw.choice(count, MOST, replace=False)]))


def _slope(
    matrix: Floats,
    questions: Floats,
    own: Sequence[Sequence[int]],
    passages: Floats,
    owner: Keys,
    rows: Keys,
) -> Floats:
    """Return the slope of the mean loss of a batch by the matrix."""
    moved = questions + questions @ matrix
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    turned_to = moved / length
    against, paper = passages[rows], owner[rows]
    odds = turned_to @ against.T / WARMTH
    targets = np.zeros(len(questions), np.int64)
    for at, answers in enumerate(own):
        places = np.searchsorted(rows, np.array(answers))
        targets[at] = places[np.argmax(odds[at, places])]
        beside = np.flatnonzero(paper == paper[targets[at]])
        odds[at, beside[beside != targets[at]]] = -np.inf
    odds -= odds.max(axis=1, keepdims=True)
    shares = np.exp(odds)
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(len(questions)), targets] -= 1
    by_turned = shares @ against / (WARMTH * len(questions))
    along = (by_turned * turned_to).sum(axis=1, keepdims=True)
    return questions.T @ ((by_turned - turned_to * along) / length)
