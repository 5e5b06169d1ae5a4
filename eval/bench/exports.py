"""Write cited answers in every format, and read them back with tools that others wrote.

    python -m eval.bench.exports --data DIR [--count 300] [--each 10] [--edits 200] [--out FOLDER]

DIR is the folder of shared data. Libraries are made of its pages, its export files and
samples of its corpora; questions are those on the pages, and some made of titles. The
answers are extractive, from the ordinary assistant, and only those with citations count;
each export holds ``each`` of them. The table says how many fields each tool found equal, and
lists every kind of difference; programs that are not installed are said. Then ``attest
check``: on the untouched files, on Word documents that LibreOffice saved again, and on files
with planted edits. FOLDER keeps the files; it must not exist.
"""

import argparse
import gzip
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from eval.bench import pagereaders, recordreaders
from eval.bench.ask import questions
from eval.bench.planting import FORMS, KINDS, planted
from eval.bench.programs import NotInstalled, converted
from rag.build import open_assistant, open_library
from rag.exports.checking import check
from rag.exports.exported import Exported, Item, Options, cited_ids, gathered
from rag.exports.formats import FORMATS, write
from rag.exports.reread import reread
from rag.schema import Paper
from rag.settings import Settings

SAMPLE = 400
_SEED = 6
_CORPORA = (
    "corpora/acl_anthology.jsonl.gz",
    "corpora/mlanthology.jsonl.gz",
    "corpora/systematic_reviews.jsonl.gz",
    "retrieval/scifact/corpus.jsonl.gz",
)


class Chunk(NamedTuple):
    """An export and what the library holds of its papers."""

    exported: Exported
    stored: Mapping[str, Paper]
    files: Mapping[str, Path]
    """Its file of each format."""


def answered(
    data: Path, total: int, each: int, folder: Path
) -> list[tuple[Exported, dict[str, Paper]]]:
    """Return exports of cited answers, an equal share from every library."""
    found: list[tuple[Exported, dict[str, Paper]]] = []
    left = total
    sources = list(_sources(data, folder))
    for place, (name, paths, asked) in enumerate(sources):
        settings = Settings(library=folder / f"library-{place}")
        open_library(settings).add(paths)
        wanted = -(-left // (len(sources) - place))
        items = list(_items(settings, asked, wanted))
        left -= len(items)
        print(f"  {name}: {len(items)} cited answers", flush=True)
        with open_library(settings).snapshot() as snapshot:
            for start in range(0, len(items), each):
                part = items[start : start + each]
                known = dict(snapshot.papers(cited_ids(part)))
                found.append((gathered(part, known), known))
    return found


def _sources(data: Path, folder: Path) -> Iterator[tuple[str, list[Path], Path | None]]:
    """Yield name, files and questions of each library."""
    yield "saved pages", [data / "pages"], data / "page-questions" / "questions.jsonl"
    yield "export files", [data / "formats"], None
    for name in _CORPORA:
        with gzip.open(data / name, "rt", encoding="utf-8") as file:
            lines = [line for line in file if len(line) > 400]
        path = folder / Path(name).name.removesuffix(".gz").replace("corpus", "scifact")
        chosen = random.Random(_SEED).sample(lines, min(SAMPLE, len(lines)))
        path.write_text("".join(chosen), encoding="utf-8")
        yield f"{path.stem}, {len(chosen)} papers", [path], None


def _items(settings: Settings, asked: Path | None, wanted: int) -> Iterator[Item]:
    assistant = open_assistant(settings)
    made = 0
    for question in questions(settings, asked, 4 * wanted):
        if made == wanted:
            return
        answer = assistant.ask(question)
        if answer.refusal is None and answer.citations:
            made += 1
            yield Item(answer=answer, time=datetime.now(UTC).isoformat(timespec="seconds"))


def written(exports: Sequence[tuple[Exported, dict[str, Paper]]], folder: Path) -> list[Chunk]:
    """Write every export in every format."""
    chunks: list[Chunk] = []
    for number, (exported, stored) in enumerate(exports):
        files: dict[str, Path] = {}
        for name, form in FORMATS.items():
            files[name] = folder / f"{number:03d}{form.suffixes[0]}"
            files[name].write_bytes(write(exported, name, Options()))
        chunks.append(Chunk(exported, stored, files))
    return chunks


def table(chunks: Sequence[Chunk], folder: Path) -> str:
    """Return what every tool read of every format."""
    lines = [f"  {'format':10s}{'read by':28s}{'fields':>9s}{'equal':>9s}{'differ':>9s}"]
    for reader in recordreaders.READERS:
        exports = [(chunk.exported, chunk.files[reader.form]) for chunk in chunks]
        lines += recordreaders.tally(reader, exports).lines()
    for page in pagereaders.READERS:
        exports = [(chunk.exported, chunk.files[page.form]) for chunk in chunks]
        lines += pagereaders.tally(page, exports, folder).lines()
    return "\n".join(lines)


def checked(chunks: Sequence[Chunk], edits: int, folder: Path) -> str:
    """Return what ``attest check`` says of the files, untouched, saved again and edited."""
    lines = ["  attest check"]
    faults = {
        form: sum(_faults(chunk, chunk.files[form]) > 0 for chunk in chunks) for form in FORMS
    }
    lines.append(
        f"  untouched, of {len(chunks)} files a format with a false alarm: {_counts(faults)}"
    )
    words = [chunk.files["docx"] for chunk in chunks]
    again: list[Path] = []
    try:
        again = converted(words, "docx:MS Word 2007 XML", folder / "saved-again")
        alarms = sum(_faults(*pair) > 0 for pair in zip(chunks, again, strict=True))
        lines.append(f"  DOCX saved again by LibreOffice with a false alarm: {alarms}")
    except NotInstalled as missing:
        lines.append(f"  DOCX saved again by LibreOffice: {missing}")
    shown = {form: [chunk.files[form] for chunk in chunks] for form in FORMS}
    if again:
        shown["docx, saved again"] = again
    for name, files in shown.items():
        lines.append(
            f"  edits caught in {name}: {_caught(chunks, files, edits // len(FORMS), folder)}"
        )
    return "\n".join(lines)


def _caught(chunks: Sequence[Chunk], files: Sequence[Path], edits: int, folder: Path) -> str:
    """Plant edits, as many of each kind, in one file after the other; say how many were found."""
    draw = random.Random(_SEED)
    form = next(name for name in FORMS if files[0].suffix in FORMATS[name].suffixes)
    told: list[str] = []
    total = found = 0
    for kind in KINDS:
        made = caught = 0
        for place in islice(cycle(range(len(files))), 10 * edits):
            if made == -(-edits // len(KINDS)):
                break
            altered = planted(files[place].read_bytes(), form, kind, draw)
            if altered is not None:
                path = folder / f"edited{files[place].suffix}"
                path.write_bytes(altered)
                made += 1
                caught += _faults(chunks[place], path) > 0
        told.append(f"{kind} {caught}/{made}")
        total, found = total + made, found + caught
    return f"{found}/{total} ({', '.join(told)})"


def _faults(chunk: Chunk, path: Path) -> int:
    return check(reread(path), chunk.stored).faults


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items())


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = given.out or Path(place) / "exports"
        folder.mkdir(parents=True)
        exports = answered(given.data, given.count, given.each, Path(place))
        chunks = written(exports, folder)
        answers = [item.answer for chunk in chunks for item in chunk.exported.items]
        cited = sum(len(answer.citations) for answer in answers)
        papers = sum(len(chunk.exported.papers) for chunk in chunks)
        print(
            f"{len(answers)} answers, {cited} quotes, {papers} records of cited papers, "
            f"{len(chunks)} files a format"
        )
        print(table(chunks, folder), flush=True)
        print(checked(chunks, given.edits, folder))


if __name__ == "__main__":
    main()
