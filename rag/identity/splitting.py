"""Taking a paper apart."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rag.identity.keys import identity_keys
from rag.identity.matching import Known
from rag.identity.outcome import new_name
from rag.identity.splits import Split, parted
from rag.identity.works import Work
from rag.schema import Paper, Record, Source


class Parted(NamedTuple):
    """Two papers made of one."""

    kept: Paper
    """What is left, under the id that it had."""
    gone: Paper
    """What the chosen records make, under an id of its own."""
    keys: Mapping[str, tuple[str, ...]]
    """Identity keys by id."""
    records: Mapping[str, tuple[Record, ...]]
    """Records by id."""
    split: Split


def take_apart(
    name: str, records: Iterable[Record], chosen: Iterable[Source], known: Known
) -> Parted:
    """Return the two papers that a paper becomes.

    Args:
        name: The paper's id. A side that has it from its file keeps it, else the one not chosen.
        records: What the paper was made of.
        chosen: Sources of the records that become a paper of their own.
        known: The library, so that no id is given twice.

    Raises:
        UsageError: Nothing would be left, or the records cannot be told apart.
    """
    stay, go, split = parted(records, chosen)
    if any(each.key == name for each in go):
        stay, go = go, stay
    other = new_name(go, known, taken=[name])
    sides = {name: tuple(stay), other: tuple(go)}
    keys = {
        side: tuple(dict.fromkeys(key for each in members for key in identity_keys(each)))
        for side, members in sides.items()
    }
    kept, gone = (_paper(side, members) for side, members in sides.items())
    return Parted(kept, gone, keys, sides, split)


def _paper(name: str, records: Sequence[Record]) -> Paper:
    work = Work()
    for record in records:
        work.take(record)
    return work.paper(name)
