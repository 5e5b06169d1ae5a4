"""Each thing that turns the gate red, alone; and that nothing else does."""

import numpy as np
import pytest

from eval.gating import Baseline, baseline_of, gate, gated_metrics, parse_rules
from eval.metrics.metric import Metric, NotApplicable, Summary, mean_of, weighted_mean
from eval.schema import Better, Controls, Machine, Outcome, Row, Run, Scorecard
from rag.errors import UsageError

SIZE = 60
TRIALS = "0" * 64
FAILED = Outcome(state="error", reason="the judge\ngave nan")
ABSENT = Outcome(state="not applicable", reason="refused")


def metric(name, better: Better = "higher", worst: float | None = 0.0):
    return Metric(name, "correctness", better, worst, name, lambda _: NotApplicable("test"))


def product(columns, weights):
    return weighted_mean(columns["found"], weights) * weighted_mean(columns["gain"], weights)


METRICS = (metric("found"), metric("gain"), metric("fault", "lower", 1.0),
           metric("ms", "lower", None))  # fmt: skip
SUMMARIES = (
    *map(mean_of, METRICS),
    Summary("both", "correctness", "higher", "found gain", ("found", "gain"), product),
)
RULES = """
[gate]
same = ["data", "judge", "library", "scorer", "settings"]
[metrics.found]
floor = 0.5
[metrics.gain]
[metrics.fault]
ceiling = 0.6
[metrics.both]
[types.odd.metrics.found]
floor = 0.4
"""


def scores():
    generator = np.random.default_rng(0)
    return {
        "found": (generator.random(SIZE) < 0.8).astype(float).tolist(),
        "gain": generator.random(SIZE).tolist(),
        "fault": (generator.random(SIZE) < 0.2).astype(float).tolist(),
        "ms": (100 * generator.random(SIZE)).tolist(),
    }


def rows_of(columns):
    return tuple(
        Row(case=f"q{at:02}", type="odd" if at % 2 else "even", cluster=f"c{at // 2}",
            answerable=True,
            outcomes={name: each if isinstance(each, Outcome)
                      else Outcome(state="scored", value=each)
                      for name, column in columns.items() for each in [column[at]]})
        for at in range(len(columns["found"]))
    )  # fmt: skip


CONTROLS = Controls(judge="j", entailed=30, said_entailed=30, foreign=30, said_foreign=29)
CARD = Scorecard(run=TRIALS, judge="j", scorer="s", rows=rows_of(scores()), controls=CONTROLS)
RUN = Run(
    system="attest", data="d", data_digest="dd", planned=tuple(row.case for row in CARD.rows),
    kind="answers", depth=9, library="lib", papers=1, settings={"top": "5"}, checker="",
    versions={}, code="c", started="2026-01-01T00:00:00+00:00", gold_missing=("q03",),
    machine=Machine(system="s", processor="p", cores=1, memory_gib=1, python="3"),
)  # fmt: skip


def baseline_for(text=RULES, run=RUN, card=CARD):
    return baseline_of(run, card, metrics=gated_metrics(parse_rules(text), SUMMARIES))


BASELINE = baseline_for()


def gated(
    run=RUN,
    card=CARD,
    text=RULES,
    baseline: Baseline | None = BASELINE,
    trials=TRIALS,
    summaries=SUMMARIES,
):
    found = gate(
        run, card, trials_digest=trials, baseline=baseline, rules=parse_rules(text),
        metrics=METRICS, summaries=summaries,
    )  # fmt: skip
    assert all("\n" not in check.message and check.message for check in found.checks)
    assert len({check.name for check in found.checks}) == len(found.checks)
    return found


def red(**given):
    """Return the names of the checks that failed, with their messages."""
    found = gated(**given)
    assert not found.passed
    return {check.name: check.message for check in found.checks if not check.passed}


def with_rows(*rows):
    return CARD.model_copy(update={"rows": rows})


def changed(name, at, value):
    columns = scores()
    columns[name][at] = value
    return with_rows(*rows_of(columns))


def run_with(**fields):
    return RUN.model_copy(update=fields)


def test_a_perfect_rerun_is_green():
    found = gated()

    assert found.passed
    assert {check.name for check in found.checks} >= {
        "scores", "plan", "errors", "coverage", "gold papers", "judge controls",
        "floor: found", "ceiling: fault", "floor: found (odd)", "same: data", "same: settings",
        "cases", "coverage: gain", "regression: both",
    }  # fmt: skip


def test_a_rerun_equals_its_rounded_baseline_to_the_last_digit():
    (check,) = (each for each in gated().checks if each.name == "regression: gain")

    assert "+0.0000 [+0.0000, +0.0000], p 1.0000" in check.message


def test_a_better_run_is_green():
    columns = scores()
    columns["found"] = [1.0] * SIZE
    columns["fault"] = [0.0] * SIZE

    assert gated(card=with_rows(*rows_of(columns))).passed


def test_scores_of_other_trials_are_stale():
    assert list(red(trials="1" * 64)) == ["scores"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (CARD.rows[:-1], "missing q59"),
        ((*CARD.rows, CARD.rows[7]), "doubled q07"),
        ((*CARD.rows, CARD.rows[7].model_copy(update={"case": "x"})), "not planned x"),
        ((CARD.rows[1], CARD.rows[0], *CARD.rows[2:]), "out of order"),
        (CARD.rows[::2], "missing q01, q03, q05 and 27 more"),
        ((), "0 rows of 60 planned cases: missing"),
    ],
)
def test_rows_that_are_not_the_plan(rows, said):
    found = red(card=with_rows(*rows))

    assert list(found) == ["plan"]
    assert said in found["plan"]


def test_a_plan_of_nothing():
    found = red(run=run_with(planned=()), card=with_rows(), baseline=None)

    assert "no case was planned" in found["plan"]


def test_a_plan_with_a_case_twice():
    twice = (*RUN.planned, "q00")
    rows = (*CARD.rows, CARD.rows[0])

    assert "planned twice q00" in red(run=run_with(planned=twice), card=with_rows(*rows))["plan"]


@pytest.mark.parametrize("at", range(0, SIZE, 17))
def test_one_error_of_a_metric_that_nobody_gates(at):
    found = red(card=changed("ms", at, FAILED))

    assert list(found) == ["errors"]
    assert (
        f"1 of 60 cases have an error (allowed 0): q{at:02} ms: the judge gave nan"
        in (found["errors"])
    )


def test_an_error_of_a_metric_that_the_gate_does_not_know_counts_too():
    columns = {**scores(), "other": [FAILED, *[1.0] * (SIZE - 1)]}

    assert "q00 other: the judge" in red(card=with_rows(*rows_of(columns)))["errors"]


def test_errors_name_three_cases_and_the_count():
    columns = scores()
    columns["ms"][:9] = [FAILED] * 9

    message = red(card=with_rows(*rows_of(columns)))["errors"]

    assert message.startswith("9 of 60")
    assert all(name in message for name in ("q00", "q01", "q02"))
    assert "q03" not in message


def test_a_metric_that_was_not_measured_is_an_error():
    columns = scores()
    del columns["ms"]

    assert "q00 ms: not measured" in red(card=with_rows(*rows_of(columns)))["errors"]


ONE_ERROR = RULES.replace("[gate]", "[gate]\nerrors = 1")


def test_an_error_of_a_gated_metric_lowers_the_coverage_even_where_it_is_allowed():
    found = red(card=changed("gain", 5, FAILED), text=ONE_ERROR)

    assert set(found) == {"coverage", "coverage: gain"}
    assert "59 of 60" in found["coverage"]


def test_an_allowed_error_of_a_metric_that_nobody_gates_is_green():
    assert gated(card=changed("ms", 5, FAILED), text=ONE_ERROR).passed


def test_an_allowed_error_counts_as_the_worst():
    columns = scores()
    columns["found"] = [FAILED if value else 0.0 for value in columns["found"]]
    text = RULES.replace("[gate]", "[gate]\nerrors = 60\ncoverage = 0\ncoverage_loss = 1.0")

    found = red(card=with_rows(*rows_of(columns)), text=text)

    assert {"floor: found", "regression: found"} <= set(found)


def test_an_error_that_has_no_worst_value_is_never_allowed_in_a_gated_metric():
    text = f"{ONE_ERROR}\n[metrics.ms]\nceiling = 200".replace(
        "errors = 1", "errors = 1\ncoverage = 0.0\ncoverage_loss = 1.0"
    )

    found = red(card=changed("ms", 5, FAILED), text=text, baseline=baseline_for(text))

    assert list(found) == ["errors"]
    assert "no worst value" in found["errors"]


def test_gold_that_the_library_lacks_beyond_the_baseline():
    found = red(run=run_with(gold_missing=("q03", "q04")))

    assert list(found) == ["gold papers"]
    assert "1 cases" in found["gold papers"]
    assert "q04" in found["gold papers"]


def test_gold_that_was_swapped_for_other_gold():
    assert list(red(run=run_with(gold_missing=("q04",)))) == ["gold papers"]


FLOORS = "[metrics.found]\nfloor = 0.5\n[metrics.fault]\nceiling = 0.6"


def test_without_a_baseline_no_gold_may_lack_but_what_the_rules_allow():
    assert list(red(text=FLOORS, baseline=None)) == ["gold papers"]
    assert gated(text=f"[gate]\ngold_missing = 1\n{FLOORS}", baseline=None).passed


@pytest.mark.parametrize(
    ("controls", "said"),
    [
        (None, "not controlled"),
        (CONTROLS.model_copy(update={"foreign": 0, "said_foreign": 0}), "not controlled"),
        (CONTROLS.model_copy(update={"said_foreign": 0}), "balanced accuracy 0.500"),
        (CONTROLS.model_copy(update={"said_entailed": 0}), "balanced accuracy 0.483"),
        (CONTROLS.model_copy(update={"judge": "other"}), "controls are of other"),
    ],
)
def test_a_judge_that_is_not_known_to_judge(controls, said):
    found = red(card=CARD.model_copy(update={"controls": controls}))

    assert list(found) == ["judge controls"]
    assert said in found["judge controls"]


def test_a_judge_is_not_asked_of_a_ranking_or_where_the_rules_say_so():
    card = CARD.model_copy(update={"controls": None})
    trusted = RULES.replace("[gate]", "[gate]\ncontrols = 0.0")

    assert gated(run=run_with(kind="retrieval"), card=card).passed
    assert gated(card=card, text=trusted).passed


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("data", {"run": run_with(data_digest="ee")}),
        ("library", {"run": run_with(library="other")}),
        ("settings", {"run": run_with(settings={"top": "6"})}),
        ("settings", {"run": run_with(settings={"top": "5", "more": "1"})}),
        ("scorer", {"card": CARD.model_copy(update={"scorer": "t"})}),
        ("judge", {"card": CARD.model_copy(
            update={"judge": "i", "controls": CONTROLS.model_copy(update={"judge": "i"})})}),
    ],
)  # fmt: skip
def test_what_must_be_the_same_and_is_not(kind, given):
    assert list(red(**given)) == [f"same: {kind}"]

    loose = RULES.replace(f'"{kind}"', '"data"' if kind != "data" else '"judge"')
    assert gated(**given, text=loose).passed


def test_settings_that_differ_are_named():
    message = red(run=run_with(settings={"top": "6"}))["same: settings"]

    assert "top=5 then top=6" in message


def test_a_floor_that_is_broken():
    text = RULES.replace("floor = 0.5", "floor = 0.95")

    assert list(red(text=text)) == ["floor: found"]


def test_a_ceiling_that_is_broken():
    text = RULES.replace("ceiling = 0.6", "ceiling = 0.01")

    assert list(red(text=text)) == ["ceiling: fault"]


def test_a_floor_of_one_type_that_is_broken():
    text = RULES.replace("floor = 0.4", "floor = 0.97")

    assert list(red(text=text)) == ["floor: found (odd)"]


@pytest.mark.parametrize(
    ("was", "idle", "name"),
    [
        ("floor = 0.5", "floor = 0.0", "floor: found"),
        ("ceiling = 0.6", "ceiling = 1.0", "ceiling: fault"),
    ],
)
def test_a_bound_that_could_not_be_broken_is_refused(was, idle, name):
    found = red(text=RULES.replace(was, idle))

    assert list(found) == [name]
    assert "cannot break" in found[name]


def test_a_type_that_no_case_has_is_refused():
    text = RULES.replace("types.odd", "types.none")

    found = red(text=text)

    assert list(found) == ["scored: found (none)"]
    assert "cannot fail" in found["scored: found (none)"]


def test_a_gated_metric_that_no_case_scored_is_refused():
    columns = scores()
    columns["gain"] = [ABSENT] * SIZE
    card = with_rows(*rows_of(columns))

    found = red(card=card, baseline=baseline_for(card=card))

    assert {"scored: gain", "scored: both", "regression: gain"} <= set(found)


def drop(name, share, seed=1):
    """Return a scorecard in which a share of the cases got worse in a metric."""
    columns = scores()
    hit = np.random.default_rng(seed).random(SIZE) < share
    bad = 1.0 if name == "fault" else 0.0
    columns[name] = [bad if each else value for each, value in zip(hit, columns[name], strict=True)]
    return with_rows(*rows_of(columns))


@pytest.mark.parametrize("name", ["found", "gain", "fault"])
def test_a_regression(name):
    text = "".join(f"[metrics.{each}]\n" for each in ("found", "gain", "fault"))

    found = red(card=drop(name, 0.5), text=text, baseline=baseline_for(text))

    assert list(found) == [f"regression: {name}"]
    assert "look at q" in found[f"regression: {name}"]


def test_a_regression_of_a_figure_that_is_no_mean():
    text = "[metrics.both]"

    assert list(red(card=drop("gain", 0.5), text=text, baseline=baseline_for(text))) == [
        "regression: both"
    ]


def test_a_drop_that_is_tolerated():
    text = "[metrics.found]\ntolerance = 0.6"

    assert gated(card=drop("found", 0.5), text=text, baseline=baseline_for(text)).passed


def test_a_drop_that_chance_explains():
    card = changed("found", scores()["found"].index(1.0), 0.0)

    assert gated(card=card).passed


def test_a_rise_is_no_regression_where_higher_is_better():
    assert gated(card=drop("ms", 0.9)).passed


def test_cases_that_a_metric_no_longer_applies_to():
    found = red(card=changed("gain", 5, ABSENT))

    assert list(found) == ["coverage: gain"]
    assert "no more q05" in found["coverage: gain"]


def test_a_loss_of_coverage_that_the_rules_allow():
    text = RULES.replace("[gate]", "[gate]\ncoverage_loss = 0.02")

    assert gated(card=changed("gain", 5, ABSENT), text=text).passed


def test_cases_of_the_baseline_that_are_gone_although_the_data_may_differ():
    text = RULES.replace('"data", ', "")
    half = {"planned": RUN.planned[:40], "data_digest": "half"}

    found = red(run=run_with(**half), card=with_rows(*CARD.rows[:40]), text=text)

    assert list(found) == ["cases"]
    assert "20 cases" in found["cases"]


def test_new_cases_are_welcome_where_the_data_may_differ():
    text = RULES.replace('"data", ', "")
    before = baseline_for(run=run_with(planned=RUN.planned[:50]), card=with_rows(*CARD.rows[:50]))

    assert gated(run=run_with(data_digest="more"), text=text, baseline=before).passed


def test_a_baseline_without_a_gated_metric_is_refused():
    found = red(baseline=baseline_for("[metrics.found]"))

    assert {"baseline: gain", "baseline: fault", "regression: both"} <= set(found)


def test_too_few_clusters_to_ever_see_a_regression_are_refused():
    few = {"planned": RUN.planned[:10], "gold_missing": ()}
    run, card = run_with(**few), with_rows(*CARD.rows[:10])
    for text, passed in (("[metrics.found]", False), ("[metrics.found]\nfloor = 0.1", True)):
        found = gated(run=run, card=card, text=text, baseline=baseline_for(text, run, card))

        (check,) = (each for each in found.checks if each.name == "regression: found")
        assert check.passed is passed
        assert "5 clusters" in check.message


def test_without_a_baseline_the_bounds_alone_are_checked_and_it_says_so():
    found = gated(text=f"[gate]\ngold_missing = 1\n{FLOORS}", baseline=None)

    assert found.passed
    assert found.checks[-1].name == "baseline"
    assert "regressions are not looked for" in found.checks[-1].message


def test_without_a_baseline_and_a_bound_nothing_could_fail():
    found = red(text="[gate]\ngold_missing = 1\n[metrics.gain]", baseline=None)

    assert list(found) == ["baseline"]


def test_a_figure_that_there_is_not_is_refused():
    with pytest.raises(UsageError, match="did you mean found"):
        gated(text="[metrics.fond]\nfloor = 0.5")


def test_a_gate_repeats():
    assert gated(card=drop("gain", 0.2)) == gated(card=drop("gain", 0.2))


def test_what_a_baseline_must_hold_is_what_gated_figures_read():
    assert gated_metrics(parse_rules("[metrics.both]"), SUMMARIES) == ("found", "gain")
