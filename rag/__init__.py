"""Attest: cited answers over paper abstracts, every sentence checked.

The nouns live in ``rag.schema``, the errors in ``rag.errors``; everything
heavier is imported where it lives, for example
``from rag.build import open_assistant``.
"""

from rag.errors import AttestError
from rag.schema import Answer, Citation, Claim, Filters, Hit, Paper, Passage, Sentence, Verdict

__all__ = [
    "Answer",
    "AttestError",
    "Citation",
    "Claim",
    "Filters",
    "Hit",
    "Paper",
    "Passage",
    "Sentence",
    "Verdict",
]
