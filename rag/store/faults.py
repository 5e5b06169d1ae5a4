"""Named points of an ingest at which a test can end the process as a power cut would."""

import os

POINTS = (
    "after-parse",
    "after-identify",
    "mid-embedding",
    "after-embedding",
    "transaction-open",
    "vectors-written",
    "lexical-written",
    "chroma-written",
    "verified",
    "manifest-written",
    "renamed",
    "before-commit",
    "after-commit",
    "old-removed",
)
"""In the order in which an ingest passes them."""

VARIABLE = "ATTEST_FAULT_AT"
EXIT_CODE = 137


def reached(name: str) -> None:
    """Exit hard, without any clean-up, when the environment names this point."""
    if os.environ.get(VARIABLE) == name:
        os._exit(EXIT_CODE)
