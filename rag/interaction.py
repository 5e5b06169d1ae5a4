"""How well each word of a question is met somewhere in a text: late interaction.

One vector per text says what the text is about as a whole. Word piece by word piece more can be
seen: how near the nearest piece of the text comes to each piece of the question, both read with
what stands around them, so that "a doctored picture" meets "image manipulation". Their mean is
the score of ColBERT (Khattab and Zaharia, SIGIR 2020); here the vectors are those that the bundled
encoder has anyway, trained for whole texts and not for this.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.embedding.port import Vector, unit
from rag.terms import word_terms, words

_REMEMBERED = 96
"""Texts kept: those that the search has read are read again by the answerer; 20 MB at most."""


class TokenEmbedder(Protocol):
    """An encoder that gives the vectors of a text's word pieces."""

    def tokens(self, text: str) -> tuple[Vector, list[tuple[int, int]]]:
        """Return the vectors [n, dim] of a text's word pieces and the characters of each.

        Pieces that stand for nothing in the text have the characters 0..0.
        """
        ...

    def asked_tokens(self, text: str) -> tuple[Vector, list[tuple[int, int]]]:
        """Return the same of a question, which some encoders read in another way."""
        ...


class Pieces(NamedTuple):
    """A text, word piece by word piece."""

    vectors: NDArray[np.float16]
    """[n, dim], each of length 1."""
    places: NDArray[np.int64]
    """Characters of each piece [n, 2]."""


class Asked(NamedTuple):
    """A question, word piece by word piece."""

    pieces: Pieces
    rarity: Vector
    """Weight of the word that each piece belongs to; 0 for words without subject matter [q]."""


class Met(NamedTuple):
    """How well a text meets a question; all are cosines."""

    mean: float = 0.0
    """Of the nearest piece, over all pieces of the question."""
    rare: float = 0.0
    """The same, each by the rarity of its word."""
    least: float = 0.0
    """Of the piece with subject matter that is met worst."""


class Interaction:
    """Reads questions and texts word piece by word piece."""

    def __init__(self, embedder: TokenEmbedder, *, threads: int = 1) -> None:
        """Take the encoder; ``threads`` texts are read at once."""
        self._embedder = embedder
        self._threads = threads
        self._one = lru_cache(maxsize=_REMEMBERED)(self._read)

    def read(self, texts: Sequence[str]) -> list[Pieces]:
        """Return the pieces of each text.

        Raises:
            ModelUnavailable: The encoder cannot be loaded.
        """
        if len(texts) < 2 or self._threads < 2:
            return [self._one(text) for text in texts]
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(self._one, texts))

    def asked(self, question: str, weights: Mapping[str, float]) -> Asked:
        """Return the pieces of a question with the rarity of their words.

        Args:
            question: As searched.
            weights: Inverse document frequency of each of its terms.
        """
        pieces = self._one(question, asked=True)
        rarity = np.zeros(len(pieces.vectors), np.float32)
        for word in words(question):
            known = [weights[term] for term in word_terms(word.text) if term in weights]
            rarity[_inside(pieces, word.start, word.end)] = max(known, default=0.0)
        return Asked(pieces, rarity)

    def _read(self, text: str, *, asked: bool = False) -> Pieces:
        read = self._embedder.asked_tokens if asked else self._embedder.tokens
        vectors, offsets = read(text)
        places = np.array(offsets, np.int64).reshape(-1, 2)
        real = places[:, 1] > places[:, 0]
        return Pieces(unit(vectors[real]).astype(np.float16), places[real])


def cosines(asked: Asked, text: Pieces) -> Vector:
    """Return the cosine of every piece of a question with every piece of a text [q, n]."""
    return asked.pieces.vectors.astype(np.float32) @ text.vectors.astype(np.float32).T


def best(asked: Asked, text: Pieces) -> Vector:
    """Return the best cosine of each piece of a question in a whole text [q]."""
    return cosines(asked, text).max(axis=1, initial=0.0)


def nearest(near: Vector, text: Pieces, start: int, end: int) -> Vector:
    """Return the best cosine of each piece of the question in some characters of a text [q]."""
    return near[:, _inside(text, start, end)].max(axis=1, initial=0.0)


def met(near: Vector, rarity: Vector) -> Met:
    """Return how well a text meets a question.

    Args:
        near: Cosine of the text's nearest piece, by piece of the question [q].
        rarity: Of each piece's word [q].
    """
    if not len(near):
        return Met()
    mean, told = float(near.mean()), rarity > 0
    if not told.any():
        return Met(mean, mean, mean)
    return Met(mean, float(near @ rarity / rarity.sum()), float(near[told].min()))


def _inside(text: Pieces, start: int, end: int) -> NDArray[np.bool_]:
    return (text.places[:, 0] < end) & (text.places[:, 1] > start)
