"""Human-labelled claims, each with the part it plays: fitted on, calibrated on, or reported.

Weights that ship are fitted on training splits under open licences only. The
two numbers of the calibration, the thresholds and the caps come from
development splits under open licences. Everything else is only reported on.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

Part = Literal["fit", "calibrate", "report", "unused"]


@dataclass(frozen=True, slots=True)
class Item:
    """A claim, its evidence and what people said of it."""

    data_set: str
    part: Part
    group: str
    """Items of one group share evidence and so stand in one part."""
    claim: str
    evidence: str
    supported: bool
    verdict: str
    """The original class, such as ``REFUTE``; empty where there are only two."""
    split: str = ""
    """Of the set's authors."""

    @property
    def learned(self) -> bool:
        """Whether the bundled reader was trained on this item, or on a part that held it."""
        if self.data_set in {"factcheckgpt", "evidence-inference"}:
            return self.part == "fit"
        return self.data_set == "scifact" and self.split == "train" and not held_back(self.claim)


@dataclass(frozen=True, slots=True)
class _Set:
    name: str
    file: str
    parts: Mapping[str, Part] | None
    """Part of each split; None means shares by group: 60 % fit, 20 %, 20 %."""
    group: Callable[[dict[str, Any]], str]


def _context(record: dict[str, Any]) -> str:
    return sha256(record["context"].encode()).hexdigest()


def _meta(field: str) -> Callable[[dict[str, Any]], str]:
    return lambda record: str(record["meta"][field])


_SETS = (
    _Set("scifact", "faithfulness/scifact/scifact.jsonl.gz", None, _context),
    _Set("factcheckgpt", "training/factcheckgpt/factcheckgpt_stance.jsonl.gz", None,
         _meta("claim_key")),
    _Set("citation-integrity", "training/citation-integrity/citation_integrity.jsonl.gz",
         {"test": "report"}, _context),
    _Set("evidence-inference", "training/evidence-inference/evidence_inference.jsonl.gz",
         {"train": "fit", "test": "report"}, _context),
    _Set("attributionbench", "faithfulness/attributionbench/dev.jsonl.gz",
         {"dev": "calibrate"}, _context),
    _Set("attributionbench", "faithfulness/attributionbench/test500.jsonl",
         {"test500": "report"}, _context),
    _Set("wice", "faithfulness/wice/wice_claim.jsonl.gz",
         {"dev": "calibrate", "test": "report"}, _context),
    _Set("healthver", "faithfulness/healthver/healthver.jsonl.gz",
         {"dev": "unused", "test": "report"}, _context),
    _Set("check-covid", "faithfulness/check-covid/check_covid.jsonl.gz",
         {"train": "unused", "dev": "report"}, _context),
    _Set("qags-cnndm", "faithfulness/qags/qags.jsonl", {"cnndm": "report"}, _context),
    _Set("qags-xsum", "faithfulness/qags/qags.jsonl", {"xsum": "report"}, _context),
    _Set("summedits", "faithfulness/summedits/summedits_other.jsonl.gz",
         {"evaluation": "unused", "test": "report"}, _meta("doc_id")),
)  # fmt: skip


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a JSONL file, plain or gzipped."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def load(data: Path) -> list[Item]:
    """Return all items under the folder of shared data.

    An item whose evidence is also evidence of a reported item is dropped from
    the parts that numbers are taken from.
    """
    items = [item for source in _SETS for item in _items(data, source)]
    held_out = {item.evidence for item in items if item.part == "report"}
    return [i for i in items if i.part == "report" or i.evidence not in held_out]


def _items(data: Path, source: _Set) -> Iterator[Item]:
    for record in read_lines(data / source.file):
        group = source.group(record)
        part = _drawn(group) if source.parts is None else source.parts.get(record["split"])
        if part is not None:
            yield Item(
                data_set=source.name,
                part=part,
                group=group,
                claim=record["response"],
                evidence=record["context"],
                supported=bool(record["label"]),
                verdict=str(record["meta"].get("orig_label", "")),
                split=str(record["split"]),
            )


def held_back(claim: str) -> bool:
    """Tell whether a SciFact training claim is kept from the reader, to judge retrieval by."""
    return bool(int(sha256(claim.strip().encode()).hexdigest()[-1], 16) % 2)


def _drawn(group: str) -> Part:
    drawn = int(sha256(group.encode()).hexdigest()[:8], 16) % 10
    return "fit" if drawn < 6 else "calibrate" if drawn < 8 else "report"
