"""The gate of CI: rules that a person wrote, a baseline that a command made, red or green.

A run is red when it was not measured whole (stale scores, missing rows, errors, gold
that the library lacks, a judge that fails its controls), when something differs that
must not, when a floor or ceiling is broken, when a metric stopped applying to cases it
applied to, and when a figure is surely worse than the baseline's by more than is
tolerated. A check that could not fail is red too.
"""

from eval.gating.baseline import Baseline, baseline_of
from eval.gating.gate import gate, gated_metrics
from eval.gating.rules import DEFAULT, Rules, parse_rules, read_rules

__all__ = [
    "DEFAULT",
    "Baseline",
    "Rules",
    "baseline_of",
    "gate",
    "gated_metrics",
    "parse_rules",
    "read_rules",
]
