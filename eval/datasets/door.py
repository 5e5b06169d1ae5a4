"""The one door to data sets: told by what is in a file or folder, never by a name alone."""

from pathlib import Path
from typing import NamedTuple

from eval.datasets.judged import read_collection
from eval.datasets.layout import Layout, recognise
from eval.datasets.ledger import Ledger, refuse, without
from eval.datasets.lines import objects
from eval.datasets.papers import Papers, Shelf, corpus_entries, gather, library_entries
from eval.datasets.questions import Placed, compare, read_cases, wanted
from eval.datasets.ragchecker import read_ragchecker_cases
from eval.schema import Case, Dataset, Fault
from rag.errors import SourceError
from rag.sources.cleaning import visible


class Examined(NamedTuple):
    """A data set and what is wrong with it."""

    dataset: Dataset | None
    """None where there are faults."""
    faults: tuple[Fault, ...]
    unjudged: tuple[str, ...] = ()
    """Ids of the queries of a collection that are left out, for want of a judgement."""


def read_dataset(path: Path, *, name: str | None = None) -> Dataset:
    """Read a data set of any known form.

    Args:
        path: A file or folder. Known are cases as JSONL (see `questions`), plain, gzipped
            or as ``questions.jsonl`` or ``cases.jsonl`` in a folder; a BEIR folder, or one
            of its ``qrels/<split>.tsv``; TREC qrels with queries beside them; RAGChecker's
            JSON.
        name: Of the data set; by default that of its folder or file.

    Raises:
        SourceError: There is a fault; names the first and how many more there are.
    """
    dataset, faults, _ = examine(path, name=name)
    refuse(faults)
    if dataset is None:
        raise SourceError(f"{path}: no cases; write one at least")
    return dataset


def faults(path: Path, *, papers: Papers | None = None) -> tuple[Fault, ...]:
    """Return every fault of a data set, file by file, line by line; empty if it can be read.

    Args:
        path: As for `read_dataset`.
        papers: Papers to hold the cases against, instead of the corpus beside them.
    """
    return examine(path, papers=papers).faults


def examine(path: Path, *, name: str | None = None, papers: Papers | None = None) -> Examined:
    """Read a data set as far as it goes and tell all that is wrong with it.

    Args:
        path: As for `read_dataset`.
        name: As for `read_dataset`.
        papers: As for `faults`.
    """
    ledger = Ledger()
    try:
        layout = recognise(path)
        cases, unjudged = _cases(layout, ledger, papers)
    except SourceError as error:
        ledger.page(path)(None, without(path, error))
        return Examined(None, ledger.faults)
    found = ledger.faults
    if not cases and not found:
        ledger.page(layout.main)(None, "no cases; write one at least")
        found = ledger.faults
    if found:
        return Examined(None, found, unjudged)
    return Examined(_dataset(layout, cases, name), (), unjudged)


def _cases(
    layout: Layout, ledger: Ledger, papers: Papers | None
) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    note = ledger.page(layout.main)
    if layout.format == "questions":
        placed = read_cases(objects(layout.main, note), note)
        if not placed and not ledger.faults:
            note(None, "empty file; write one case a line")
        shelf = _shelf(layout, placed, ledger, papers)
        if shelf is not None:
            compare(placed, shelf, note)
        return tuple(case for _, case in placed), ()
    if layout.format == "ragchecker":
        return read_ragchecker_cases(layout.main, note), ()
    return read_collection(layout, ledger, papers)


def _shelf(
    layout: Layout, placed: list[Placed], ledger: Ledger, papers: Papers | None
) -> Shelf | None:
    if papers is not None:
        return gather(library_entries(papers), wanted(placed), name="the library")
    if layout.corpus is None:
        return None
    entries = corpus_entries(layout.corpus, ledger.page(layout.corpus))
    return gather(entries, wanted(placed), name=layout.corpus.name)


def _dataset(layout: Layout, cases: tuple[Case, ...], name: str | None) -> Dataset:
    judged_only = layout.format in ("beir", "trec") and layout.answers is None
    return Dataset(
        name=name or visible(layout.name),
        format=layout.format,
        cases=cases,
        corpus=visible(str(layout.corpus)) if layout.corpus else None,
        kind="retrieval" if judged_only else "answers",
    )
