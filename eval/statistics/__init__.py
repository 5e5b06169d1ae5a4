"""What numbers of a run are worth: intervals, comparisons and the power behind them.

Pure, on numpy alone, and seeded: the same rows and seed give the same numbers. Errors
become worst values (`columns`), clusters are resampled together (`cluster_weights`,
`resample`), figures carry BCa intervals (`interval`, `figures`), and two runs are
compared case by case (`compare`) with sign-flip p values (`sign_flip`), Holm's
adjustment (`holm`) and the smallest difference that could have been seen (`detectable`).
What counts as a regression is said once (`regressed`).
"""

from eval.statistics.columns import columns, tally
from eval.statistics.comparing import Scored, compare, regressed, scored
from eval.statistics.holm import holm
from eval.statistics.intervals import bca, figures, interval
from eval.statistics.permutation import sign_flip
from eval.statistics.power import detectable, power_of, smallest_loss
from eval.statistics.proportion import proportion
from eval.statistics.resampling import Sample, cluster_weights, resample

__all__ = [
    "Sample",
    "Scored",
    "bca",
    "cluster_weights",
    "columns",
    "compare",
    "detectable",
    "figures",
    "holm",
    "interval",
    "power_of",
    "proportion",
    "regressed",
    "resample",
    "scored",
    "sign_flip",
    "smallest_loss",
    "tally",
]
