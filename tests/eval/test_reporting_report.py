"""A report counts what was planned, keeps its order, and says how far to trust its judge."""

import pytest

from eval.metrics.metric import Metric, NotApplicable, Summary, mean_of
from eval.reporting import build, specimen, trust, verdict
from eval.reporting.report import Report
from eval.reporting.wording import effect, loss, movement, outcome
from eval.schema import (
    Agreement,
    Case,
    Change,
    Check,
    Comparison,
    Controls,
    Difference,
    Figure,
    Gate,
    Interval,
    Machine,
    Outcome,
    Response,
    Row,
    Run,
    Scorecard,
    Trial,
)
from rag.errors import UsageError

SCORED = Outcome(state="scored", value=0.5)
FAILED = Outcome(state="error", reason="the judge gave no verdict")
SILENT = Outcome(state="not applicable", reason="nothing to cite")


def metric(name: str, family: str = "retrieval") -> Metric:
    return Metric(name, family, "higher", 0, f"{name} of a case", lambda _: NotApplicable("-"))  # pyright: ignore[reportArgumentType]


def figure(name: str, value: float | None = 0.5) -> Figure:
    interval = None if value is None else Interval(value=value, low=value, high=value)
    return Figure(name=name, better="higher", interval=interval, scored=1, not_applicable=0,
                  errors=0)  # fmt: skip


def run_of(*ids: str) -> Run:
    machine = Machine(system="s", processor="p", cores=2, memory_gib=8, python="3.11")
    return Run(system="attest", data="questions", data_digest="d", planned=ids, kind="answers",
               depth=10, library="l", papers=3, settings={}, checker="", versions={}, code="c",
               machine=machine, started="2026-01-01T00:00:00Z")  # fmt: skip


def row(case: str, **outcomes: Outcome) -> Row:
    return Row(case=case, type="t", cluster=case, answerable=True, outcomes=outcomes)


def report_of(*rows: Row, planned: tuple[str, ...] = ("a",), **others: object) -> Report:
    trials = [Trial(case=each.case, asked="", response=Response(answer="yes")) for each in rows]
    settings: dict[str, object] = {
        "run": run_of(*planned),
        "scorecard": Scorecard(run="r", judge="lexical", scorer="s", rows=rows),
        "summaries": [mean_of(metric("recall"))],
        "metrics": [metric("recall")],
        "figures": [figure("recall")],
        "trials": trials,
        "cases": [Case(id=each, question=f"{each}?") for each in planned],
    }
    return build(**{**settings, **others})  # pyright: ignore[reportArgumentType]


def agreement(data: str, accuracy: float, best: float, judge: str = "lexical") -> Agreement:
    def around(value: float) -> Interval:
        return Interval(value=value, low=value - 0.05, high=value + 0.05)

    return Agreement(judge=judge, data=data, n=100, share_supported=0.5,
                     balanced_accuracy=around(accuracy), f1=around(0.5), auroc=around(0.5),
                     ece=around(0.1), kappa=around(0.2),
                     baselines={"always yes": {"balanced_accuracy": 0.5},
                                "word overlap": {"balanced_accuracy": best}})  # fmt: skip


def difference(low: float, high: float, *, better: str = "higher", p: float = 0.01) -> Difference:
    delta = Interval(value=(low + high) / 2, low=low, high=high)
    return Difference(name="recall", better=better, before=0.5, after=0.5, delta=delta, p=p,  # pyright: ignore[reportArgumentType]
                      p_holm=p, detectable=0.1, pairs=9, clusters=9)  # fmt: skip


def test_planned_is_scored_and_errors():
    report = report_of(
        row("a", recall=SCORED),
        row("b", recall=FAILED),
        row("c", recall=SILENT),
        planned=("a", "b", "c", "d"),
    )

    assert (report.planned, report.scored, report.errors) == (4, 2, 2)


def test_a_case_that_was_never_tried_is_an_error_of_the_report():
    report = report_of(row("a", recall=SCORED), planned=("a", "b"))

    assert report.cases[1].ending == "error"
    assert "never tried" in (report.cases[1].error or "")


def test_a_case_that_was_answered_but_never_scored_is_an_error_of_the_report():
    trials = [Trial(case="a", asked="", response=Response(answer="yes"))]

    report = report_of(planned=("a",), trials=trials)

    assert report.errors == 1
    assert "never scored" in (report.cases[0].error or "")


def test_figures_are_grouped_by_family_in_a_fixed_order():
    metrics = [metric("latency", "cost"), metric("cites", "citations"), metric("recall")]

    report = report_of(
        summaries=[mean_of(each) for each in metrics],
        figures=[figure(each.name) for each in metrics],
    )

    assert [section.family for section in report.sections] == ["retrieval", "citations", "cost"]
    assert [each.name for each in report.figures] == ["recall", "cites", "latency"]
    assert report.sections[0].figures[0][1].formula == "mean over cases of: recall of a case"


def test_a_figure_without_a_summary_is_refused():
    with pytest.raises(UsageError, match="'nDCG'"):
        report_of(figures=[figure("nDCG")])


def test_gated_figures_are_known_by_their_checks_and_gate_the_metrics_they_read():
    f1 = Summary("F1", "citations", "higher", "of both", ("precision", "recall"),
                 lambda columns, _: columns["recall"])  # fmt: skip
    checks = (Check(name="floor: F1", passed=True, message=""),
              Check(name="errors", passed=True, message=""))  # fmt: skip

    report = report_of(
        summaries=[f1, mean_of(metric("recall"))],
        figures=[figure("F1"), figure("recall")],
        gate=Gate(checks=checks),
    )

    assert report.gated == ("F1",)
    assert report.gated_measures == {"precision", "recall"}


@pytest.mark.parametrize(
    ("answerable", "refused", "ending"),
    [
        (True, False, "answered"),
        (True, True, "wrongly refused"),
        (False, True, "refused"),
        (False, False, "answered where it should refuse"),
        (None, True, "refused"),
    ],
)
def test_an_ending_says_whether_it_was_right(answerable: bool | None, refused: bool, ending: str):
    each = Row(case="a", type="t", cluster="a", answerable=answerable, outcomes={})
    trial = Trial(case="a", asked="", response=Response(answer="yes", refused=refused))

    assert report_of(each, trials=[trial]).cases[0].ending == ending


def test_agreement_that_was_not_measured_is_said_to_be_so():
    assert trust(report_of()) == ("faithfulness by lexical: agreement with people not measured",)


def test_agreement_names_the_sets_where_the_judge_is_no_better_than_a_trivial_rule():
    measured = [agreement("WiCE", 0.79, 0.69), agreement("HealthVer", 0.57, 0.59)]

    assert trust(report_of(agreements=measured)) == (
        "faithfulness by lexical: balanced accuracy .79 ± .05 on WiCE; "
        "no better than word overlap on HealthVer",
    )


def test_agreement_of_another_judge_is_not_lent_to_this_one():
    sentences = trust(report_of(agreements=[agreement("WiCE", 0.79, 0.69, judge="model")]))

    assert sentences == (
        "faithfulness by lexical: agreement with people not measured",
        "faithfulness by model: balanced accuracy .79 ± .05 on WiCE",
    )


def test_agreement_without_baselines_is_held_against_chance():
    bare = agreement("WiCE", 0.52, 0.69).model_copy(update={"baselines": {}})

    assert "no better than chance on WiCE" in trust(report_of(agreements=[bare]))[0]


def test_a_judge_by_the_method_of_the_answer_path_is_pointed_out():
    assert any("same method" in each for each in trust(report_of(same_method=True)))
    assert not any("same method" in each for each in trust(report_of()))


def test_controls_are_quoted_and_too_few_are_called_too_few():
    def quoted(foreign: int) -> str:
        found = Controls(judge="lexical", entailed=10, said_entailed=10, foreign=foreign,
                         said_foreign=foreign)  # fmt: skip
        card = Scorecard(run="r", judge="lexical", scorer="s", rows=(), controls=found)
        return trust(report_of(scorecard=card))[-1]

    assert "balanced accuracy 1.00" in quoted(5)
    assert "too few" in quoted(0)


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (difference(0.01, 0.05), "better"),
        (difference(-0.05, -0.01), "worse"),
        (difference(0.01, 0.05, better="lower"), "worse"),
        (difference(-0.05, -0.01, better="lower"), "better"),
        (difference(-0.01, 0.05), "no difference shown"),
        (difference(0.0, 0.05), "no difference shown"),
        (difference(0.01, 0.05, p=0.06), "no difference shown"),
    ],
)
def test_a_difference_is_named_only_where_it_is_shown(found: Difference, word: str):
    assert effect(found) == word


@pytest.mark.parametrize(
    ("before", "after", "way", "lost"),
    [
        (1.0, 0.5, "worse", 0.5),
        (0.5, 1.0, "better", -0.5),
        (0.5, None, "worse", float("inf")),
        (None, 0.5, "better", float("-inf")),
    ],
)
def test_a_case_moves_and_falls_deepest_into_an_error(
    before: float | None, after: float | None, way: str, lost: float
):
    def made(value: float | None) -> Outcome:
        return FAILED if value is None else Outcome(state="scored", value=value)

    change = Change(case="a", name="recall", before=made(before), after=made(after))

    assert movement(change, "higher") == way
    assert loss(change, "higher") == lost


def test_what_stops_to_apply_is_changed_and_neither_better_nor_worse():
    change = Change(case="a", name="recall", before=SCORED, after=SILENT)

    assert movement(change, "higher") == "changed"
    assert loss(change, "higher") == 0


def test_outcomes_are_told_apart_in_short():
    assert [outcome(each) for each in (SCORED, SILENT, FAILED, None)] == [
        ".500", "n.a.", "error", "n.a.",
    ]  # fmt: skip


def test_a_gate_without_checks_is_red_and_none_is_said_to_be_none():
    assert verdict(report_of(gate=Gate(checks=()))).startswith("Gate red")
    assert verdict(report_of()) == "No gate was set."
    green = Gate(checks=(Check(name="errors", passed=True, message=""),))
    assert verdict(report_of(gate=green)) == "Gate green: 1 check passed."


def test_changes_are_found_by_case():
    changes = tuple(
        Change(case=case, name=name, before=SCORED, after=FAILED)
        for case, name in (("a", "recall"), ("b", "recall"), ("a", "nDCG"))
    )
    compared = Comparison(before="main", after="now", differences=(), changes=changes)

    found = report_of(comparison=compared).changes

    assert {case: [each.name for each in of_case] for case, of_case in found.items()} == {
        "a": ["recall", "nDCG"],
        "b": ["recall"],
    }


def test_the_specimen_says_that_it_is_made_up_and_is_the_same_each_time():
    assert "made up" in specimen().title
    assert specimen(20) == specimen(20)
