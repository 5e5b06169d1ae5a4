"""Which paper is it? Pairs whose truth is known, and two whole anthologies put together.

    python -m eval.bench.identity [--pairs 2000] [--seed 0] [--corpora]

Half of the pairs are one work told twice: a paper of the shared corpora, and the same with its
case, accents, LaTeX, authors, year, venue or identifiers as another source would have them. The
other half are two works with titles that are nearly equal, found in the corpora or made (another
number, another part, a reply), and neither shares an identifier. Precision and recall are
those of "these two records are one paper".

``--corpora`` puts the ACL and the ML Anthology together, each with the ids that its file gives,
and tells seconds and peak memory.
"""

import argparse
import random
import re
import resource
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from eval.bench.process import ROOT
from rag.identity import identify
from rag.identity.keys import normal_title
from rag.schema import Identifiers, Paper, Record, Source
from rag.sources import read_papers
from rag.store.ingest import parse

CORPORA = ROOT.parent / "shared" / "data" / "corpora"
FILES = ("acl_anthology.jsonl.gz", "mlanthology.jsonl.gz")
_ACCENTS = {
    "é": r"{\'e}",
    "á": r"{\'a}",
    "ö": r"{\"o}",
    "ü": r"{\"u}",
    "ñ": r"{\~n}",
    "í": r"{\'i}",
}
_NUMBER = re.compile(r"\d+")

Change = Callable[[Record, random.Random], Record]


class Pair(NamedTuple):
    """Two records, how the second was made, and whether they are one work."""

    first: Record
    other: Record
    way: str
    same: bool


class Nobody:
    """A library without papers."""

    def by_identity(self, keys: Sequence[str]) -> Mapping[str, Paper]:
        """Find nothing."""
        return {}


def bare(found: Record, position: int) -> Record:
    """Return a record without the id that its file gives it, at a place of its own."""
    source = Source(file=found.source.file, position=position, format="bibtex")
    return found.model_copy(update={"key": None, "source": source})


def records(files: Sequence[Path]) -> Iterator[Record]:
    """Yield the records of corpora, bare."""
    for file in files:
        found = (each for each in read_papers(file) if isinstance(each, Record))
        for position, each in enumerate(found, start=1):
            yield bare(each, position)


def _case(record: Record, chance: random.Random) -> Record:
    title = chance.choice((record.title.upper(), record.title.lower(), record.title.title()))
    return record.model_copy(update={"title": title})


def _accents(record: Record, _: random.Random) -> Record:
    def plain(text: str) -> str:
        parts = unicodedata.normalize("NFKD", text)
        return "".join(sign for sign in parts if not unicodedata.combining(sign))

    names = tuple(map(plain, record.authors))
    return record.model_copy(update={"title": plain(record.title), "authors": names})


def _latex(record: Record, _: random.Random) -> Record:
    title = "".join(_ACCENTS.get(sign, sign) for sign in record.title).replace("&", r"\&")
    words = [f"{{{word}}}" if word[1:] != word[1:].lower() else word for word in title.split()]
    return record.model_copy(update={"title": " ".join(words)})


def _authors(record: Record, chance: random.Random) -> Record:
    turned = [_turned(name, initials=chance.random() < 0.5) for name in record.authors]
    return record.model_copy(update={"authors": tuple(turned[: chance.choice((1, 3))])})


def _turned(name: str, *, initials: bool) -> str:
    *given, family = name.split() or [""]
    told = " ".join(f"{each[0]}." for each in given) if initials else " ".join(given)
    return f"{family}, {told}" if told else family


def _version(record: Record, chance: random.Random) -> Record:
    made = f"20{chance.randrange(10, 26)}.{chance.randrange(10_000, 99_999)}"
    number = record.identifiers.arxiv or made
    url = f"https://arxiv.org/abs/{number}v{chance.randrange(1, 5)}"
    names = record.identifiers.model_copy(update={"arxiv": number})
    return record.model_copy(update={"url": url, "identifiers": names})


def _preprint(record: Record, chance: random.Random) -> Record:
    made = f"20{chance.randrange(10, 26)}.{chance.randrange(10_000, 99_999)}"
    number = record.identifiers.arxiv or made
    early = None if record.year is None else record.year - chance.choice((0, 1))
    names = Identifiers(arxiv=number, doi=f"10.48550/arxiv.{number}")
    told = {"venue": "arXiv", "year": early, "identifiers": names, "url": None}
    return record.model_copy(update=told)


def _signs(record: Record, _: random.Random) -> Record:
    title = record.title.replace(": ", " – ").replace("-", " ").replace("'", "’") + "."
    return record.model_copy(update={"title": title, "abstract": "", "identifiers": Identifiers()})


SAME: Mapping[str, Change] = {
    "case": _case,
    "accents": _accents,
    "LaTeX": _latex,
    "authors cut or turned": _authors,
    "arXiv version": _version,
    "preprint and published": _preprint,
    "signs, no abstract, no id": _signs,
}


def _number(record: Record, chance: random.Random) -> Record:
    found = _NUMBER.search(record.title)
    other = str(int(found[0][:9]) + 1) if found else ""
    title = _NUMBER.sub(other, record.title, count=1) if found else f"{record.title} 2"
    return _another(record, title, chance)


def _part(record: Record, chance: random.Random) -> Record:
    return _another(record, f"{record.title}, Part II", chance)


def _reply(record: Record, chance: random.Random) -> Record:
    return _another(record, f"A Reply to {record.title}", chance)


def _later(record: Record, chance: random.Random) -> Record:
    """The same title again, by others, years later: overviews, introductions, surveys."""
    year = (record.year or 2000) + chance.randrange(3, 9)
    people = ("Nobody Known", "Someone Else")
    return record.model_copy(
        update={"authors": people, "year": year, "abstract": "", "identifiers": Identifiers()}
    )


def _another(record: Record, title: str, chance: random.Random) -> Record:
    year = None if record.year is None else record.year + chance.choice((0, 1))
    names = Identifiers()
    return record.model_copy(update={"title": title, "year": year, "identifiers": names})


OTHER: Mapping[str, Change] = {
    "another number": _number,
    "part two": _part,
    "a reply": _reply,
    "same title, others, later": _later,
}
NEAR = "nearly equal titles of the corpora"


def pairs(found: Sequence[Record], count: int, seed: int) -> list[Pair]:
    """Return so many pairs, half of them one work."""
    chance = random.Random(seed)
    usable = [each for each in found if each.authors and len(each.title) >= 20]
    made: list[Pair] = []
    ways = list(SAME.items())
    for number in range(count // 2):
        name, change = ways[number % len(ways)]
        first = chance.choice(usable)
        made.append(Pair(first, _placed(change(first, chance)), name, True))
    near = _near(usable, chance)
    others = [*OTHER.items(), (NEAR, None)]
    for number in range(count - count // 2):
        name, change = others[number % len(others)]
        if change is None:
            first, second = chance.choice(near)
        else:
            first = chance.choice(usable)
            second = change(first, chance)
        made.append(Pair(first, _placed(second), name, False))
    return made


def _placed(record: Record) -> Record:
    return bare(record, record.source.position + 10_000_000)


def _near(found: Sequence[Record], chance: random.Random) -> list[tuple[Record, Record]]:
    """Return neighbours by title that share their beginning but not the whole."""
    ordered = sorted(found, key=lambda each: (normal_title(each.title), each.source.position))
    close: list[tuple[Record, Record]] = []
    for first, second in pairwise(ordered):
        titles = normal_title(first.title), normal_title(second.title)
        shorter = min(map(len, titles))
        if (
            titles[0] != titles[1]
            and titles[0][: shorter * 4 // 5] == titles[1][: shorter * 4 // 5]
        ):
            close.append((first, second))
    chance.shuffle(close)
    return close


def judged(made: Sequence[Pair]) -> list[tuple[Pair, bool]]:
    """Return each pair with whether it came out as one paper."""
    return [(pair, len(identify([pair.first, pair.other], Nobody()).papers) == 1) for pair in made]


def table(results: Sequence[tuple[Pair, bool]]) -> list[str]:
    """Return the lines of the table: by way, then precision and recall."""
    ways = Counter(pair.way for pair, _ in results)
    right = Counter(pair.way for pair, one in results if one == pair.same)
    lines = [f"{way:36} {right[way]:5,} of {ways[way]:5,} right" for way in ways]
    joined = [pair.same for pair, one in results if one]
    same = [one for pair, one in results if pair.same]
    precision = sum(joined) / len(joined) if joined else 1.0
    recall = sum(same) / len(same) if same else 1.0
    return [*lines, f"precision {precision:.4f}, recall {recall:.4f} on {len(results):,} pairs"]


def together(files: Sequence[Path]) -> str:
    """Return what putting whole corpora together comes to, read as an ``add`` reads them."""
    started = perf_counter()
    found = parse([(file, str(file)) for file in files], read_papers, "bench").records
    read = perf_counter() - started
    started = perf_counter()
    result = identify(found, Nobody())
    seconds = perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    titles = [
        {normal_title(each.title) for each in found if each.source.file == str(file)}
        for file in files
    ]
    shared = titles[0].intersection(*titles[1:])
    across = [
        paper for paper in result.papers if len({each.file for each in paper.sources}) == len(files)
    ]
    joined = {normal_title(paper.title) for paper in across} & shared
    return (
        f"{len(found):,} records are {len(result.papers):,} papers; {len(shared):,} titles are in "
        f"both, {len(joined):,} of them merged, {len(across):,} papers are of both; read in "
        f"{read:.0f} s, identified in {seconds:.0f} s, peak {peak:.2f} GiB"
    )


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--pairs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpora", action="store_true", help="put both anthologies together")
    parser.add_argument("--show", type=int, default=0, help="print so many wrong pairs")
    given = parser.parse_args()
    files = [CORPORA / name for name in FILES]
    if given.corpora:
        print(together(files))
        return
    results = judged(pairs(list(records(files)), given.pairs, given.seed))
    print("\n".join(table(results)))
    wrong = [pair for pair, one in results if one != pair.same][: given.show]
    for pair in wrong:
        sys.stdout.write(f"{pair.way}\n  {pair.first.title}\n  {pair.other.title}\n")


if __name__ == "__main__":
    main()
