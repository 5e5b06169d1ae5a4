"""What the trials of a served library came to, and whether that will do."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

_WITHIN = 5.0
"""Seconds in which a library works again once its server does."""


class Trial(NamedTuple):
    """What one fault did to one ``add``."""

    fault: str
    ended: str
    """``published``, ``refused`` (a typed error), ``killed`` or ``untyped``."""
    seen: str
    """What a reader saw at once: ``old``, ``new``, ``other`` or ``mixed``."""
    same: bool
    """Whether the library is in the end the undisturbed one."""
    sound: bool
    """Whether ``verify`` found every vector in the collection."""
    lost: int
    doubled: int
    left: int
    """Collections on the server that no version names."""
    back: float
    """Seconds of the ``add`` that was run again."""


class Crowd(NamedTuple):
    """What readers saw during publishes."""

    publishes: int
    answers: int
    errors: int
    mixed: int
    """Answers made of two versions, or of one that was never published."""
    recall: float
    """Of the server's graph, against an exact scan."""
    scanned: int
    """Answers for which the scan stood in for the server."""
    versions: int


def table(trials: Iterable[Trial], crowd: Crowd | None, damages: tuple[int, int, int]) -> str:
    """Return all as lines of text."""
    rows = tuple(trials)
    columns = ("published", "refused", "killed", "untyped")
    head = f"{'fault':15} {'n':>4} " + " ".join(f"{each:>9}" for each in columns)
    lines = [f"{head} {'mixed':>6} {'equal':>6} {'sound':>6} {'lost':>5} {'doubled':>8} {'left':>5}"
             f" {'slowest':>8}"]  # fmt: skip
    for fault in dict.fromkeys(each.fault for each in rows):
        here = [each for each in rows if each.fault == fault]
        ended = Counter(each.ended for each in here)
        mixed = sum(each.seen not in ("old", "new") for each in here)
        lines.append(
            f"{fault:15} {len(here):4} "
            + " ".join(f"{ended[each]:9}" for each in columns)
            + f" {mixed:6} {sum(each.same for each in here):6}"
            + f" {sum(each.sound for each in here):6} {sum(each.lost for each in here):5}"
            + f" {sum(each.doubled for each in here):8} {sum(each.left for each in here):5}"
            + f" {max(each.back for each in here):6.1f} s"
        )
    if crowd:
        lines.append(
            f"readers: {crowd.answers} answers of 8 threads during {crowd.publishes} publishes, "
            f"{crowd.versions} versions seen: {crowd.errors} errors, {crowd.mixed} mixed, "
            f"{crowd.scanned} by the scan; recall of the graph {crowd.recall:.3f}"
        )
    times, found, mended = damages
    if times:
        lines.append(f"damages: {found} of {times} found, {mended} mended by 'rebuild'")
    return "\n".join(lines)


def failed(trials: Iterable[Trial], crowd: Crowd | None, damages: tuple[int, int, int]) -> bool:
    """Tell whether anything was lost, doubled, mixed, missed or slow to come back."""
    bad = any(
        not (each.same and each.sound)
        or each.lost
        or each.doubled
        or each.left
        or each.ended == "untyped"
        or each.seen not in ("old", "new")
        or each.back > _WITHIN
        for each in trials
    )
    crowded = crowd is not None and bool(crowd.errors or crowd.mixed)
    return bad or crowded or len(set(damages)) > 1
