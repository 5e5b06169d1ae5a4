"""Remove many marked papers and look for the marks in every byte of the library's files.

``python -m eval.bench.removal --marked 1000``: each marked paper has a word of its own in title,
abstract, author, venue and id. They are removed by their file; then every file is searched for
every mark, and for every abstract in the packed form in which it was stored. The same search
before the removal shows that it can find them.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from eval.bench.crash import synthetic
from eval.bench.damage import kind_of
from rag.embedding import open_embedder
from rag.forgetting import forget
from rag.library import Library
from rag.store.space import size_of
from rag.store.tables import packed


class Removal(NamedTuple):
    """What a removal left."""

    marked: int
    before: dict[str, int]
    """Marks found, by kind of file; a mark counts once a file."""
    after: dict[str, int]
    seconds: float
    size: float
    """Bytes afterwards, as a part of those of a library that never had the papers."""
    same: bool
    """Whether the content is that of such a library."""


def marked(count: int) -> Iterator[dict[str, object]]:
    """Yield papers that each hold a word of their own."""
    for number, paper in enumerate(islice(synthetic(count, 7), count)):
        mark = mark_of(number)
        yield {
            **paper,
            "_id": mark,
            "title": f"{mark} {paper['title']}",
            "text": f"The {mark} was there. {paper['text']}",
            "authors": [f"Given {mark}"],
            "venue": f"Journal of {mark}",
        }


def mark_of(number: int) -> str:
    """Return the word of a paper."""
    return f"qzx{number:06d}vkj"


def marks_in(folder: Path, papers: list[dict[str, object]]) -> dict[str, int]:
    """Return how many marks and packed abstracts are in the files of a folder, by kind."""
    wanted = [str(paper["_id"]).encode() for paper in papers]
    wanted += [packed(str(paper["text"])) for paper in papers]
    found: Counter[str] = Counter()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            count = sum(each in content for each in wanted)
            if count:
                found[kind_of(path.relative_to(folder).as_posix())] += count
    return dict(found)


def removal(work: Path, library: Library, never: Library, *, count: int, others: int) -> Removal:
    """Add marked papers among others and remove them.

    Args:
        work: A folder to work in.
        library: New.
        never: New; gets the others only.
        count: Marked papers.
        others: Papers that stay.
    """
    papers = list(marked(count))
    marks = _write(work / "marks.jsonl", iter(papers))
    kept = _write(work / "kept.jsonl", synthetic(others, 8))
    library.add([marks, kept])
    never.add([kept])
    before = marks_in(library.directory, papers)
    started = time.monotonic()
    library.remove(file=str(marks))
    forget(library)
    return Removal(
        marked=count,
        before=before,
        after=marks_in(library.directory, papers),
        seconds=time.monotonic() - started,
        size=size_of(library.directory) / size_of(never.directory),
        same=library.status().fingerprint == never.status().fingerprint,
    )


def report(found: Removal) -> str:
    """Return the marks by kind of file as lines of text; the last one is the sum."""
    kinds = sorted(found.before.keys() | found.after.keys())
    width = max(map(len, kinds), default=4)
    lines = [f"{'file':{width}}  before   after"]
    lines += [
        f"{each:{width}} {found.before.get(each, 0):7d} {found.after.get(each, 0):7d}"
        for each in kinds
    ]
    lines.append(
        f"{found.marked} papers removed in {found.seconds:.1f} s: "
        f"{sum(found.after.values())} marks left in any file; {found.size:.2f} times the "
        "bytes of a library that never had them, "
        f"{'the same' if found.same else 'OTHER'} content"
    )
    return "\n".join(lines)


def main() -> None:
    """Do what the command line asks for; exit 1 if a mark is left."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--marked", type=int, default=1_000, help="papers to remove")
    parser.add_argument("--others", type=int, default=1_000, help="papers that stay")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="attest-removal-") as folder:
        work = Path(folder)
        library, never = (
            Library(work / name, lambda: open_embedder("hash")) for name in ("library", "never")
        )
        found = removal(work, library, never, count=options.marked, others=options.others)
    sys.stdout.write(report(found) + "\n")
    if found.after or not found.same:
        sys.exit(1)


def _write(path: Path, papers: Iterator[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
