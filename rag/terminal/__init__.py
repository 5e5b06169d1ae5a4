"""Answers, papers and reports as text for a person at a terminal."""
