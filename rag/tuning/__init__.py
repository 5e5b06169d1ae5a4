"""A library learns from its own abstracts how questions about them lie.

``asking`` makes questions of sentences, ``learning`` the matrix, ``trying`` judges it on
papers that were kept aside; `rag.store.tuned` keeps it.
"""

from rag.tuning.trying import FEWEST, tune

__all__ = ["FEWEST", "tune"]
