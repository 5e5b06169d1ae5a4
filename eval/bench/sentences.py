"""Our sentence splitter beside pysbd on the hand-marked abstracts.

``python -m eval.bench.sentences [MARKS] [DATA]`` prints precision, recall and F1 of the inner
sentence ends (the end of a text is not counted, every splitter finds it), the share of
abstracts split perfectly, and how many times faster ours is.
"""

import gzip
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from rag.errors import SourceError
from rag.schema import text_hash
from rag.sentences import split

Spans = tuple[tuple[int, int], ...]
Splitter = Callable[[str], Spans]

ROOT = Path(__file__).parents[2]
MARKS = ROOT / "tests" / "data" / "sentences" / "marks.jsonl"
DATA = ROOT.parent / "shared" / "data"
CORPORA = {
    "pages": ("page-questions/corpus.jsonl", "_id", "text"),
    "reviews": ("corpora/systematic_reviews.jsonl.gz", "id", "abstract"),
}
"""File, key and text field of each marked corpus."""


class Marked(NamedTuple):
    """An abstract and the sentences that a reader marked in it."""

    name: str
    part: str
    """``dev`` or ``test``."""
    text: str
    spans: Spans


class Score(NamedTuple):
    """Agreement of a splitter with the marks."""

    found: int
    wrong: int
    missed: int
    perfect: float
    """Share of abstracts whose spans are all equal to the marks."""

    @property
    def precision(self) -> float:
        """Right ends among those given; 1 where none is given."""
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Ends found among those marked; 1 where none is marked."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def read_marked(marks: Path, data: Path) -> list[Marked]:
    """Read the marks and the texts they belong to.

    Args:
        marks: The file of offsets, one abstract per line.
        data: The folder that holds the corpora.

    Raises:
        SourceError: A text is missing or is not the one that was marked.
    """
    records = [json.loads(line) for line in marks.read_text(encoding="utf-8").splitlines()]
    texts = {name: _texts(data, name) for name in {record["corpus"] for record in records}}
    return [_marked(record, texts[record["corpus"]]) for record in records]


def _texts(data: Path, corpus: str) -> dict[str, str]:
    file, key, field = CORPORA[corpus]
    opened = gzip.open if file.endswith(".gz") else open
    with opened(data / file, "rt", encoding="utf-8") as lines:
        records = (json.loads(line) for line in lines)
        return {record[key]: record[field] for record in records}


def _marked(record: dict[str, Any], texts: dict[str, str]) -> Marked:
    text = texts.get(record["id"], "")
    if text_hash(text) != record["sha256"]:
        raise SourceError(f"text {record['id']} of {record['corpus']} is not the marked one")
    spans = tuple((start, end) for start, end in record["spans"])
    return Marked(record["id"], record["part"], text, spans)


def score(splitter: Splitter, marked: Iterable[Marked]) -> Score:
    """Compare the inner sentence ends of a splitter with the marks."""
    found = wrong = missed = perfect = texts = 0
    for item in marked:
        spans = splitter(item.text)
        ours, theirs = ({end for _, end in part[:-1]} for part in (spans, item.spans))
        found, wrong = found + len(ours & theirs), wrong + len(ours - theirs)
        missed, texts = missed + len(theirs - ours), texts + 1
        perfect += spans == item.spans
    return Score(found, wrong, missed, perfect / texts if texts else 1.0)


def seconds(splitter: Splitter, marked: Iterable[Marked]) -> float:
    """Return the best of five times to split every text."""
    texts = [item.text for item in marked]

    def once() -> float:
        start = perf_counter()
        for text in texts:
            splitter(text)
        return perf_counter() - start

    return min(once() for _ in range(5))


def pysbd_splitter() -> Splitter:
    """Return pysbd's English rules, their spans trimmed of blanks."""
    import pysbd  # pyright: ignore[reportMissingTypeStubs]

    segmenter: Any = pysbd.Segmenter(language="en", clean=False, char_span=True)

    def splitter(text: str) -> Spans:
        pieces = ((piece.start, piece.end) for piece in segmenter.segment(text))
        trimmed = (
            (end - len(text[start:end].lstrip()), start + len(text[start:end].rstrip()))
            for start, end in pieces
        )
        return tuple((start, end) for start, end in trimmed if start < end)

    return splitter


def table(marked: list[Marked], splitters: dict[str, Splitter]) -> list[str]:
    """Return the lines of the table, one per part and splitter."""
    lines = ["part  splitter  precision  recall      F1  perfect"]
    for part in ("dev", "test"):
        chosen = [item for item in marked if item.part == part]
        for name, splitter in splitters.items():
            got = score(splitter, chosen)
            lines.append(
                f"{part:4}  {name:8}  {got.precision:9.4f}  {got.recall:6.4f}  {got.f1:6.4f}"
                f"  {got.perfect:7.3f}"
            )
    return lines


def main(arguments: list[str]) -> None:
    """Print the table and the ratio of speeds."""
    paths = [Path(argument) for argument in arguments]
    marked = read_marked(*(paths + [MARKS, DATA][len(paths) :]))
    splitters = {"attest": split, "pysbd": pysbd_splitter()}
    ours, theirs = (seconds(splitter, marked) for splitter in splitters.values())
    lines = table(marked, splitters)
    lines.append(f"attest takes {1000 * ours:.1f} ms, pysbd {theirs / ours:.0f} times as long")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
