"""What the bundled models bring and cost, part by part.

    python -m eval.bench.reading QUESTIONS LIBRARY

QUESTIONS is a file in the format of the shared ``page-questions``, LIBRARY holds its papers.
Assistants answer the same questions in one process: without any of the models, with late
interaction ranking, weighing sentences, and both; with the second encoder ranking as well (the
default); then with the reader ranking or weighing, and with all. Each row gives the right papers
among the first five (all, and questions in everyday words), how often a quote covers gold
evidence, how well answerable and unanswerable questions part, and milliseconds. The numbers that
each assistant decides by are those that ship, fitted on these questions among others: figures by
split are ``eval.calibration.answering``'s.

Below it the time of each model alone: 50 passages for a question, as late interaction ranks them
and with the second encoder, 50 pairs for the reader, and answers of five reworded sentences, as
the checker reads them, beside the checker of words.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from eval.bench.falsified import reworded
from eval.calibration.example import covers, plain_title
from eval.calibration.fitting import auroc, balanced_accuracy
from rag.answering.answerer import ExtractiveAnswerer
from rag.answering.fitted import ALONE, Models, load
from rag.assistant import Assistant
from rag.build import embedder, interaction, open_library, second
from rag.embedding.e5 import E5
from rag.embedding.minilm import MiniLM, cores
from rag.interaction import Interaction, TokenEmbedder
from rag.reader import Reader
from rag.reranking import InteractionReranker, ReaderReranker, Reranker, Stretch
from rag.retrieval import HybridRetriever
from rag.schema import Answer, Turn
from rag.settings import Settings
from rag.verification import Checker, LexicalChecker, MeaningChecker

_FIVE = 5
_PASSAGES = 50
_PLAIN = "paraphrase"
"""What the shared questions call everyday words."""


class Asked(NamedTuple):
    """A question with its answer."""

    question: dict[str, Any]
    answer: Answer
    seconds: float


def variants(settings: Settings, reader: Reader) -> dict[str, Assistant]:
    """Return the assistants that are compared, by what the models do in them."""
    library, vectors = open_library(settings), embedder(settings.embedder)
    tokens = interaction()

    def made(*, ranks: Reranker | None = None, models: Models = ALONE) -> Assistant:
        return Assistant(
            library,
            HybridRetriever(vectors, reranker=ranks),
            ExtractiveAnswerer(
                load(models),
                reader=reader if models.reader else None,
                interaction=tokens if models.interaction else None,
            ),
            LexicalChecker(),
        )

    met, both = InteractionReranker(tokens), InteractionReranker(tokens, second=second())
    return {
        "neither": made(),
        "tokens rank": made(ranks=met),
        "tokens weigh": made(models=Models(interaction=True)),
        "tokens both": made(ranks=met, models=Models(interaction=True)),
        "second too": made(ranks=both, models=Models(interaction=True, second=True)),
        "reader ranks": made(ranks=ReaderReranker(reader)),
        "reader weighs": made(models=Models(reader=True)),
        "all": made(ranks=both, models=Models(interaction=True, second=True, reader=True)),
    }


def ask_all(assistant: Assistant, questions: Sequence[dict[str, Any]]) -> list[Asked]:
    """Ask every question, each with its history."""
    found: list[Asked] = []
    assistant.ask(questions[0]["question"])
    for question in questions:
        history = [Turn(**turn) for turn in question["history"]]
        began = perf_counter()
        answer = assistant.ask(question["question"], history=history)
        found.append(Asked(question, answer, perf_counter() - began))
    return found


def row(asked: Sequence[Asked]) -> list[str]:
    """Return the figures of one assistant."""
    answerable = [one for one in asked if one.question["answerable"]]
    everyday = [one for one in answerable if one.question["type"] == _PLAIN]
    marked = [one for one in answerable if any(g.get("evidence") for g in one.question["gold"])]
    labels = np.array([bool(one.question["answerable"]) for one in asked])
    given = np.array([one.answer.refusal is None for one in asked])
    sure = np.array([one.answer.confidence or 0.0 for one in asked])
    times = sorted(1000 * one.seconds for one in asked)
    return [
        _share(map(_found, answerable)),
        _share(map(_found, everyday)),
        _share(map(_quoted, marked)),
        f"{balanced_accuracy(given, labels):.3f}",
        f"{auroc(sure, labels):.3f}",
        f"{median(times):.0f}",
        f"{times[int(len(times) * 0.95)]:.0f}",
    ]


def _found(one: Asked) -> float:
    gold = {plain_title(each["title"]) for each in one.question["gold"]}
    first = {plain_title(hit.passage.title) for hit in one.answer.hits[:_FIVE]}
    return len(gold & first) / min(_FIVE, len(gold))


def _quoted(one: Asked) -> float:
    texts = {plain_title(g["title"]): g.get("evidence", []) for g in one.question["gold"]}
    return float(
        any(
            covers(citation.quote, texts.get(plain_title(citation.title), []))
            for citation in one.answer.citations
        )
    )


def _share(values: "map[float]") -> str:
    found = list(values)
    return f"{mean(found):.3f}" if found else "none"


def times(settings: Settings, reader: Reader, questions: Sequence[dict[str, Any]]) -> list[str]:
    """Return how long each model takes by itself, medians in milliseconds."""
    with open_library(settings).open() as view:
        papers = list(view.snapshot.iter_papers())[:_PASSAGES]
        ids = [paper.id for paper in papers]
        bodies, held = view.snapshot.sentences(ids), view.snapshot.passages_of(ids)
    pairs = [f"{p.title}. {' '.join(s.text for s in bodies[p.id][1:3])}" for p in papers]
    said = [s.text for p in papers for s in bodies[p.id][1:6] if len(bodies[p.id]) > _FIVE]
    answers = [said[at : at + _FIVE] for at in range(0, len(said) - _FIVE + 1, _FIVE)]
    asked = [one["question"] for one in questions]

    def check(checker: Checker) -> Callable[[list[str]], None]:
        def run(answer: list[str]) -> None:
            for sentence in answer:
                checker.check(reworded(sentence), [sentence])

        return run

    passages = [one.embedded_text for one in held.values()][:_PASSAGES]
    stretches = [Stretch((text,), 0.5, 0.0) for text in passages]
    mini, other = MiniLM(precision="int8"), E5()

    def rank(*encoders: TokenEmbedder) -> Callable[[str], None]:
        def run(question: str) -> None:
            # New ones for each question, so that nothing is remembered from the one before.
            fresh = (Interaction(each, threads=cores()) for each in encoders)
            InteractionReranker(next(fresh), second=next(fresh, None)).scores(question, stretches)

        return run

    meaning = MeaningChecker(LexicalChecker(), reader)
    both = MeaningChecker(LexicalChecker(), reader, interaction=interaction())
    rows = {
        f"{len(passages)} passages, late interaction": _timed(rank(mini), asked),
        f"{len(passages)} passages, second encoder too": _timed(rank(mini, other), asked),
        f"{len(pairs)} pairs, reader": _timed(lambda q: reader.read(q, pairs), asked),
        "five sentences, words": _timed(check(LexicalChecker()), answers),
        "five sentences, words and meaning": _timed(check(meaning), answers),
        "five sentences, words marked as well": _timed(check(both), answers),
    }
    return [f"{name:36s}{value:8.0f} ms" for name, value in rows.items()]


def _timed(work: Callable[[Any], object], things: Sequence[Any]) -> float:
    found: list[float] = []
    for thing in things:
        began = perf_counter()
        work(thing)
        found.append(1000 * (perf_counter() - began))
    return median(found)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("library", type=Path)
    given = parser.parse_args(arguments)
    settings, reader = Settings(library=given.library), Reader()
    lines = given.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    print(f"{len(questions)} questions on {given.library.name}")
    head = ("r5", "everyday", "evidence", "balanced", "AUROC", "p50 ms", "p95 ms")
    print(f"{'models':14s}" + "".join(f"{each:>10s}" for each in head))
    for name, assistant in variants(settings, reader).items():
        print(
            f"{name:14s}" + "".join(f"{each:>10s}" for each in row(ask_all(assistant, questions)))
        )
    print("\n".join(times(settings, reader, questions)))


if __name__ == "__main__":
    main()
