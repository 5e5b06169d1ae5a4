"""Yes-no questions as statements."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.training.claims import answered
from eval.training.example import CONTRADICTS, SUPPORTS, UNDECIDED
from eval.training.stating import Statement, stated

OWLS = "Tawny owls hunt at night. The barn owl is a bird of prey of the United Kingdom."


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("Is the barn owl a bird of prey?", "the barn owl is a bird of prey",
         "the barn owl is not a bird of prey"),
        ("can they see red", "they can see red", "they can not see red"),
        ("was a heron seen here", "a heron was seen here", "a heron was not seen here"),
    ],
)  # fmt: skip
def test_the_verb_goes_behind_the_subject(question: str, yes: str, no: str) -> None:
    assert stated(question, OWLS) == Statement(yes, no)


def test_nothing_is_moved_for_do_nor_behind_an_unknown_subject() -> None:
    assert stated("do tawny owls hunt", OWLS) == Statement("tawny owls hunt", None)
    assert stated("is moss a plant", OWLS) is None


@pytest.mark.parametrize("question", ["", "what is moss", "is it", "owls hunt at night"])
def test_other_texts_are_no_yes_no_questions(question: str) -> None:
    assert stated(question, OWLS) is None


@given(st.lists(st.sampled_from("is does tawny owls hunt at night the a barn owl ?".split())))
def test_a_statement_holds_the_questions_words_and_nothing_else(words: list[str]) -> None:
    found = stated(" ".join(words), OWLS)
    if found is not None:
        left = " ".join(words).strip().rstrip("?").split()
        assert sorted([*found.yes.split(), left[0]]) in (sorted(left), sorted([*left, left[0]]))
        assert found.no is None or found.no.split().count("not") == 1


def asked(question: str, answer: str, *, split: str = "train") -> dict[str, Any]:
    return {
        "question": question,
        "context": OWLS,
        "answers": [{"text": answer}],
        "split": split,
        "meta": {"title": "Owls"},
    }


def test_a_statement_is_supported_where_the_answer_is_yes(tmp_path: Path) -> None:
    records = [
        *[asked(f"is the barn owl a bird of prey {n}", "yes") for n in range(20)],
        *[asked(f"is the barn owl a bird of song {n}", "no") for n in range(20)],
        asked("is the barn owl a heron", "maybe"),
        asked("is the barn owl a judge", "yes", split="dev"),
        asked("what is a barn owl", "yes"),
    ]
    for name in ("boolq", "pubmedqa"):
        folder = tmp_path / "training" / name
        folder.mkdir(parents=True)
        with gzip.open(folder / f"{name}.jsonl.gz", "wt") as file:
            file.writelines(json.dumps(each) + "\n" for each in records)
    made = [each for each in answered(tmp_path, seed=0) if each.second.startswith("Owls. ")]
    assert len(made) == 2 * 41
    for each in made:
        negated, prey = " is not " in each.first, "prey" in each.first
        if "heron" in each.first:
            assert each.support == UNDECIDED
        else:
            assert each.support == (SUPPORTS if prey != negated else CONTRADICTS)
    assert {" is not " in each.first for each in made} == {True, False}
    assert not [each for each in made if "judge" in each.first]
