"""A made-up report, to see what the forms look like without a run. Nothing in it was measured."""

import random
from collections.abc import Sequence

from eval.metrics.areas import Point
from eval.metrics.calibration import Bin
from eval.reporting.report import Group, Report, build
from eval.reporting.specimen_cases import (
    SPECS,
    TYPES,
    Spec,
    made_case,
    made_row,
    made_trial,
    metrics,
    summaries,
)
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
    Row,
    Run,
    Scorecard,
)

TITLE = "Specimen: made up, nothing here was measured"
_JUDGE = "lexical 1"


def specimen(n: int = 60, *, seed: int = 7, text: str = "", lost: float = 0.03) -> Report:
    """Return a compared, gated report of ``n`` made-up cases.

    Args:
        n: Cases.
        seed: Of all that is drawn.
        lost: Share of the cases that end in an error.
        text: Put into every free text, to see what becomes of it.
    """
    dice = random.Random(seed)
    cases = tuple(made_case(number, text) for number in range(n))
    trials = tuple(made_trial(case, dice, text, lost=lost) for case in cases)
    before = tuple(made_trial(case, dice, text, lost=lost) for case in cases)
    rows = tuple(made_row(case, trial, dice) for case, trial in zip(cases, trials, strict=True))
    figures = tuple(_figure(spec, dice, rows) for spec in SPECS)
    return build(
        title=f"{TITLE}{text}",
        run=_run(cases, text),
        scorecard=Scorecard(
            run="0" * 64,
            judge=_JUDGE,
            scorer="0" * 64,
            rows=rows,
            controls=Controls(
                judge=_JUDGE, entailed=60, said_entailed=60, foreign=60, said_foreign=57
            ),
        ),
        summaries=summaries(),
        metrics=metrics(),
        figures=figures,
        cases=cases,
        trials=trials,
        same_method=True,
        by_type=[_group(kind + text, dice, rows) for kind in TYPES],
        agreements=_agreements(),
        risk_coverage=[Point(k / 40, 0.02 + 0.28 * (k / 40) ** 2)
                       for k in range(1, 41)],
        reliability=[_bin(place) for place in range(10)],
        robustness=[_group(name, dice, rows)
                    for name in ("as asked", "4 distractors", "one number changed")],
        comparison=_comparison(rows, dice, text),
        before=before,
        gate=_gate(text),
        rivals=[_group(name, dice, rows) for name in ("attest extractive", f"bm25 only{text}")],
    )  # fmt: skip


def _figure(spec: Spec, dice: random.Random, rows: Sequence[Row]) -> Figure:
    name, typical = spec.name, spec.typical
    states = [row.outcomes[name].state for row in rows]
    value = typical * dice.uniform(0.93, 1.04)
    spread = 0.05 * typical if typical > 1 else dice.uniform(0.02, 0.06)
    low, high = max(0, value - spread), value + spread
    interval = Interval(value=value, low=low, high=high if typical > 1 else min(1, high))
    return Figure(
        name=name,
        better=spec.better,
        interval=interval if "scored" in states else None,
        scored=states.count("scored"),
        not_applicable=states.count("not applicable"),
        errors=states.count("error"),
    )


def _group(name: str, dice: random.Random, rows: Sequence[Row]) -> Group:
    mine = [row for row in rows if row.type == name] or rows
    return Group(name=name, n=len(mine), figures=tuple(_figure(s, dice, mine) for s in SPECS))


def _run(cases: Sequence[Case], text: str) -> Run:
    return Run(
        system=f"attest extractive{text}",
        data=f"specimen questions{text}",
        data_digest="0" * 64,
        planned=tuple(case.id for case in cases),
        kind="answers",
        depth=50,
        library="0" * 64,
        papers=316,
        settings={"k": f"8{text}", "floor": "0.31"},
        checker=_JUDGE,
        versions={"attest": "0.1.0", "numpy": "2.3"},
        code="0" * 64,
        machine=Machine(
            system="Linux", processor="x86-64", cores=2, memory_gib=7.7, python="3.11.4"
        ),
        started="2026-01-01T12:00:00Z",
    )


def _agreements() -> list[Agreement]:
    return [
        _agreement("WiCE", 0.79, {"always yes": 0.5, "length": 0.55, "word overlap": 0.69}),
        _agreement("HealthVer", 0.57, {"always yes": 0.5, "length": 0.5, "word overlap": 0.59}),
    ]


def _agreement(data: str, accuracy: float, baselines: dict[str, float]) -> Agreement:
    def around(value: float) -> Interval:
        return Interval(value=value, low=value - 0.05, high=value + 0.05)

    return Agreement(
        judge=_JUDGE,
        data=data,
        n=358,
        share_supported=0.31,
        balanced_accuracy=around(accuracy),
        f1=around(0.61),
        auroc=around(0.76),
        ece=around(0.08),
        kappa=around(0.44),
        baselines={name: {"balanced_accuracy": value} for name, value in baselines.items()},
    )


def _comparison(rows: Sequence[Row], dice: random.Random, text: str) -> Comparison:
    deltas = (0.062, 0.021, -0.004, -0.071, -0.012, 0.006, 0.014, -0.03, 0.0, 21.0)
    changes = (
        _change(row, spec.name, spec.worst, dice)
        for row in rows[::4]
        for spec in SPECS[3:5]
        if row.outcomes[spec.name].state == "scored"
    )
    return Comparison(
        before=f"main{text}",
        after=f"this change{text}",
        differences=tuple(_difference(s, d) for s, d in zip(SPECS, deltas, strict=True)),
        changes=tuple(change for change in changes if change.before != change.after),
        notes=(f"the libraries differ: 310 papers before, 316 after{text}",),
    )


def _change(row: Row, name: str, worst: float | None, dice: random.Random) -> Change:
    before = Outcome(state="scored", value=1 - (worst or 0) if dice.random() < 0.7 else 0.5)
    return Change(case=row.case, name=name, before=before, after=row.outcomes[name])


def _difference(spec: Spec, delta: float) -> Difference:
    half = 0.03 if spec.typical <= 1 else 30.0
    p = 0.002 if abs(delta) > half else 0.41
    return Difference(
        name=spec.name,
        better=spec.better,
        before=spec.typical - delta,
        after=spec.typical,
        delta=Interval(value=delta, low=delta - half, high=delta + half),
        p=p,
        p_holm=min(1, p * 8),
        detectable=half * 1.4,
        pairs=45,
        clusters=41,
    )


def _gate(text: str) -> Gate:
    return Gate(
        checks=(
            Check(name="regression: recall@5", passed=True, message="+.062, may fall by .02"),
            Check(
                name="regression: citation recall",
                passed=False,
                message=f"-.071, may fall by .02{text}",
            ),
            Check(name="floor: faithfulness", passed=True, message=".910, at least .85"),
            Check(name="errors", passed=False, message="some cases failed, none may"),
        )
    )


def _bin(place: int) -> Bin:
    low, right = place / 10, min(1, place / 10 + 0.09)
    return Bin(low=low, high=low + 0.1, count=4 + place, confidence=low + 0.05, accuracy=right)
