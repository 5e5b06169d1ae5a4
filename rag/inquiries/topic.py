"""Is a paper on the topic of a question or claim?"""

from rag.retrieval import Query
from rag.terms import terms


def share(query: Query, text: str) -> float:
    """Return which share of a query's words, weighed by their rarity, a text has, 0..1."""
    held = frozenset(terms(text))
    total = sum(query.weights.values())
    return sum(w for term, w in query.weights.items() if term in held) / total if total else 0.0
