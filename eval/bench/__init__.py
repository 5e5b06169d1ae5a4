"""Timings of Attest as numbers that can be compared between runs."""
