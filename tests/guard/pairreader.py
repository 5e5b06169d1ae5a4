"""A reader of pairs that says what it is told: for tests of what is made of its readings."""

from collections.abc import Callable, Sequence

from rag.pairs import PairReading

NOTHING = PairReading(0.0, 0.0, 0.0, 0.0, 0.0, 0, 0)


class ScriptedReader:
    """Answers each pair by a rule, and remembers what it was asked."""

    name = "scripted-reader"

    def __init__(self, rule: Callable[[str, str], PairReading] = lambda first, second: NOTHING):
        self.rule = rule
        self.asked: list[tuple[str, str]] = []

    def read(self, first: str, seconds: Sequence[str]) -> list[PairReading]:
        self.asked += [(first, second) for second in seconds]
        return [self.rule(first, second) for second in seconds]
