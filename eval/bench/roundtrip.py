"""Everything in, out as BibTeX, RIS and CSL-JSON, and in again: no paper may be new.

    python -m eval.bench.roundtrip --work FOLDER [PATH …]

Files and folders (those of the shared data unless named) are added to a library with the hashing
embedder. Its papers are written as ``attest papers --format`` writes them, and the file is added
to a copy of the library: every record must be one of its papers. How many fields come back
as they went out is told beside it, first of all those that differ.
"""

import argparse
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from eval.bench.process import ROOT
from rag.build import open_library
from rag.exports.exported import shown
from rag.exports.listing import WRITERS, listed
from rag.library import Library
from rag.replacing import replace
from rag.schema import Paper, Record
from rag.settings import Settings
from rag.sources import read_papers
from rag.store.report import AddReport

SHARED = tuple(ROOT.parent / "shared" / "data" / name for name in ("formats", "pages"))
FIELDS = ("title", "abstract", "authors", "year", "venue", "retraction")
NAMES = ("doi", "arxiv", "pmid", "pmcid")


class Turn(NamedTuple):
    """What came of one format."""

    form: str
    written: int
    report: AddReport
    differing: Mapping[str, int]
    """Records by the field that did not come back as it went out."""

    def row(self) -> str:
        """Return it as a line of the table."""
        told = self.report
        changed = ", ".join(f"{name} {count}" for name, count in self.differing.items())
        return (
            f"{self.form:7} {self.written:8,} {told.read:8,} {told.new:5,} {told.updated:8,} "
            f"{told.unchanged:10,} {told.rejected:9,}  {changed or 'none'}"
        )


HEADER = "format   written     read   new  updated  unchanged  rejected  fields that differ"


def library_at(folder: Path) -> Library:
    """Return the library of a folder, with the embedder that costs nothing."""
    return open_library(Settings(library=folder, embedder="hash"))


def turn(library: Path, form: str, work: Path) -> Turn:
    """Write the papers of a library in a format and add the file to a copy of it."""
    file, copy = work / f"out.{form}", work / f"again-{form}"
    with library_at(library).snapshot() as snapshot:
        papers = list(snapshot.iter_papers())
    replace(file, listed(lambda: papers, form))
    shutil.copytree(library, copy)
    report = library_at(copy).add([file])
    found = [each for each in read_papers(file) if isinstance(each, Record)]
    differing: Counter[str] = Counter()
    for paper, record in zip(papers, found, strict=False):
        differing.update(differences(paper, record))
    return Turn(form, len(papers), report, differing)


def differences(paper: Paper, record: Record) -> list[str]:
    """Return the fields of a record that are not those of the paper it was written from."""
    told = shown(paper)
    fields = [name for name in FIELDS if getattr(told, name) != getattr(record, name)]
    names = [
        name
        for name in NAMES
        if getattr(told.identifiers, name) != getattr(record.identifiers, name)
    ]
    return [*fields, *names]


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("paths", type=Path, nargs="*", default=list(SHARED))
    parser.add_argument("--work", type=Path, required=True, help="an empty folder")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    library = given.work / "library"
    report = library_at(library).add(given.paths)
    print(
        f"{report.read:,} records of {len(report.files)} paths are {report.papers:,} papers; "
        f"{report.rejected:,} rejected\n{HEADER}"
    )
    turns = [turn(library, form, given.work) for form in WRITERS]
    for each in turns:
        print(each.row())
    if any(each.report.new or each.report.read != each.written for each in turns):
        raise SystemExit("a paper came back as another one, or not at all")


if __name__ == "__main__":
    main()
