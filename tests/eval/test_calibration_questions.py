"""Our own questions on the saved pages: what was fitted on, and what judges everyday words."""

import json
from pathlib import Path
from typing import Any

import pytest

import eval.calibration
from eval.calibration.example import plain_title
from rag.terms import terms

FOLDER = Path(eval.calibration.__path__[0])
SHARED_WORDS = 0.5
"""Most that a question in everyday words has in common with its paper."""


def questions(name: str) -> list[dict[str, Any]]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def papers(shared_data: Path) -> dict[str, str]:
    lines = (shared_data / "page-questions" / "corpus.jsonl").read_text(encoding="utf-8")
    found = map(json.loads, lines.splitlines())
    return {plain_title(each["title"]): f"{each['title']} {each['text']}" for each in found}


@pytest.mark.parametrize(("name", "count"), [("questions.jsonl", 132), ("everyday.jsonl", 58)])
def test_every_question_has_its_papers_or_a_reason(
    name: str, count: int, papers: dict[str, str]
) -> None:
    every = questions(name)
    assert len({each["id"] for each in every}) == len(every) == count
    for each in every:
        assert each["answerable"] == bool(each["gold"])
        assert each["answerable"] or each["why"] or each["type"] == "off_topic"
        assert all(plain_title(gold["title"]) in papers for gold in each["gold"])


def test_everyday_questions_share_few_words_with_their_paper(papers: dict[str, str]) -> None:
    shares = list[float]()
    for each in questions("everyday.jsonl"):
        for gold in each["gold"]:
            asked, told = (
                set(terms(each["question"])),
                set(terms(papers[plain_title(gold["title"])])),
            )
            shares.append(len(asked & told) / len(asked))
    assert len(shares) == 39
    assert max(shares) <= SHARED_WORDS
    assert sum(shares) / len(shares) < 0.2


def test_no_question_stands_in_both_files() -> None:
    fitted = {each["question"].lower() for each in questions("questions.jsonl")}
    assert not fitted & {each["question"].lower() for each in questions("everyday.jsonl")}
