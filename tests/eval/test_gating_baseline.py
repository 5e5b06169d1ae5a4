"""Baselines on disk: small, sorted, signed."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.gating import Baseline, baseline_of
from eval.gating.baseline import rounded
from eval.schema import Machine, Outcome, Row, Run, Scorecard
from rag.errors import SourceError, UsageError

FAILED = Outcome(state="error", reason="broke")


def outcome(value):
    if value is None:
        return Outcome(state="not applicable", reason="no gold")
    return Outcome(state="scored", value=value)


def row(case, **outcomes):
    made = {name: each if isinstance(each, Outcome) else outcome(each)
            for name, each in outcomes.items()}  # fmt: skip
    return Row(case=case, type="t", cluster=f"c {case}", answerable=True, outcomes=made)


ROWS = (row("b", m=1 / 3, k=None, n=0.1), row("a", m=1.0, k=0.25, n=0.2))


def run_of(rows, **more):
    machine = Machine(system="s", processor="p", cores=1, memory_gib=1, python="3")
    known = dict(
        system="attest", data="d", data_digest="dd", planned=tuple(each.case for each in rows),
        kind="answers", depth=9, library="lib", papers=1, settings={"top": "5"}, checker="",
        versions={}, code="c", machine=machine, started="2026-01-01T00:00:00+00:00",
        gold_missing=("b",),
    )  # fmt: skip
    return Run(**{**known, **more})


def card_of(rows):
    return Scorecard(run="r", judge="j", scorer="s", rows=rows)


def made(rows=ROWS):
    return baseline_of(run_of(rows), card_of(rows), metrics=["m", "k"])


def test_a_baseline_comes_back_as_it_was_written(tmp_path):
    path = tmp_path / "deep" / "baseline.json"

    made().write(path)

    assert Baseline.read(path) == made()


def test_it_holds_the_gated_outcomes_only_rounded_and_sorted():
    baseline = made()

    assert baseline.planned == ("a", "b")
    assert baseline.rows[1].outcomes["m"].value == 0.333333
    assert baseline.rows[1].outcomes["k"].state == "not applicable"
    assert "n" not in baseline.rows[0].outcomes
    assert (baseline.library, baseline.judge, baseline.gold_missing) == ("lib", "j", ("b",))


def test_there_is_one_line_to_a_case(tmp_path):
    path = tmp_path / "baseline.json"
    made().write(path)

    lines = [line.strip().rstrip(",") for line in path.read_text("utf-8").splitlines()]

    cases = [json.loads(line) for line in lines if line.startswith('{"')]
    assert [case["case"] for case in cases] == ["a", "b"]
    assert json.loads(path.read_text("utf-8"))["system"] == "attest"


def test_the_order_of_a_run_does_not_show(tmp_path):
    rows = [row(f"q{at}", m=at / 7, k=0.5) for at in range(9)]
    turned = list(rows)
    random.Random(1).shuffle(turned)

    made(tuple(rows)).write(tmp_path / "one")
    made(tuple(turned)).write(tmp_path / "two")

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(
    ("was", "is_now"),
    [("1.0", "0.9"), ('"judge": "j"', '"judge": "i"'), ("no gold", "no good"), ('"c a"', '"c b"')],
)
def test_a_change_by_hand_is_refused(tmp_path, was, is_now):
    path = tmp_path / "baseline.json"
    made().write(path)
    text = path.read_text("utf-8")
    assert text.count(was) == 1
    path.write_text(text.replace(was, is_now), encoding="utf-8")

    with pytest.raises(UsageError, match="changed since it was made"):
        Baseline.read(path)


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        ("1.0", "NaN"),
        ("1.0", '"good"'),
        ('"case": "b"', '"case": "a"'),
        ('"judge": "j",', ""),
        ('"judge"', '"judges"'),
        ("]\n}", "]"),
        ('["not applicable", "no gold"]', '["not applicable"]'),
        ('["not applicable", "no gold"]', '["scored", "no gold"]'),
    ],
)
def test_what_is_no_baseline_is_refused_in_one_line(tmp_path, was, is_now):
    path = tmp_path / "baseline.json"
    made().write(path)
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, is_now), encoding="utf-8")

    with pytest.raises(UsageError, match="not a baseline") as caught:
        Baseline.read(path)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["[]", "1", "null", '{"cases": [1]}', '{"cases": 1}', "{}"])
def test_other_json_is_refused(tmp_path, text):
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match="not a baseline"):
        Baseline.read(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"none\.json"):
        Baseline.read(tmp_path / "none.json")


def test_a_run_with_an_error_makes_no_baseline():
    with pytest.raises(UsageError, match="b has an error in n"):
        made((ROWS[1], row("b", m=1.0, k=1.0, n=FAILED)))


def test_a_run_that_lacks_a_gated_metric_makes_no_baseline():
    with pytest.raises(UsageError, match="a has an error in k"):
        made((row("a", m=1.0),))


def test_a_scorecard_that_does_not_cover_the_plan_makes_no_baseline():
    with pytest.raises(UsageError, match="does not cover the plan"):
        baseline_of(run_of(ROWS), card_of(ROWS[:1]), metrics=["m"])


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_rounding_twice_is_rounding_once(values):
    rows = [row(f"q{at}", m=value) for at, value in enumerate(values)]

    once = rounded(rows, ["m"])

    assert rounded(once, ["m"]) == once


@given(st.text(max_size=20), st.text(min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_any_id_and_reason_come_back(tmp_path_factory, case, reason):
    path = tmp_path_factory.mktemp("any") / "baseline.json"
    odd = Outcome(state="not applicable", reason=reason)
    baseline = made((row(case or "q", m=0.5, k=odd),))

    baseline.write(path)

    assert Baseline.read(path) == baseline
