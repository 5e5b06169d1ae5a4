"""Runs: every case of a data set put to a system once, kept so that a kill loses nothing."""
