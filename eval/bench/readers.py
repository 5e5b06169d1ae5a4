"""How quick each reader is, what it holds, and that twice the file takes twice the time.

    python -m eval.bench.readers [--size 2] [--reader NAME …] [--hostile]

The largest shared file of each format is made ``--size`` MB long by repeating its entries, then
twice that. Told are MB a second of the processor, the peak of what Python allocated while the
records were read and let go, and the time of the double over that of the single file.

``--hostile`` reads the adversarial files instead, one by one: how many come out as what, the
slowest and the largest of each folder, and, for BibTeX and RIS, whether records and rejections
add up to the entries that a plain pattern counts.
"""

import argparse
import json
import re
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import process_time
from typing import NamedTuple, cast

from eval.bench.mutations import own
from eval.bench.process import ROOT
from rag.errors import SourceError
from rag.schema import Record
from rag.sources import READERS, read_papers, recognise

DATA = ROOT.parent / "shared" / "data"
FORMATS = (DATA / "formats", DATA / "pages", DATA / "adversarial" / "jabref-importers")
HOSTILE = (
    *("better-bibtex-import", "jabref-importers", "rispy", "json-test-suite"),
    *("xml-bombs", "naughty-strings"),
)
TRIES = 3
_ENTRIES = {
    "aclxml": "paper",
    "arxivatom": "entry",
    "arxivoai": "record",
    "endnotexml": "record",
    "pubmedxml": "PubmedArticle",
}
"""What an entry of an XML format is called."""
_COUNTED: Mapping[str, re.Pattern[str]] = {
    "bibtex": re.compile(
        r"^[^\S\n]*%?@(?!(?:comment|string|preamble)\b)\w+\s*[{(]", re.IGNORECASE | re.MULTILINE
    ),
    "ris": re.compile(r"^(?:TY {1,2}-.*\n)+", re.MULTILINE),
}


class Spent(NamedTuple):
    """What reading a file took."""

    records: int
    rejections: int
    seconds: float
    """Of the processor."""
    peak: float
    """MiB that Python allocated at once."""


def timed(file: Path) -> Spent:
    """Read a file a few times and return the least that it took; the peak is not measured."""
    return min((_read(file) for _ in range(TRIES)), key=lambda spent: spent.seconds)


def traced(file: Path) -> Spent:
    """Read a file once with every allocation counted, which takes longer."""
    tracemalloc.start()
    try:
        spent = _read(file)
        return spent._replace(peak=tracemalloc.get_traced_memory()[1] / 2**20)
    finally:
        tracemalloc.stop()


def _read(file: Path) -> Spent:
    counts = [0, 0]
    started = process_time()
    for each in read_papers(file):
        counts[not isinstance(each, Record)] += 1
    return Spent(counts[0], counts[1], process_time() - started, 0.0)


def grown(name: str, text: str) -> Callable[[int], str]:
    """Return what makes a file of this format at least so many characters long."""
    if text.lstrip()[:1] in ("{", "[") and (parts := _listed(text)):
        head, entry, tail = parts
        return lambda size: head + ",".join([entry] * _times(size, entry)) + tail
    if name in _ENTRIES:
        tag = _ENTRIES[name]
        start, end = text.index(f"<{tag}"), text.rindex(f"</{tag}>") + len(tag) + 3
        return lambda size: text[:start] + text[start:end] * _times(size, text) + text[end:]
    if name == "tables":
        head, _, rows = text.partition("\n")
        rows = rows.rstrip("\n") + "\n"
        return lambda size: f"{head}\n" + rows * _times(size, rows)
    if name == "webpages":
        return lambda size: (
            text.replace("</body>", "<p>Bees &amp; ants.</p>" * (size // 22)) + "</body>"
        )
    return lambda size: f"{text}\n" * _times(size, text)


def _times(size: int, part: str) -> int:
    return max(1, size // len(part))


def _listed(text: str) -> tuple[str, str, str] | None:
    """Cut a JSON file into what stands before, in and after its longest list of objects."""
    try:
        value: object = json.loads(text)
    except ValueError:
        return None
    lists = sorted(_lists(value), key=lambda found: -len(json.dumps(found)))
    if not lists:
        return None
    inner = json.dumps(lists[0])[1:-1]
    whole = json.dumps(value)
    at = whole.find(inner)
    return whole[:at], inner, whole[at + len(inner) :]


def _lists(value: object) -> Iterator[list[object]]:
    if isinstance(value, list):
        yield cast(list[object], value)
    elif isinstance(value, dict):
        for key in ("message", "items", "results", "data"):
            yield from _lists(cast(Mapping[str, object], value).get(key))


def samples(folders: Sequence[Path]) -> dict[str, str]:
    """Return the longest text of each format below folders, and our own where there is none."""
    found = dict(own())
    for path in sorted(each for folder in folders for each in folder.rglob("*") if each.is_file()):
        try:
            name = recognise(path).name
        except SourceError:
            continue
        text = path.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n")
        if len(text) > len(found.get(name, "")) and name not in own():
            found[name] = text
    return found


def row(name: str, text: str, size: int, folder: Path) -> str:
    """Return the line of one reader."""
    make = grown(name, text)
    files = [folder / f"{name}-{number}" for number in (1, 2)]
    for number, file in enumerate(files, start=1):
        file.write_text(make(number * size), encoding="utf-8", newline="")
    one, two = map(timed, files)
    megabytes = [file.stat().st_size / 1e6 for file in files]
    pace = megabytes[0] / one.seconds if one.seconds else 0.0
    return (
        f"{name:16} {megabytes[0]:6.1f} {one.records:8,} {two.records:8,} {pace:7.1f} "
        f"{traced(files[0]).peak:8.1f} {two.seconds / max(one.seconds, 1e-9):6.2f}"
    )


def hostile(folder: Path) -> str:
    """Return the line of one adversarial folder, and those of files that count otherwise."""
    others: list[str] = []
    records = rejections = refused = counted = right = 0
    slowest = largest = Spent(0, 0, 0.0, 0.0)
    files = [each for each in sorted(folder.rglob("*")) if each.is_file()]
    for file in files:
        try:
            spent = _read(file)._replace(peak=traced(file).peak)
            name = recognise(file).name
        except SourceError:
            refused += 1
            continue
        records, rejections = records + spent.records, rejections + spent.rejections
        slowest = max(slowest, spent, key=lambda each: each.seconds)
        largest = max(largest, spent, key=lambda each: each.peak)
        if name in _COUNTED:
            text = _plain(file.read_bytes())
            counted += 1
            entries = len(_COUNTED[name].findall(text))
            right += entries == spent.records + spent.rejections
            if entries != spent.records + spent.rejections:
                others.append(
                    f"  {file.name}: {entries} counted, {spent.records} + {spent.rejections}"
                )
    line = (
        f"{folder.name:22} {len(files):5} {records:8,} {rejections:9,} {refused:8,} "
        f"{slowest.seconds:8.2f} {largest.peak:8.1f} {right:4} of {counted:4}"
    )
    return "\n".join([line, *others])


def _plain(data: bytes) -> str:
    wide = {0: "utf-16-be", 1: "utf-16-le"}.get(data[:40].find(0) % 2 if 0 in data[:40] else 2)
    text = data.decode(wide or "utf-8", "replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--size", type=float, default=2.0, help="MB of the single file")
    parser.add_argument("--reader", action="append", help="only this one; may come again")
    parser.add_argument("--hostile", action="store_true", help="read the adversarial files")
    given = parser.parse_args()
    if given.hostile:
        print(
            "folder                 files  records  rejected  refused  slowest  peak MB  as counted"
        )
        for name in HOSTILE:
            print(hostile(DATA / "adversarial" / name), flush=True)
        return
    texts = samples(FORMATS)
    print("reader               MB  records   double    MB/s  peak MB  ratio")
    with tempfile.TemporaryDirectory() as folder:
        for name in given.reader or [each.name for each in READERS if each.name in texts]:
            print(row(name, texts[name], int(given.size * 1e6), Path(folder)), flush=True)


if __name__ == "__main__":
    main()
