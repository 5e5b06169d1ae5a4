"""The embedder: the port, the bundled model and what else may stand behind the port."""

from rag.embedding.opening import open_embedder
from rag.embedding.port import Embedder

__all__ = ["Embedder", "open_embedder"]
