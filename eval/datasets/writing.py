"""Cases into files of Attest's own form, so that reading gives them back."""

import gzip
import os
from collections.abc import Iterable, Sequence
from io import BufferedReader
from pathlib import Path

from eval.datasets.ledger import Ledger, refuse, shown
from eval.datasets.lines import Json, objects, parsed
from eval.datasets.questions import Placed, read_cases
from eval.schema import Case, Gold
from rag.contract import line
from rag.errors import UsageError
from rag.replacing import alone, replace
from rag.sources.inflation import MAGIC, opened

_REST = ("must_exclude", "nuggets", "group", "origin", "pair")


def write_cases(cases: Iterable[Case], path: Path) -> None:
    """Write cases, one JSON object a line, in the place of what was there.

    A path that ends in ``.gz`` is gzipped. Reading the file gives equal cases.

    Raises:
        UsageError: A case has a fault (the first is told, by its id), there is no case, or
            the file cannot be written.
    """
    kept = list(cases)
    if not kept:
        raise UsageError(f"no cases to write to {path}; give one at least")
    text = "".join(f"{rendered(case)}\n" for case in kept)
    _reads_back(kept, text, path)
    replace(path, _packed(text, gzipped=path.suffix == ".gz"))


def append_case(case: Case, path: Path) -> None:
    """Add a case to a file of cases, or begin one; earlier lines stay byte for byte.

    Raises:
        UsageError: The case has a fault, its id or question is there already, or the file
            cannot be written.
        SourceError: The file is there and has a fault.
    """
    with alone(path):
        there = os.path.exists(path)
        ledger = Ledger()
        earlier = list(objects(path, ledger.page(path))) if there else []
        refuse(ledger.faults)
        old = path.read_bytes() if there else b""
        number = max((placed for placed, _ in earlier), default=0) + 1
        text = rendered(case)
        added = parsed(text, number, ledger.page(path)) or {}
        placed = read_cases([*earlier, (number, added)], ledger.page(path))
        refuse([fault for fault in ledger.faults if fault.line != number])
        ours = [fault.message for fault in ledger.faults]
        if ours or placed[-1].case != case:
            why = ours[0] if ours else "it does not read back as it is"
            raise UsageError(f"case {shown(case.id)} was not added to {path}: {why}")
        gzipped = old.startswith(MAGIC) if old else path.suffix == ".gz"
        start = "" if not old or _ends_in_line(path) else "\n"
        replace(path, old + _packed(f"{start}{text}\n", gzipped=gzipped))


def rendered(case: Case) -> str:
    """Return a case as one line of JSON, fields that say nothing left out."""
    content: Json = {
        "id": case.id,
        "type": case.type,
        "question": case.question,
        "history": [turn.model_dump() for turn in case.history],
    }
    if case.answerable is not None:
        content["answerable"] = case.answerable
    content["gold"] = [_gold(gold) for gold in case.gold]
    if len(case.answers) == 1:
        content["answer"] = case.answers[0]
    elif case.answers:
        content["answers"] = list(case.answers)
    content["must_include"] = list(case.must_include)
    dumped = case.model_dump(mode="json", exclude_defaults=True, include=set(_REST))
    content |= {name: dumped[name] for name in _REST if name in dumped}
    if case.filters.active:
        content["filters"] = case.filters.model_dump(exclude_none=True)
    return line(content)


def _gold(gold: Gold) -> Json:
    content: Json = {"paper_id": gold.paper_id, "title": gold.title}
    named: Json = {name: value for name, value in content.items() if value is not None}
    grade: Json = {} if gold.grade == 1 else {"grade": gold.grade}
    return {**named, **grade, "evidence": list(gold.evidence)}


def _reads_back(cases: Sequence[Case], text: str, path: Path) -> None:
    ledger = Ledger()
    note = ledger.page(path)
    numbered = enumerate(text.split("\n")[:-1], start=1)
    values = [(number, value) for number, each in numbered if (value := parsed(each, number, note))]
    placed: list[Placed] = read_cases(values, note)
    for fault in ledger.faults:
        case = cases[(fault.line or 1) - 1]
        raise UsageError(f"case {shown(case.id)} cannot be written to {path}: {fault.message}")
    for case, (_, again) in zip(cases, placed, strict=True):
        if again != case:
            raise UsageError(
                f"case {shown(case.id)} cannot be written to {path}: it does not read back as it "
                "is; leave out blank texts and ids"
            )


def _packed(text: str, *, gzipped: bool) -> bytes:
    content = text.encode()
    return gzip.compress(content, mtime=0) if gzipped else content


def _ends_in_line(path: Path) -> bool:
    last = b"\n"
    with opened(path) as raw:
        stream = BufferedReader(raw)
        while piece := stream.read(2**20):
            last = piece[-1:]
    return last == b"\n"
