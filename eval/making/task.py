"""What a kind is given to make its cases from."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from eval.making.kinds import Kind, draw_of, origin
from eval.making.library import Library, Reading, plain
from eval.schema import Case, Gold


@dataclass(frozen=True)
class Task:
    """One kind, how much of it is wanted, and the papers it may use."""

    kind: Kind
    seed: int
    per_kind: int
    library: Library
    """All papers as they came."""
    taken: frozenset[str] = frozenset()
    """Ids of papers that another kind has changed, left out or copied."""

    @cached_property
    def draw(self) -> random.Random:
        """Randomness of this kind alone."""
        return draw_of(self.kind, self.seed)

    @cached_property
    def order(self) -> tuple[Reading, ...]:
        """All papers in a random order that depends on kind and seed only."""
        readings = list(self.library.readings)
        draw_of(self.kind, self.seed).shuffle(readings)
        return tuple(readings)

    @property
    def free(self) -> Iterator[Reading]:
        """Yield the papers that this kind may use, in its order."""
        yield from (each for each in self.order if each.paper.id not in self.taken)

    @property
    def most(self) -> int:
        """How many papers a kind that changes the corpus may use: a twelfth of all, at least 1."""
        return min(self.per_kind, max(1, len(self.library.readings) // 12))

    def name(self, reading: Reading, part: str = "") -> str:
        """Return the id of a case about a paper."""
        return ":".join(filter(None, [self.kind, str(self.seed), reading.paper.id, part]))

    def case(self, reading: Reading, question: str, **known: object) -> Case:
        """Return a case about a paper, its other fields as given."""
        fields: dict[str, object] = {
            "id": self.name(reading),
            "question": question,
            "type": self.kind,
            "answerable": True,
            "group": reading.paper.id,
            "origin": origin(self.kind, self.seed),
        }
        return Case.model_validate(fields | known)


def gold(reading: Reading, *evidence: str) -> Gold:
    """Return a paper as the one that answers."""
    return Gold(
        paper_id=reading.paper.id, title=plain(reading.paper.title) or None, evidence=evidence
    )
