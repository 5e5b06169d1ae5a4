import random
from collections.abc import Sequence
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.claims import cited_sentences
from eval.metrics.correctness import (
    METRICS,
    MOST_TOKENS,
    SUMMARIES,
    common_length,
    exact_match,
    rouge_l,
    rouge_tokens,
    squad_norm,
    terms_present,
    token_f1,
)
from eval.metrics.markers import markers, without_markers
from eval.metrics.metric import NotApplicable, Subject
from eval.schema import Case, Response

BY_NAME = {metric.name: metric.measure for metric in METRICS}


class NoJudge:
    name = "none"

    def judge(self, evidence, text, *, question=None):
        raise AssertionError("words need no judge")


KNOWN = Case(
    id="c",
    question="?",
    answerable=True,
    answers=("The P9D benchmark.", "P9D"),
    must_include=("P9D", "product", "nine"),
    must_exclude=("P10D",),
)


def value(name: str, answer: str, *, refused: bool = False, case: Case = KNOWN) -> float:
    found = BY_NAME[name](Subject(case, Response(answer=answer, refused=refused), NoJudge()))
    assert not isinstance(found, NotApplicable)
    return found


def test_squad_normalisation():
    assert squad_norm("  The U.S.A.'s  an-swer,\na theory") == "usas answer theory"


def test_exact_match_looks_past_case_articles_punctuation_and_markers():
    assert value("exact match", "the p9d Benchmark [1].") == 1
    assert value("exact match", "p9d data") == 0


def test_token_f1_by_hand():
    assert token_f1("cat cat sat", "the cat cat cat ran") == pytest.approx(2 * 2 / (3 + 4))
    assert token_f1("the", "a") == 1
    assert token_f1("the", "cat") == 0


def test_rouge_l_by_hand():
    # The example of Lin 2004, section 3.1.
    assert rouge_l("police kill the gunman", "police killed the gunman") == 3 / 4
    assert rouge_l("the gunman kill police", "police killed the gunman") == 2 / 4
    assert rouge_l("", "police") == rouge_l("police", "...") == 0


def test_the_best_reference_answer_counts():
    assert value("token F1", "P9D") == 1
    assert value("ROUGE-L", "benchmark P9D") == pytest.approx(2 / 3)


def test_terms_by_hand():
    assert value("must include", "p9d covers\nNINE industries [1]") == pytest.approx(2 / 3)
    assert value("answer correct", "P9D has products of nine kinds") == 1
    assert value("answer correct", "P9D has products of nine kinds, P10D of ten") == 0
    assert value("answer correct", "P9D has nine kinds") == 0
    assert value("must not include", "P9D") == 1
    assert value("must not include", "not p10d") == 0


def test_a_marker_is_no_part_of_the_answer():
    case = KNOWN.model_copy(update={"must_include": ("[1]", "1"), "must_exclude": ()})

    assert value("must include", "It is P9D [1].", case=case) == 0


def test_terms_are_found_over_line_breaks_and_case():
    assert terms_present("Large\n  language MODELS", ["large language", "straße"]) == [True, False]


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("answer", ["", " [1] ", "\n"])
def test_a_blank_answer_scores_zero(name: str, answer: str):
    assert value(name, answer) == 0


@pytest.mark.parametrize("name", BY_NAME)
def test_a_refusal_scores_zero_whatever_it_says(name: str):
    assert value(name, "P9D product nine", refused=True) == 0


@pytest.mark.parametrize("name", BY_NAME)
def test_nothing_applies_to_an_unanswerable_case(name: str):
    case = KNOWN.model_copy(update={"answerable": False})

    assert isinstance(
        BY_NAME[name](Subject(case, Response(answer="P9D"), NoJudge())), NotApplicable
    )


@pytest.mark.parametrize("name", BY_NAME)
def test_what_is_known_of_the_answer_is_enough_to_score_it(name: str):
    assert value(name, "P9D", case=KNOWN.model_copy(update={"answerable": None})) >= 0


@pytest.mark.parametrize("name", BY_NAME)
def test_nothing_applies_where_nothing_is_known(name: str):
    case = Case(id="c", question="?", answerable=True)

    assert isinstance(
        BY_NAME[name](Subject(case, Response(answer="P9D"), NoJudge())), NotApplicable
    )


def test_an_answer_can_be_judged_by_either_kind_of_term():
    only_wrong = KNOWN.model_copy(update={"must_include": ()})
    only_right = KNOWN.model_copy(update={"must_exclude": ()})

    assert value("answer correct", "P9D", case=only_wrong) == 1
    assert value("answer correct", "P10D", case=only_wrong) == 0
    assert value("answer correct", "P9D product nine", case=only_right) == 1


def plain_common_length(first: Sequence[str], second: Sequence[str]) -> int:
    row = [0] * (len(second) + 1)
    for one in first:
        last = row
        row = [0]
        for place, other in enumerate(second):
            row.append(last[place] + 1 if one == other else max(row[-1], last[place + 1]))
    return row[-1]


tokens = st.lists(st.sampled_from("abcd"), max_size=40)


@given(tokens, tokens)
def test_the_longest_common_subsequence_is_that_of_the_usual_table(
    first: list[str], second: list[str]
):
    assert common_length(first, second) == plain_common_length(first, second)


text = st.text("abc the.,'1 \n", max_size=30)


@given(text, text)
def test_scores_are_shares_symmetric_and_ordered(one: str, other: str):
    for compare in (exact_match, token_f1, rouge_l):
        assert 0 <= compare(one, other) <= 1
        assert compare(one, other) == pytest.approx(compare(other, one))
    assert exact_match(one, other) <= token_f1(one, other)


@given(text)
def test_a_text_agrees_with_itself(one: str):
    assert exact_match(one, one) == token_f1(one, one) == 1
    assert rouge_l(one, one) == float(bool(rouge_tokens(one)))


def test_long_texts_are_cut_and_cost_little():
    draw = random.Random(0)
    one, other = (" ".join(draw.choices("abcdefgh", k=MOST_TOKENS)) for _ in range(2))
    start = process_time()

    found = rouge_l(one, other)

    assert process_time() - start < 1
    assert found == rouge_l(one + " tail" * 9, other)
    assert 0.5 < found < 0.8


def test_tokens_of_other_scripts_count():
    assert rouge_tokens("Größe: 42_x") == ["größe", "42", "x"]


def test_markers_are_read_and_taken_out():
    assert markers("One [1][2], two [3, 1], more [5-7]. [x] (4) [0, 1]") == (1, 2, 3, 1, 5, 6, 7)
    assert without_markers("One [1] [2], two [3, 1].\n[x]") == "One, two. [x]"


@given(st.text("a[]1203,- .", max_size=25))
def test_markers_are_what_the_claims_take_for_markers(text: str):
    by_claims = {n for claim in cited_sentences(text) for n in claim.citations}

    assert set(markers(text)) == by_claims


def test_each_metric_has_its_mean():
    assert [summary.name for summary in SUMMARIES] == list(BY_NAME)
    columns = {name: np.array([1.0, 0, np.nan]) for name in BY_NAME}

    assert [s.compute(columns, np.array([3.0, 1, 5])) for s in SUMMARIES] == [0.75] * len(SUMMARIES)
