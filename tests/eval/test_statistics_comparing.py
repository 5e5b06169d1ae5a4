"""Two runs compared: pairs, clusters, notes, and what is left out."""

import numpy as np
import pytest
from scipy.stats import bootstrap

from eval.metrics.metric import Metric, NotApplicable, Summary, mean_of, weighted_mean
from eval.schema import (
    Better,
    Controls,
    Difference,
    Interval,
    Machine,
    Outcome,
    Row,
    Run,
    Scorecard,
)
from eval.statistics import Scored, compare, regressed, scored
from rag.errors import UsageError


def metric(name, better: Better = "higher", worst: float | None = 0.0):
    return Metric(name, "correctness", better, worst, name, lambda _: NotApplicable("test"))


def product(columns, weights):
    return weighted_mean(columns["m"], weights) * weighted_mean(columns["k"], weights)


METRICS = (metric("m"), metric("k"), metric("ms", "lower", None))
SUMMARIES = (
    *map(mean_of, METRICS),
    Summary("mk", "correctness", "higher", "m k", ("m", "k"), product),
)


def outcome(value):
    if isinstance(value, Outcome):
        return value
    if value is None:
        return Outcome(state="not applicable", reason="no gold")
    return Outcome(state="scored", value=value)


def a_run(name="run", judge="j", scorer="s", library="l", data="d", **columns):
    size = len(next(iter(columns.values())))
    rows = tuple(
        Row(case=f"q{at:04}", type="t", cluster=f"q{at:04}", answerable=None,
            outcomes={each: outcome(column[at]) for each, column in columns.items()})
        for at in range(size)
    )  # fmt: skip
    return Scored(name, rows, judge, scorer, library, data)


def compared(before, after, gated=None, summaries=SUMMARIES[:1], **more):
    return compare(before, after, summaries=summaries, metrics=METRICS, gated=gated, seed=0, **more)


def test_a_difference_has_the_paired_interval_of_scipy():
    generator = np.random.default_rng(0)
    x, y = generator.random(50), generator.random(50)

    (found,) = compared(a_run(m=x.tolist()), a_run(m=y.tolist())).differences

    theirs = bootstrap(
        (y - x,), np.mean, n_resamples=2_000, method="BCa",
        rng=np.random.Generator(np.random.PCG64(0)),
    ).confidence_interval  # fmt: skip
    assert found.delta.value == pytest.approx((y - x).mean())
    assert (found.delta.low, found.delta.high) == pytest.approx((theirs.low, theirs.high))
    assert (found.before, found.after) == pytest.approx((x.mean(), y.mean()))
    assert (found.pairs, found.clusters) == (50, 50)


def test_only_cases_that_both_scored_are_compared():
    (found,) = compared(a_run(m=[1.0, 0.0, 0.5]), a_run(m=[1.0, None, 0.0])).differences

    assert (found.before, found.after, found.pairs) == (0.75, 0.5, 2)


def test_cases_are_paired_by_id_whatever_their_order():
    before, after = a_run(m=[0.1, 0.6, 0.9]), a_run(m=[0.1, 0.6, 0.9])
    turned = after._replace(rows=after.rows[::-1])

    found = compared(before, turned)

    assert found.differences[0].delta == Interval(value=0, low=0, high=0)
    assert found.changes == ()


def test_cases_of_one_run_only_are_named_and_not_counted():
    before, after = a_run(m=[0.0, 1.0, 1.0]), a_run(m=[0.0, 1.0, 0.0])
    fewer = after._replace(rows=after.rows[:2])

    found = compared(before, fewer)

    assert (found.only_before, found.only_after) == (("q0002",), ())
    assert compared(fewer, before).only_after == ("q0002",)
    assert found.differences[0].pairs == 2


def test_a_case_that_stands_twice_is_refused():
    run = a_run(m=[0.0, 1.0])

    with pytest.raises(UsageError, match="q0001 more than once"):
        compared(run, run._replace(rows=(*run.rows, run.rows[1])))


def test_an_error_is_no_gain():
    failed = Outcome(state="error", reason="broke")
    before = a_run(m=[0.5] * 10)
    after = a_run(m=[*[0.5] * 9, failed])

    found = compared(before, after)

    assert found.differences[0].delta.value == pytest.approx(-0.05)
    assert "run has 1 cases with errors, counted as the worst" in found.notes
    assert [change.case for change in found.changes] == ["q0009"]


def test_a_metric_that_one_run_was_not_measured_by_is_left_out_with_a_note():
    found = compared(
        a_run(k=[1.0, 0.0]), a_run(m=[1.0, 0.0], k=[1.0, 0.0]), summaries=SUMMARIES[:2]
    )

    assert [each.name for each in found.differences] == ["k"]
    assert "m has no number in both runs and is not compared" in found.notes


def test_runs_without_a_common_case_have_no_differences():
    before, after = a_run(m=[1.0, 0.0]), a_run(m=[1.0, 0.0])
    moved = after._replace(
        rows=tuple(row.model_copy(update={"case": f"x{row.case}"}) for row in after.rows)
    )

    assert compared(before, moved).differences == ()


def test_what_makes_runs_less_comparable_is_noted():
    found = compared(a_run(m=[1.0], judge="old", data="e"), a_run(m=[1.0], judge="new"))

    assert found.notes == ("another judge: old then new", "another data: e then d")


def test_changes_are_of_means_and_not_of_times():
    before = a_run(m=[1.0, 0.5], k=[1.0, 1.0], ms=[10.0, 20.0])
    after = a_run(m=[0.0, 0.5], k=[1.0, None], ms=[11.0, 22.0])

    found = compared(before, after, summaries=SUMMARIES)

    assert [(each.case, each.name) for each in found.changes] == [("q0000", "m"), ("q0001", "k")]


def noisy(seed, drop=0.0, size=120):
    generator = np.random.default_rng(seed)
    base = generator.random(size)
    return [
        {
            name: np.clip(base + generator.normal(0, 0.1, size) - less, 0, 1).tolist()
            for name in "mk"
        }
        for less in (0.0, drop)
    ]


def test_only_gated_figures_share_an_adjustment():
    before, after = (a_run(**each) for each in noisy(1, 0.02))
    alone = compared(before, after, summaries=SUMMARIES)
    adjusted = compared(before, after, gated=["m", "mk"], summaries=SUMMARIES)

    assert all(each.p == each.p_holm for each in alone.differences)
    raw = {each.name: each.p for each in adjusted.differences}
    holm = {each.name: each.p_holm for each in adjusted.differences}
    assert holm["k"] == raw["k"]
    assert min(holm["m"], holm["mk"]) == pytest.approx(min(1, 2 * min(raw["m"], raw["mk"])))


def test_a_gated_figure_states_what_the_first_step_of_the_adjustment_detects():
    before, after = (a_run(**each) for each in noisy(2))

    (alone,) = compared(before, after).differences
    (of_four,) = compared(before, after, gated=["m", "a", "b", "c"]).differences

    assert of_four.detectable > 1.1 * alone.detectable


def test_runs_that_agree_do_not_promise_to_see_everything():
    run = a_run(m=[1.0] * 30)

    (found,) = compared(run, run).differences

    assert found.detectable == pytest.approx(9.505 / 30, abs=1e-3)


def test_a_comparison_repeats_to_the_bit():
    before, after = (a_run(**each) for each in noisy(3, 0.1))

    assert compared(before, after, summaries=SUMMARIES) == compared(
        before, after, summaries=SUMMARIES
    )


def a_difference(better, low, value, high, p):
    return Difference(
        name="m", better=better, before=0.5, after=0.5 + value,
        delta=Interval(value=value, low=low, high=high), p=p, p_holm=p, detectable=0.1,
        pairs=9, clusters=9,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (a_difference("higher", -0.2, -0.1, -0.05, 0.01), True),
        (a_difference("lower", 0.05, 0.1, 0.2, 0.01), True),
        (a_difference("higher", 0.05, 0.1, 0.2, 0.01), False),
        (a_difference("lower", -0.2, -0.1, -0.05, 0.01), False),
        (a_difference("higher", -0.2, -0.1, 0.0, 0.01), False),
        (a_difference("higher", -0.2, -0.1, -0.05, 0.06), False),
        (a_difference("higher", -0.02, -0.01, -0.005, 0.01), False),
    ],
)
def test_a_regression_is_bad_and_sure_and_large(difference, expected):
    assert regressed(difference, tolerance=0.01) is expected


def test_a_run_and_its_scorecard_make_what_is_compared():
    machine = Machine(system="s", processor="p", cores=1, memory_gib=1, python="3")
    run = Run(
        system="attest", data="d", data_digest="dd", planned=("q0000",), kind="answers", depth=9,
        library="lib", papers=1, settings={}, checker="", versions={}, code="c", machine=machine,
        started="2026-01-01T00:00:00+00:00",
    )  # fmt: skip
    rows = a_run(m=[1.0]).rows
    controls = Controls(judge="j", entailed=1, said_entailed=1, foreign=1, said_foreign=1)
    card = Scorecard(run="r", judge="j", scorer="s", rows=rows, controls=controls)

    assert scored(run, card) == Scored("attest", rows, "j", "s", "lib", "dd")
    assert scored(run, card, name="mine").name == "mine"
