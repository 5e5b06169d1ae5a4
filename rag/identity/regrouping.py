"""Taking a paper apart, and making one paper of several: what a person says of identity."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rag.errors import UsageError
from rag.identity.keys import content_key, identity_keys
from rag.identity.matching import Known
from rag.identity.outcome import new_name
from rag.identity.splits import Split, chosen, healed, parted
from rag.identity.works import Work
from rag.schema import Paper, Record


class Regrouped(NamedTuple):
    """Papers as they are from now on."""

    papers: tuple[Paper, ...]
    """Of a paper taken apart: what is left under the id that it had, then what went."""
    keys: Mapping[str, tuple[str, ...]]
    """Identity keys by id."""
    records: Mapping[str, tuple[Record, ...]]
    """Records by id."""
    retired: Mapping[str, str]
    """Papers that are no more, old id to surviving id."""
    splits: tuple[Split, ...]
    """All that hold."""


def take_apart(
    name: str,
    records: Sequence[Record],
    places: Iterable[str],
    known: Known,
    splits: Sequence[Split] = (),
) -> Regrouped:
    """Return the two papers that a paper becomes.

    Args:
        name: The paper's id. A side that has it from its file keeps it, else the one not chosen.
        records: What the paper was made of.
        places: Which of them become a paper of their own: ``FILE`` or ``FILE:POSITION``.
        known: The library, so that no id is given twice.
        splits: Those that were made before.

    Raises:
        UsageError: A place is unknown, nothing would be left, or the records cannot be told apart.
    """
    going = chosen([record.source for record in records], places)
    stay, go, split = parted(records, going)
    if any(each.key == name for each in go):
        stay, go = go, stay
    other = new_name(go, known, leaving=name)
    sides = {name: tuple(stay), other: tuple(go)}
    return Regrouped(
        papers=tuple(Work.of(*members).paper(side) for side, members in sides.items()),
        keys={side: _keys(members) for side, members in sides.items()},
        records=sides,
        retired={},
        splits=(*splits, split),
    )


def join(
    papers: Sequence[Paper],
    records: Mapping[str, tuple[Record, ...]],
    splits: Sequence[Split] = (),
) -> Regrouped:
    """Return the one paper that several become, merged like records that prove the same.

    It keeps the id that a file gave, of several such ids and where there is none the first
    paper's, and is found by all of them. Splits between the papers are taken back.

    Args:
        papers: What is one work, whatever its identifiers and titles say.
        records: What each was made of, by its id.
        splits: Those that were made before.

    Raises:
        UsageError: There are not two papers.
    """
    if len({paper.id for paper in papers}) < 2:
        raise UsageError("a merge needs two papers; name the one whose id stays first")
    work = Work.of(*papers)
    name = work.explicit or papers[0].id
    members = tuple(record for paper in papers for record in records.get(paper.id, ()))
    keys = (key for paper in papers for key in identity_keys(paper))
    return Regrouped(
        papers=(work.paper(name),),
        keys={name: tuple(dict.fromkeys((*keys, *_keys(members))))},
        records={name: members},
        retired={paper.id: name for paper in papers if paper.id != name},
        splits=healed(splits, map(content_key, members)),
    )


def _keys(records: Iterable[Record]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for each in records for key in identity_keys(each)))
