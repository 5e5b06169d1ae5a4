"""A fixed sample of the papers of a file, as Attest reads them."""

import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from rag.errors import SourceError
from rag.schema import Record
from rag.sources import read_papers


class Sampled(NamedTuple):
    """A paper of the sample."""

    id: str
    title: str
    abstract: str
    year: int | None


def sample(path: Path, count: int, *, seed: int = 0) -> list[Sampled]:
    """Return ``count`` papers with title and abstract, all where there are fewer.

    No id and no title comes twice, so that every system stores the same number.

    Raises:
        SourceError: The file cannot be read or holds no such paper.
    """
    chosen = _drawn(_papers(path), count, random.Random(seed))
    if not chosen:
        raise SourceError(f"{path} holds no paper with title and abstract; name another file")
    return chosen


def write(papers: Iterable[Sampled], path: Path) -> Path:
    """Write papers as JSONL that every system of a bench reads, and return its path."""
    with path.open("w", encoding="utf-8") as file:
        for each in papers:
            row = {"_id": each.id, "title": each.title, "text": each.abstract, "year": each.year}
            file.write(json.dumps(row) + "\n")
    return path


def _papers(path: Path) -> Iterator[Sampled]:
    seen: set[int] = set()
    for number, each in enumerate(read_papers(path)):
        if isinstance(each, Record) and each.title and each.abstract:
            name = each.key or f"paper:{number}"
            marks = {hash(name), hash(each.title.casefold())}
            if not seen & marks:
                seen |= marks
                yield Sampled(name, each.title, each.abstract, each.year)


def _drawn(papers: Iterable[Sampled], count: int, rng: random.Random) -> list[Sampled]:
    """Draw evenly without holding all (reservoir sampling, Vitter 1985); in file order."""
    held: list[tuple[int, Sampled]] = []
    for number, paper in enumerate(papers):
        if len(held) < count:
            held.append((number, paper))
        elif (place := rng.randrange(number + 1)) < count:
            held[place] = (number, paper)
    return [paper for _, paper in sorted(held, key=lambda each: each[0])]
