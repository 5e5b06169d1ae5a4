"""Questions with stretches of text that answer them, nearly do, or do not."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.calibration.sets import read_lines
from eval.training.example import Example
from eval.training.sets import shipped
from rag.pairs import titled
from rag.sentences import split
from rag.terms import terms

WINDOW = 60
"""Words of a stretch; it ends with the sentence that passes them."""


def windows(text: str, *, limit: int = WINDOW) -> list[str]:
    """Return a text as stretches of whole sentences, none overlapping."""
    found: list[str] = []
    current: list[str] = []
    for start, end in split(text):
        current.append(text[start:end])
        if sum(len(one.split()) for one in current) >= limit // 2:
            found.append(" ".join(current))
            current = []
    if current:
        found.append(" ".join(current))
    return [" ".join(one.split()[: 2 * limit]) for one in found if one.strip()]


def squad(data: Path, *, count: int, seed: int) -> Iterator[Example]:
    """Yield windows for SQuAD questions.

    The one that holds the answer, another of the same paragraph, and of the article's other
    paragraphs the one that shares most with the question.
    """
    draw = random.Random(seed)
    records = list(read_lines(data / shipped("squad").file))
    articles = _articles(records)
    for record in draw.sample(records, count):
        yield from _of_paragraph("squad", record, articles, draw)


def squad2(data: Path, *, count: int, seed: int) -> Iterator[Example]:
    """Yield, for questions that a paragraph looks as if it answered, its likeliest windows."""
    draw = random.Random(seed)
    records = [one for one in read_lines(data / shipped("squad2").file) if not one["answers"]]
    for record in draw.sample(records, count):
        title = _name(record) if draw.random() < 0.7 else ""
        near = nearest(record["question"], windows(record["context"]))
        for window in near[: 1 + (draw.random() < 0.3)]:
            yield Example("answers", "squad2", record["question"], titled(title, window),
                          about=1, answers=0)  # fmt: skip


def qasper(data: Path, *, seed: int) -> Iterator[Example]:
    """Yield QASPER's questions with their evidence and with that of other questions."""
    draw = random.Random(seed)
    records = [r for r in read_lines(data / shipped("qasper").file) if r["context"].strip()]
    yield from _paired("qasper", records, "context", draw)


def covidqa(data: Path, *, count: int, seed: int) -> Iterator[Example]:
    """Yield COVID-QA's questions with windows of the articles that answer them."""
    draw = random.Random(seed)
    records = list(read_lines(data / shipped("covidqa").file))
    for record in draw.sample(records, count):
        yield from _of_paragraph("covidqa", record, {}, draw)


def pubmedqa(data: Path, *, seed: int) -> Iterator[Example]:
    """Yield the training half of PubMedQA: its questions with their abstracts and with others."""
    draw = random.Random(seed)
    records = [r for r in read_lines(data / shipped("pubmedqa").file) if r["split"] == "train"]
    yield from _paired("pubmedqa", records, "context", draw)


def medquad(data: Path, *, count: int, seed: int) -> Iterator[Example]:
    """Yield MedQuAD's questions with the opening of their answers and of near ones."""
    draw = random.Random(seed)
    records = [r for r in read_lines(data / shipped("medquad").file) if len(r["answer"]) > 60]
    yield from _paired("medquad", draw.sample(records, min(count, len(records))), "answer", draw)


def nearest(question: str, texts: Sequence[str]) -> list[str]:
    """Return texts by how many of the question's terms they hold, most first."""
    asked = frozenset(terms(question))
    return sorted(texts, key=lambda one: -len(asked & frozenset(terms(one))))


def _articles(records: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, list[str]]]:
    """Return the windows of every paragraph of every article."""
    found: dict[str, dict[str, list[str]]] = {}
    for record in records:
        paragraphs = found.setdefault(_name(record), {})
        if record["context"] not in paragraphs:
            paragraphs[record["context"]] = []
    return found


def _of_paragraph(
    source: str,
    record: Mapping[str, Any],
    articles: Mapping[str, dict[str, list[str]]],
    draw: random.Random,
) -> Iterator[Example]:
    question, context = record["question"], record["context"]
    answer = min((one["text"] for one in record["answers"]), key=len, default="")
    own = windows(context)
    held = [one for one in own if answer and answer in one]
    if not held:
        return
    best = nearest(question, held)[0]
    title = _name(record) if draw.random() < 0.7 else ""
    yield Example("answers", source, question, titled(title, best),
                  about=1, answers=1, answer=answer)  # fmt: skip
    others = nearest(question, [one for one in own if answer not in one])
    if others:
        yield Example("answers", source, question, titled(title, others[0]), about=1, answers=0)
    paragraphs = articles.get(_name(record), {})
    elsewhere = [one for one in draw.sample(list(paragraphs), min(6, len(paragraphs)))
                 if one != context]  # fmt: skip
    pool = [w for text in elsewhere for w in windows(text) if answer.lower() not in w.lower()]
    if pool:
        far = nearest(question, pool)[0]
        yield Example("answers", source, question, titled(title, far), about=0, answers=0)


def _paired(
    source: str, records: Sequence[Mapping[str, Any]], field: str, draw: random.Random
) -> Iterator[Example]:
    """Yield each question with its own text, with the most alike of twenty others, and a draw."""
    opened = [(one["question"], windows(one[field])) for one in records]
    opened = [(question, texts) for question, texts in opened if texts]
    spans = {one["question"]: _marked(one) for one in records}
    for question, texts in opened:
        held = [(one, span) for one in texts for span in spans[question] if span in one]
        for window, span in held[:1]:
            yield Example("answers", source, question, window, about=1, answers=1, answer=span)
        for window in nearest(question, texts)[: 1 + (draw.random() < 0.5)]:
            if not any(window == one for one, _ in held):
                yield Example("answers", source, question, window, about=1)
        others = [draw.choice(opened) for _ in range(20)]
        pool = [one for asked, found in others if asked != question for one in found]
        for window in nearest(question, pool)[:1]:
            yield Example("answers", source, question, window, about=0, answers=0)


def _marked(record: Mapping[str, Any]) -> list[str]:
    """Return the answers that stand in a record's text word for word."""
    answers = record.get("answers", [])
    return [one["text"] for one in answers if one["start"] >= 0 and len(one["text"]) > 2]


def _name(record: Mapping[str, Any]) -> str:
    title = str(record.get("meta", {}).get("title", ""))
    return re.sub(r"[_\s]+", " ", title).strip()
