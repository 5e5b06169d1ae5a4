import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.robustness import REJECTION, Condition, robustness
from eval.schema import Case


def case(name: str, kind: str = "question", pair: str | None = None, **fields) -> Case:
    return Case(id=name, question="?", type=kind, pair=pair, **fields)


CASES = [
    case("a"),
    case("b"),
    case("c"),
    case("a2", "noise-2", "a"),
    case("b2", "noise-2", "b"),
    case("a10", "noise-10", "a"),
    case("ax", "counterfactual-number", "a"),
    case("bx", "counterfactual-number", "b"),
    case("cx", "counterfactual-number", "c"),
    case("u1", "unanswerable", answerable=False, origin="made:unanswerable:0"),
    case("u2", "unanswerable", answerable=False, origin="made:unanswerable:0"),
    case("u3", "unanswerable", answerable=False),
]
CORRECT: dict[str, float | None] = {
    "a": 1.0, "b": 1.0, "c": 0.0, "a2": 1.0, "b2": 0.0, "a10": 0.0, "ax": 1.0, "bx": 0.0,
    "cx": 1.0, "u1": 1.0, "u2": 0.0, "u3": 1.0,
}  # fmt: skip


def by_name(correct: dict[str, float | None]) -> dict[str, Condition]:
    return {condition.name: condition for condition in robustness(CASES, correct)}


def test_conditions_by_hand_in_order_of_name():
    assert robustness(CASES, CORRECT) == (
        Condition(
            name="counterfactual-number",
            n=3,
            original=2 / 3,
            perturbed=2 / 3,
            drop=0,
            followed=1 / 2,
        ),
        Condition(name="noise-2", n=2, original=1, perturbed=0.5, drop=0.5),
        Condition(name="noise-10", n=1, original=1, perturbed=0, drop=1),
        Condition(name=REJECTION, n=2, perturbed=0.5),
    )


def test_a_pair_without_both_numbers_is_left_out_and_counted():
    found = by_name({**CORRECT, "a": None})

    assert (found["noise-2"].n, found["noise-2"].left_out) == (1, 1)
    assert found["noise-2"].original == 1
    assert found["noise-10"] == Condition(name="noise-10", n=0, left_out=1)


def test_a_pair_whose_original_was_never_scored_is_left_out():
    without = {name: value for name, value in CORRECT.items() if name != "b"}

    assert by_name(without)["noise-2"].left_out == 1


def test_following_an_edit_is_told_only_where_an_original_was_right():
    assert by_name({**CORRECT, "a": 0.0, "b": 0.0})["counterfactual-number"].followed is None
    assert by_name(CORRECT)["noise-2"].followed is None


def test_rejection_looks_at_made_cases_only_and_is_silent_without_any():
    assert by_name({**CORRECT, "u3": 0.0})[REJECTION] == by_name(CORRECT)[REJECTION]
    assert by_name({**CORRECT, "u1": None})[REJECTION] == Condition(
        name=REJECTION, n=1, left_out=1, perturbed=0
    )
    assert robustness([case("a")], {"a": 1.0}) == ()


scores = st.none() | st.sampled_from([0.0, 0.5, 1.0])


@given(st.lists(scores, min_size=len(CASES), max_size=len(CASES)), st.randoms())
def test_bounds_hold_and_the_order_of_cases_means_nothing(
    values: list[float | None], draw: random.Random
):
    correct = {each.id: value for each, value in zip(CASES, values, strict=True)}
    shuffled = draw.sample(CASES, len(CASES))

    found = robustness(CASES, correct)

    assert robustness(shuffled, correct) == found
    for each in found:
        pairs = sum(one.type == each.name for one in CASES) or 2
        assert each.n + each.left_out == pairs
        assert each.drop is None or -1 <= each.drop <= 1


@given(st.lists(scores, min_size=len(CASES), max_size=len(CASES)))
def test_a_run_without_faults_loses_nothing(values: list[float | None]):
    perfect = {
        one.id: None if value is None else 1.0 for one, value in zip(CASES, values, strict=True)
    }

    for each in robustness(CASES, perfect):
        assert each.perturbed in (None, 1)
        assert each.drop in (None, 0)
        assert each.followed in (None, 1)


def test_twice_the_same_pairs_give_the_same_shares():
    again = [
        one.model_copy(update={"id": f"{one.id}'", "pair": one.pair and f"{one.pair}'"})
        for one in CASES
    ]
    correct = CORRECT | {f"{name}'": value for name, value in CORRECT.items()}

    once, twice = robustness(CASES, CORRECT), robustness([*CASES, *again], correct)

    assert [each.n * 2 for each in once] == [each.n for each in twice]
    for one, other in zip(once, twice, strict=True):
        assert one.original == pytest.approx(other.original)
        assert one.perturbed == pytest.approx(other.perturbed)
        assert one.followed == other.followed
