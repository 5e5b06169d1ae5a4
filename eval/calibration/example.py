"""Development questions with what retrieval finds for them."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.answering.answerer import ExtractiveAnswerer, Found
from rag.answering.candidates import Scored
from rag.answering.evidence import FEATURES, Reading, Weights
from rag.answering.fitted import Fitted, Models
from rag.answering.followup import standalone
from rag.answering.refusal import SIGNS
from rag.build import interaction, open_library, pair_reader, retriever
from rag.retrieval import HybridRetriever, Retrieved
from rag.schema import Turn
from rag.settings import Settings
from rag.store.view import LibraryView

_COVERED = 0.6


class Example(NamedTuple):
    """A question with what retrieval found for it."""

    question: dict[str, Any]
    reading: Reading
    retrieved: Retrieved
    scored: list[Scored]
    labels: NDArray[np.int64]
    """Per candidate sentence: evidence or not."""
    gold: frozenset[str]
    """Ids of the gold papers."""


def examples(pairs: Sequence[tuple[Path, Path]], models: Models) -> list[Example]:
    """Retrieve for every question of every file, with these models."""
    found: list[Example] = []
    for questions, folder in pairs:
        settings = Settings(library=folder, interaction=models.interaction, second=models.second)
        searching = retriever(settings)
        answering = ExtractiveAnswerer(
            _flat(),
            reader=pair_reader("weighs") if models.reader else None,
            interaction=interaction() if models.interaction else None,
        )
        with open_library(settings).open() as view:
            lines = questions.read_text(encoding="utf-8").splitlines()
            found += [_example(view, searching, answering, json.loads(line)) for line in lines]
    return found


def marked(one: Example) -> bool:
    """Tell whether a question has its evidence marked, sentence by sentence."""
    return any(gold.get("evidence") for gold in one.question["gold"])


def _example(
    view: LibraryView,
    searching: HybridRetriever,
    answering: ExtractiveAnswerer,
    question: dict[str, Any],
) -> Example:
    history = [Turn(**turn) for turn in question["history"]]
    whole = standalone(question["question"], history)
    retrieved = searching.retrieve(view, whole)
    found = Found(question["question"], whole, retrieved)
    reading, scored, _ = answering.read(view, found)
    evidence = {plain_title(one["title"]): one.get("evidence", []) for one in question["gold"]}
    labels = [_is_evidence(one, evidence.get(plain_title(one.paper.title), [])) for one in scored]
    titles = view.snapshot.papers({each.paper_id for each in retrieved.candidates})
    gold = frozenset(each for each, paper in titles.items() if plain_title(paper.title) in evidence)
    return Example(question, reading, retrieved, scored, np.array(labels, dtype=np.int64), gold)


def _is_evidence(one: Scored, evidence: Iterable[str]) -> int:
    return int(covers(one.sentence.text, evidence))


def covers(text: str, evidence: Iterable[str]) -> bool:
    """Tell whether a text has most of the words of one of the gold evidence sentences."""
    held = _words(text)
    return any(len(held & _words(each)) >= _COVERED * len(_words(each)) for each in evidence)


def _flat() -> Fitted:
    nothing = Weights((0.0,) * len(FEATURES), 0.0)
    return Fitted(nothing, Weights((0.0,) * len(SIGNS), 0.0), 0.0)


def plain_title(text: str) -> str:
    """Return a title in the form in which titles are compared."""
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.casefold()))
