"""How often a short answer is given, and how often it is right: by rules, by the reader, by both.

    python -m eval.bench.pointing [--data ../shared/data] [--count 900] [--seed 0]

SQuAD's development questions, which the reader was not trained on. Each is shown two sentences of
its paragraph behind the title of the article: one that holds an answer of the people asked, and
one that holds none. Of a phrase that is given, ``right`` says whether it shares more than half of
its words with a person's answer (token F1 above .5); every phrase out of a sentence without an
answer is wrong. Nobody's library asks like SQuAD, so the same is counted, where a library is
given, on its questions with the terms that an answer must hold (``--questions``, ``--library``).
"""

import argparse
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from eval.calibration.sets import read_lines
from eval.metrics.correctness import token_f1
from rag.answering.direct import brief, direct_answers
from rag.answering.pointing import Pointer
from rag.answering.question import Kind, read_question
from rag.build import open_assistant
from rag.pairs import PairReader
from rag.phrases import parted
from rag.reader import Reader
from rag.schema import Turn
from rag.sentences import split
from rag.settings import Settings

SQUAD = "training/squad/squad11_dev.jsonl.gz"
RIGHT = 0.5
_KINDS = (Kind.NUMBER, Kind.NAME, Kind.EXPLANATION)


class Shown(NamedTuple):
    """A question with a sentence."""

    question: str
    title: str
    sentence: str
    answers: tuple[str, ...]
    """What people answered with, where the sentence holds it; else none."""


Finder = Callable[[Shown], str]
"""Gives the short answer, empty where there is none."""


def shown(records: Iterable[dict[str, Any]], *, seed: int) -> Iterator[Shown]:
    """Yield every question with a sentence that answers and with one that does not."""
    draw = random.Random(seed)
    for record in records:
        text, answers = record["context"], tuple(each["text"] for each in record["answers"])
        title = str(record["meta"].get("title", "")).replace("_", " ")
        sentences = [text[start:end] for start, end in split(text)]
        holding = [one for one in sentences if any(each in one for each in answers)]
        others = [one for one in sentences if one not in holding]
        if holding and others:
            yield Shown(record["question"], title, holding[0], answers)
            yield Shown(record["question"], title, draw.choice(others), ())


def finders(reader: PairReader) -> dict[str, Finder]:
    """Return what is compared."""

    def rules(one: Shown) -> list[str]:
        return brief(direct_answers(read_question(one.question), one.sentence), one.sentence)

    def points(one: Shown, rules: Sequence[str] = ()) -> str:
        pointer = Pointer(reader, read_question(one.question), one.question)
        found = pointer.short(rules, one.sentence, title=one.title)
        return " ".join(brief(found, one.sentence))

    return {
        "rules": lambda one: " ".join(rules(one)),
        "reader": points,
        "both": lambda one: points(one, rules(one)),
    }


def row(pairs: Sequence[Shown], find: Finder) -> list[str]:
    """Return how often a phrase is given where there is an answer, and how often it is right."""
    given = [(one, phrase) for one in pairs if (phrase := find(one))]
    right = [any(token_f1(phrase, each) > RIGHT for each in one.answers) for one, phrase in given]
    answerable = sum(1 for one in pairs if one.answers)
    held = sum(1 for one, _ in given if one.answers)
    return [
        f"{held / max(1, answerable):.3f}",
        f"{(len(given) - held) / max(1, len(pairs) - answerable):.3f}",
        f"{sum(right) / len(given):.3f}" if given else "-",
    ]


def in_answers(settings: Settings, questions: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """Return how many answers begin with a short one, and in how many it holds a needed term."""
    assistant, given, right = open_assistant(settings), 0, 0
    for question in questions:
        history = [Turn(**turn) for turn in question["history"]]
        phrases, _ = parted(assistant.ask(question["question"], history=history).claims)
        text = " ".join(each.text for each in phrases).lower()
        given += bool(text)
        right += any(term.lower() in text for term in question["must_include"])
    return given, right


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--count", type=int, default=900)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--library", type=Path)
    options = parser.parse_args(arguments)
    records = list(read_lines(options.data / SQUAD))
    drawn = random.Random(options.seed).sample(records, min(options.count, len(records)))
    pairs = list(shown(drawn, seed=options.seed))
    print(f"{len(pairs)} sentences, half of them with an answer")
    print(f"{'question':14s}{'found by':10s}{'given':>8s}{'wrongly':>9s}{'right':>8s}")
    compared = finders(Reader())
    for kind in _KINDS:
        own = [one for one in pairs if read_question(one.question).kind is kind]
        for name, find in compared.items():
            given, wrongly, right = row(own, find)
            print(f"{kind.value:14s}{name:10s}{given:>8s}{wrongly:>9s}{right:>8s}")
    if options.questions and options.library:
        lines = options.questions.read_text(encoding="utf-8").splitlines()
        asked = [each for each in map(json.loads, lines) if each.get("must_include")]
        for reader in ("none", "checks"):
            settings = Settings(library=options.library, reader=reader)
            given, right = in_answers(settings, asked)
            print(
                f"{options.library.name}, reader {reader}: {given} of {len(asked)}, {right} right"
            )


if __name__ == "__main__":
    main()
