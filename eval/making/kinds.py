"""What can be made, what comes of it, and the randomness of each kind."""

import random
from hashlib import sha256
from typing import Literal, NamedTuple, get_args

from eval.schema import Case
from rag.schema import Paper

Kind = Literal[
    "known-item",
    "numeric",
    "paraphrase",
    "comparison",
    "unanswerable",
    "near-miss",
    "counterfactual-number",
    "counterfactual-negation",
    "noise",
]
ALL: tuple[Kind, ...] = get_args(Kind)


class Made(NamedTuple):
    """Cases with the corpus they are to be asked of."""

    cases: tuple[Case, ...]
    papers: tuple[Paper, ...]
    """The derived corpus by id: some papers left out, some edited, some put in."""
    notes: tuple[str, ...] = ()
    """What could not be made and why."""
    originals: tuple[Case, ...] = ()
    """Counterparts of edited and noise cases, to be asked of the papers as they were;
    each such case names its counterpart, its own id with ``:original``, as its ``pair``."""


class Share(NamedTuple):
    """What one kind contributes."""

    cases: tuple[Case, ...] = ()
    originals: tuple[Case, ...] = ()
    left_out: frozenset[str] = frozenset()
    """Ids of papers that the derived corpus lacks."""
    edited: tuple[Paper, ...] = ()
    """Papers that replace the one of the same id."""
    added: tuple[Paper, ...] = ()
    """Papers that nobody wrote."""
    lent: frozenset[str] = frozenset()
    """Ids of papers that have a double among the added ones."""

    @property
    def claimed(self) -> frozenset[str]:
        """Ids of papers that no other kind may have for gold."""
        return self.left_out | self.lent | {paper.id for paper in self.edited}


def origin(kind: Kind, seed: int) -> str:
    """Return who wrote a case of this kind, as `Case.origin` says it."""
    return f"made:{kind}:{seed}"


def draw_of(kind: Kind, seed: int) -> random.Random:
    """Return a source of randomness of its own for a kind, so that no kind disturbs another."""
    return random.Random(int(sha256(f"{seed}:{kind}".encode()).hexdigest(), 16))
