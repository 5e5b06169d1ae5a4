"""An encoder of word pieces that knows three words."""

import numpy as np

from rag.embedding.port import Vector

DIRECTIONS = ("moon", "tide", "bell")


class Words:
    """Each known word is a direction of its own, and all others lie between them."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def tokens(self, text: str) -> tuple[Vector, list[tuple[int, int]]]:
        self.read.append(text)
        rows, places, at = [np.ones(3)], [(0, 0)], 0
        for word in text.split():
            start = text.index(word, at)
            at = start + len(word)
            known = [float(word.strip(".,").lower() == each) * 5 for each in DIRECTIONS]
            rows.append(np.array(known if any(known) else [1.0, 1.0, 1.0]))
            places.append((start, at))
        return np.array(rows, np.float32), places

    def asked_tokens(self, text: str) -> tuple[Vector, list[tuple[int, int]]]:
        return self.tokens(text)
