"""Answers that leave Attest with their evidence: one writer per format, and the check of them.

`exported.gathered` makes the noun, `formats.write` its text or bytes, `checking.check`
compares what was written, perhaps long ago and perhaps edited since, with a library.
"""
