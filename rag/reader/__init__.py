"""The small model that reads two texts together: question and stretch, claim and evidence."""

from rag.reader.reader import Reader

__all__ = ["Reader"]
