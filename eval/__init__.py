"""Evaluation of Attest: data sets, metrics, runs, statistics and reports."""
