"""What was cited from each paper."""

from rag.exports.exported import Exported
from rag.exports.safe import tidy


def quotes(exported: Exported) -> dict[str, tuple[str, ...]]:
    """Return the quotes of each cited paper by its id, each once, in the order of first use."""
    found: dict[str, dict[str, None]] = {paper.id: {} for paper in exported.papers}
    for item in exported.items:
        for citation in item.answer.citations:
            found[citation.paper_id][tidy(citation.quote)] = None
    return {name: tuple(texts) for name, texts in found.items()}
