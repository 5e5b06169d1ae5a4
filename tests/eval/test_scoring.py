"""Every way in which a planned case can end, and that none of them raises a score."""

import json
import math
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.judging import JudgeError, Judgement, LexicalJudge
from eval.metrics import metrics_of
from eval.metrics.metric import Metric, NotApplicable, Subject
from eval.running.journal import run_digest
from eval.running.manifest import foreign
from eval.schema import Case, Dataset, Outcome, Quote, Response, Row, Run, Statement, Trial
from eval.scoring import outcome, score
from eval.statistics import columns
from rag.errors import ModelUnavailable, UsageError

CASES = tuple(
    Case(id=name, question=f"How deep is {name}?", type="depth", group="lakes", answerable=True)
    for name in ("como", "garda", "iseo")
)
DATA = Dataset(name="lakes", format="questions", cases=CASES)
RUN = foreign(DATA, system="soundings", depth=10)
SAID = Response(
    answer="It is deep [1].",
    claims=(Statement(text="It is deep.", citations=(1,)),),
    citations=(Quote(n=1, paper_id="p", quote="The lake is deep."),),
)


def metric(measure: Callable[[Subject], object], name: str = "depth", worst: float = 0) -> Metric:
    return Metric(name, "correctness", "higher", worst, "1 if deep", measure)  # pyright: ignore


def tried(case: Case, **changes: object) -> Trial:
    fields = {"case": case.id, "asked": case.digest, "response": SAID, **changes}
    return Trial.model_validate(fields)


def rows(
    trials: Sequence[Trial],
    measure: Callable[[Subject], object] = lambda _: 1.0,
    cases: Sequence[Case] = CASES,
    run: Run = RUN,
) -> dict[str, Row]:
    card = score(run, trials, cases, metrics=[metric(measure)], judge=LexicalJudge())
    assert [row.case for row in card.rows] == list(run.planned)
    json.dumps(card.model_dump(mode="json"), allow_nan=False)
    return {row.case: row for row in card.rows}


def only(measure: Callable[[Subject], object]) -> Outcome:
    return outcome(metric(measure), Subject(CASES[0], SAID, LexicalJudge()))


ALL = [tried(case) for case in CASES]


def test_what_was_answered_is_scored_in_the_order_of_the_plan():
    found = rows(ALL[::-1])
    assert [row.outcomes["depth"].value for row in found.values()] == [1, 1, 1]
    first = found["como"]
    assert (first.type, first.cluster, first.answerable) == ("depth", "lakes", True)


@pytest.mark.parametrize(
    ("trials", "reason"),
    [
        (ALL[1:], "not tried"),
        ([*ALL, ALL[0]], "tried 2 times"),
        ([tried(CASES[0], asked="0" * 64), *ALL[1:]], "another wording or gold"),
        ([tried(CASES[0], response=None, error="the lake froze"), *ALL[1:]], "the lake froze"),
        ([tried(CASES[0], response=None, error=""), *ALL[1:]], "failed"),
    ],
)
def test_a_case_without_one_good_trial_is_an_error_and_the_rest_are_scored(trials, reason):
    found = rows(trials)
    failed = found.pop("como").outcomes["depth"]
    assert (failed.state, failed.value) == ("error", None)
    assert reason in failed.reason
    assert all(row.outcomes["depth"].value == 1 for row in found.values())


def test_a_planned_case_that_the_data_set_lacks_is_an_error():
    row = rows(ALL, cases=CASES[1:])["como"]
    assert row.outcomes["depth"].state == "error"
    assert row.outcomes["depth"].reason == "the data set has no such case"
    assert (row.cluster, row.answerable) == ("como", None)


def test_a_trial_of_a_case_that_is_not_planned_is_no_row_and_another_digest():
    stray = tried(Case(id="lugano", question="?"))
    assert rows([*ALL, stray]) == rows(ALL)
    cards = [
        score(RUN, trials, CASES, metrics=[], judge=LexicalJudge())
        for trials in (ALL, [*ALL, stray])
    ]
    assert [card.run for card in cards] == [run_digest(RUN, ALL), run_digest(RUN, [*ALL, stray])]
    assert cards[0].run != cards[1].run


@pytest.mark.parametrize(
    "error",
    [
        UsageError("no such lake"),
        ModelUnavailable("no model"),
        JudgeError("the judge said neither yes nor no"),
        JudgeError(""),
        ZeroDivisionError("no lakes"),
        OverflowError("too deep"),
        KeyError("depth"),
        IndexError("no first"),
        TypeError("not a lake"),
        ValueError("not a depth"),
        AttributeError("no depth"),
        AssertionError(),
        RuntimeError("the session is closed"),
        RecursionError("too deep"),
        NotImplementedError("later"),
        OSError(5, "the disk is wet"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_metric_raises_is_the_error_of_that_case(error: Exception):
    def measure(subject: Subject) -> float:
        if subject.case.id == "garda":
            raise error
        return 1.0

    found = rows(ALL, measure)
    assert found["garda"].outcomes["depth"].state == "error"
    assert str(error) in found["garda"].outcomes["depth"].reason
    assert found["garda"].outcomes["depth"].reason
    assert [found[name].outcomes["depth"].value for name in ("como", "iseo")] == [1, 1]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, MemoryError])
def test_what_ends_the_program_is_not_swallowed(stop: type[BaseException]):
    def measure(_: Subject) -> float:
        raise stop

    with pytest.raises(stop):
        only(measure)


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, None, "deep", [1.0], {}, 10**400], ids=str
)
def test_what_is_no_number_is_an_error(value: object):
    found = only(lambda _: value)
    assert (found.state, found.value) == ("error", None)
    assert found.reason


def test_what_does_not_apply_says_why():
    assert only(lambda _: NotApplicable("dry")) == Outcome(state="not applicable", reason="dry")
    assert only(lambda _: NotApplicable("")).state == "error"


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_an_outcome_is_a_finite_number_or_an_error(value: float):
    found = only(lambda _: value)
    assert (found.state == "scored") == math.isfinite(value)
    assert found.value == (value if math.isfinite(value) else None)
    json.dumps(found.model_dump(mode="json"), allow_nan=False)


class Mute:
    """Fails on every claim."""

    name = "mute:1"

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        raise JudgeError("mute")


def test_a_judge_that_fails_makes_errors_and_no_scorecard_is_lost():
    card = score(RUN, ALL, CASES, metrics=metrics_of("answers"), judge=Mute())
    states = {
        name: {row.outcomes[name].state for row in card.rows} for name in card.rows[0].outcomes
    }
    assert "error" in states["faithfulness to citations"]
    assert "scored" in states["markers resolve"]
    assert card.judge == "mute:1"
    json.dumps(card.model_dump(mode="json"), allow_nan=False)


@pytest.mark.parametrize("change", [{"response": None, "error": "lost"}, {"asked": "other"}])
def test_a_failure_counts_as_the_worst_of_every_metric(change: dict[str, object]):
    metrics = metrics_of("answers")
    card = score(
        RUN, [tried(CASES[0], **change), *ALL[1:]], CASES, metrics=metrics, judge=LexicalJudge()
    )
    assert {each.state for each in card.rows[0].outcomes.values()} == {"error"}
    measured = columns(card.rows, metrics)
    for each in metrics:
        assert measured[each.name][0] == each.worst or each.worst is None, each.name
