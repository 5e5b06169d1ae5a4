"""How often the gate's regression rule is wrong, by simulation.

Two runs of one made-up system over the same clustered cases, compared by `compare`
and judged by `regressed` just as the gate does it: alarms without a drop are false
(A/A), alarms with one are catches, to be held against the power that the comparison
itself states. ``python -m eval.statistics.simulation --comparisons 1000`` prints the table.

A case succeeds with a probability of its own and of its cluster. The later run answers
a share (``noise``) of clusters anew, and each time with a shift that all cases of the
cluster share; the rest repeats, as a language model at temperature 0 nearly does.
"""

import argparse
import sys
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.metrics.metric import (
    Metric,
    NotApplicable,
    Subject,
    Summary,
    Vector,
    mean_of,
    weighted_mean,
)
from eval.schema import Better, Outcome, Row
from eval.statistics.comparing import Scored, compare, regressed
from eval.statistics.power import ALPHA, SPENT, power_of

Clusters = NDArray[np.int_]

TOLERANCE = 0.01


class Setting(NamedTuple):
    """What is simulated."""

    cases: int = 200
    noise: float = 0.2
    """Share of clusters that the later run answers anew."""
    drop: float = 0.0
    """By how much every figure is truly worse in the later run."""
    gated: tuple[str, ...] = ("found", "gain", "fault", "F")
    clustered: bool = True
    """Whether the comparison knows the clusters."""
    tolerance: float = TOLERANCE


class Simulated(NamedTuple):
    """What came of it."""

    comparisons: int
    alarms: float
    """Share of comparisons in which any gated figure was called a regression."""
    by_figure: dict[str, float]
    """The same, figure by figure."""
    stated: dict[str, float]
    """Mean power that the comparisons stated for the drop, figure by figure."""
    detectable: dict[str, float]
    """Mean smallest detectable difference."""


def simulate(comparisons: int, setting: Setting, *, seed: int = 0) -> Simulated:
    """Return how often two runs of a made-up system are told apart.

    Args:
        comparisons: How many pairs of runs.
        setting: What is simulated.
        seed: Equal seeds give equal outcomes.
    """
    called = {name: np.zeros(comparisons) for name in setting.gated}
    stated = {name: np.zeros(comparisons) for name in setting.gated}
    seen = {name: np.zeros(comparisons) for name in setting.gated}
    summaries = [each for each in SUMMARIES if each.name in setting.gated]
    alpha = SPENT * ALPHA / len(setting.gated)
    for at in range(comparisons):
        before, after = _runs(setting, np.random.Generator(np.random.PCG64([seed, at])))
        found = compare(
            before, after, summaries=summaries, metrics=METRICS, gated=setting.gated, seed=at
        )
        for each in found.differences:
            if each.name in called:
                called[each.name][at] = regressed(each, tolerance=setting.tolerance)
                stated[each.name][at] = power_of(setting.drop, each.detectable, alpha=alpha)
                seen[each.name][at] = each.detectable
    return Simulated(
        comparisons=comparisons,
        alarms=float(np.any(list(called.values()), axis=0).mean()),
        by_figure={name: float(each.mean()) for name, each in called.items()},
        stated={name: float(each.mean()) for name, each in stated.items()},
        detectable={name: float(each.mean()) for name, each in seen.items()},
    )


def _runs(setting: Setting, generator: np.random.Generator) -> tuple[Scored, Scored]:
    sizes = generator.integers(1, 5, size=setting.cases)
    cluster = np.repeat(np.arange(setting.cases), sizes)[: setting.cases]
    count = int(cluster.max()) + 1
    ease = 0.8 + generator.normal(0, 1, count)[cluster] + generator.normal(0, 1, setting.cases)
    first, second = (_answered(ease, cluster, generator) for _ in range(2))
    anew = (generator.random(count) < setting.noise)[cluster]
    later = {name: np.where(anew, second[name], first[name]) for name in first}
    return (
        _scored("before", first, cluster, setting),
        _scored("after", _worse(later, setting.drop, generator), cluster, setting),
    )


def _answered(ease: Vector, cluster: Clusters, generator: np.random.Generator) -> dict[str, Vector]:
    """Return outcomes of one run: binary, graded, and one that is better lower."""
    shift = generator.normal(0, 1.5, int(cluster.max()) + 1)[cluster]
    chance = 1 / (1 + np.exp(-(ease + shift)))
    size = len(ease)
    return {
        "found": (generator.random(size) < chance).astype(np.float64),
        "gain": generator.beta(4 * chance + 0.1, 4 * (1 - chance) + 0.1),
        "fault": (generator.random(size) < 0.5 * (1 - chance)).astype(np.float64),
    }


def _worse(
    outcomes: Mapping[str, Vector], drop: float, generator: np.random.Generator
) -> dict[str, Vector]:
    """Return outcomes some of which are spoilt, so that each mean is worse by the drop."""
    spoilt: dict[str, Vector] = {}
    for name, column in outcomes.items():
        bad = 1.0 if name == "fault" else 0.0
        room = float(np.abs(column - bad).mean())
        hit = generator.random(len(column)) < drop / max(room, drop, 1e-9)
        spoilt[name] = np.where(hit, bad, column)
    return spoilt


def _scored(
    name: str, outcomes: Mapping[str, Vector], cluster: Clusters, setting: Setting
) -> Scored:
    rows = tuple(
        Row(
            case=f"q{at:05}",
            type="question",
            cluster=f"c{cluster[at]}" if setting.clustered else f"q{at}",
            answerable=None,
            outcomes={
                each: Outcome(state="scored", value=float(column[at]))
                for each, column in outcomes.items()
            },
        )
        for at in range(setting.cases)
    )
    return Scored(name, rows, judge="", scorer="", library="", data_digest="")


def _metric(name: str, better: Better, worst: float) -> Metric:
    return Metric(name, "correctness", better, worst, name, _unmeasured)


def _unmeasured(_: Subject) -> NotApplicable:
    return NotApplicable("simulated")


def _harmonic(columns: Mapping[str, Vector], weights: Vector) -> Vector:
    found, gain = (weighted_mean(columns[name], weights) for name in ("found", "gain"))
    return 2 * found * gain / np.maximum(found + gain, 1e-12)


METRICS = (
    _metric("found", "higher", 0.0),
    _metric("gain", "higher", 0.0),
    _metric("fault", "lower", 1.0),
)
SUMMARIES = (
    *map(mean_of, METRICS),
    Summary("F", "correctness", "higher", "2 found gain / (found + gain), of the means",
            ("found", "gain"), _harmonic),
)  # fmt: skip

SETTINGS = {
    "A/A, 20 % answered anew": Setting(),
    "A/A, all answered anew": Setting(noise=1.0),
    "A/A, all anew, no tolerance, one figure": Setting(noise=1.0, gated=("found",), tolerance=0.0),
    "A/A, the same, clusters ignored": Setting(
        noise=1.0, gated=("found",), tolerance=0.0, clustered=False
    ),
    "5 points worse, 5 % anew, one gated": Setting(noise=0.05, drop=0.05, gated=("found",)),
    "5 points worse, 20 % anew, one gated": Setting(drop=0.05, gated=("found",)),
    "5 points worse, 20 % anew, graded gated": Setting(drop=0.05, gated=("gain",)),
    "5 points worse, all anew, one gated": Setting(noise=1.0, drop=0.05, gated=("found",)),
    "5 points worse, 20 % anew, four gated": Setting(drop=0.05),
}


def main() -> None:
    """Print the share of alarms of each setting, with the power that was stated."""
    parser = argparse.ArgumentParser(description="Simulate the rule of the gate.")
    parser.add_argument("--comparisons", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    for name, setting in SETTINGS.items():
        done = simulate(asked.comparisons, setting, seed=asked.seed)
        sys.stdout.write(f"{name}: {done.alarms:.1%} alarms in {done.comparisons}\n")
        for figure in setting.gated:
            sys.stdout.write(
                f"    {figure}: called {done.by_figure[figure]:.1%}, "
                f"stated {done.stated[figure]:.1%}, detectable {done.detectable[figure]:.3f}\n"
            )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
