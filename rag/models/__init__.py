"""Weights that ship with Attest, and the script that makes them."""
