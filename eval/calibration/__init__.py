"""Fitting what ships with Attest to human labels, and measuring it on labels held out."""
