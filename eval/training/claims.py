"""Claims with evidence, and whether people found that it supports them."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.calibration.corruptions import negated
from eval.calibration.sets import held_back, load, read_lines
from eval.training.abstracts import turned
from eval.training.example import (
    CONTRADICTS,
    NOT_SUPPORTS,
    SUPPORTS,
    UNDECIDED,
    Example,
)
from eval.training.questions import nearest, windows
from eval.training.sets import shipped

_LABELS = {
    "entailment": SUPPORTS,
    "contradiction": CONTRADICTS,
    "neutral": UNDECIDED,
    "not_entailment": NOT_SUPPORTS,
}
_VERDICTS = {
    "SUPPORT": SUPPORTS,
    "CONTRADICT": CONTRADICTS,
    "NOT_ENOUGH_INFO": UNDECIDED,
    "completely-support": SUPPORTS,
    "refute": CONTRADICTS,
    "irrelevant": UNDECIDED,
}
LONGEST = 140
"""Words of evidence; more is cut to the stretches that share most with the claim."""


def near(claim: str, evidence: str) -> str:
    """Return evidence cut to a length that is learned from, in its own order."""
    if len(evidence.split()) <= LONGEST:
        return " ".join(evidence.split())
    parts = windows(evidence)
    best = nearest(claim, parts)[:3]
    return " ".join(one for one in parts if one in best)


def inferences(data: Path, *, seed: int, whole: bool = False) -> Iterator[Example]:
    """Yield the pairs of the open inference sets; ``whole``: all of FEVER and no captions.

    Of two captions on different scenes people said that they contradict each other, and a
    checker must not say that of an abstract on something else.
    """
    draw = random.Random(seed)
    fever, captions = (1.0, 0.0) if whole else (0.6, 0.35)
    shares = {"mnli": 1.0, "snli": captions, "fever-nli": fever, "fever-rte": fever,
              "scitail": 1.0, "conjnli": 1.0}  # fmt: skip
    for name, share in shares.items():
        for record in read_lines(data / shipped(name).file):
            if draw.random() < share:
                yield _pair(name, record["hypothesis"], record["premise"],
                            _LABELS[record["label"]])  # fmt: skip


def dialogues(data: Path) -> Iterator[Example]:
    """Yield replies with the knowledge they were given."""
    for record in read_lines(data / shipped("begin").file):
        if "topicalchat" not in str(record["meta"].get("src", "")):
            yield _judged("begin", record)


def citations(data: Path) -> Iterator[Example]:
    """Yield citing sentences with the sentences of the cited article."""
    for record in read_lines(data / shipped("citation-integrity").file):
        if record["split"] == "train":
            yield _judged("citation-integrity", record)


def calibrated(data: Path) -> Iterator[Example]:
    """Yield the part of Factcheck-GPT that the lexical checker is fitted on."""
    for item in load(data):
        if item.part == "fit" and item.data_set == "factcheckgpt":
            label = SUPPORTS if item.supported else _VERDICTS.get(item.verdict, NOT_SUPPORTS)
            yield _pair(item.data_set, item.claim, item.evidence, label)


def trials(data: Path) -> Iterator[Example]:
    """Yield claims on what a trial did to an outcome, with the passage and with the abstract.

    A false one names another direction than the trial found, which contradicts it.
    """
    for record in read_lines(data / shipped("evidence-inference").file):
        if record["split"] != "train":
            continue
        label = SUPPORTS if record["label"] else CONTRADICTS
        for text in (record["meta"]["evidence"], record["context"]):
            yield _pair("evidence-inference", record["response"], text, label)


def scifact(data: Path) -> Iterator[Example]:
    """Yield SciFact's training claims that are not held back, with evidence and with abstract."""
    records = list(read_lines(data / shipped("scifact").file))
    reported = {one["context"] for one in records if one["split"] != "train"}
    for record in records:
        if record["split"] != "train" or held_back(record["response"]):
            continue
        if record["context"] in reported:
            continue
        label = _VERDICTS[record["meta"]["orig_label"]]
        yield _pair("scifact", record["response"], record["context"], label)
        sentences: list[str] = record["meta"]["sentences"]
        rationales: list[list[int]] = record["meta"].get("rationales") or []
        for rationale in rationales:
            text = " ".join(sentences[place] for place in rationale if place < len(sentences))
            yield _pair("scifact", record["response"], text, label)


def conclusions(data: Path, *, seed: int) -> Iterator[Example]:
    """Yield conclusions of PubMedQA's training abstracts on their own results, and on others'."""
    draw = random.Random(seed)
    records = [r for r in read_lines(data / shipped("pubmedqa").file) if r["split"] == "train"]
    for record in records:
        other = draw.choice(records)
        yield _pair("pubmedqa", record["meta"]["conclusion"], record["context"], SUPPORTS)
        if other is not record:
            yield _pair("pubmedqa", other["meta"]["conclusion"], record["context"], UNDECIDED)


def opposed(supported: Iterable[Example], *, seed: int) -> Iterator[Example]:
    """Yield supported claims with a direction turned round or a negation put in or taken out."""
    draw = random.Random(seed)
    for one in supported:
        if one.support != SUPPORTS:
            continue
        wrong = turned(one.first, draw) or negated(one.first, [], draw)
        if wrong is not None and wrong != one.first:
            yield replace(one, first=wrong, support=CONTRADICTS)


def _judged(name: str, record: dict[str, Any]) -> Example:
    label = SUPPORTS if record["label"] else NOT_SUPPORTS
    return _pair(name, record["response"], record["context"], label)


def _pair(source: str, claim: str, evidence: str, label: int) -> Example:
    return Example("supports", source, " ".join(claim.split()), near(claim, evidence),
                   support=label)  # fmt: skip
