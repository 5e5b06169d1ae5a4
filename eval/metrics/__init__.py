"""Metrics: one formula each over a case, and the figures that sum many cases up.

Pure. Every formula names its source where it is defined; a metric gives a number, or
says why it does not apply, or raises, and `eval.scoring` decides what becomes of that.
"""

from eval.metrics.catalogue import metrics_of, summaries_of
from eval.metrics.metric import Metric, NotApplicable, Subject, Summary

__all__ = ["Metric", "NotApplicable", "Subject", "Summary", "metrics_of", "summaries_of"]
