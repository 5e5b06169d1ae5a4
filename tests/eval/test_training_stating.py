"""Yes-no questions as statements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
