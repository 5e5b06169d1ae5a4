"""Which claims of an answer are whole sentences, and which a phrase that answers at once."""

from collections.abc import Iterable

from rag.schema import Claim

ENDS = (".", "!", "?", "…", "。", "！", "？", ":", '"', "”")


def ended(text: str) -> bool:
    """Tell whether a text ends as a sentence does."""
    return text.rstrip().endswith(ENDS)


def parted(claims: Iterable[Claim]) -> tuple[list[Claim], list[Claim]]:
    """Return the phrases and the sentences of an answer, each in their order."""
    phrases, sentences = list[Claim](), list[Claim]()
    for claim in claims:
        (sentences if ended(claim.text) else phrases).append(claim)
    return phrases, sentences
