"""The composition root: the only file that picks concrete parts."""

from functools import cache
from typing import TYPE_CHECKING

from rag.settings import Settings

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.embedding import Embedder
    from rag.library import Library


def open_library(settings: Settings) -> "Library":
    """Return the library that the settings name; nothing is read before it is used."""
    from rag.library import Library

    return Library(settings.library, lambda: embedder(settings.embedder))


def open_assistant(settings: Settings) -> "Assistant":
    """Return an assistant on the library that the settings name.

    Raises:
        ModelUnavailable: The embedder cannot be made.
    """
    from rag.answering.answerer import ExtractiveAnswerer
    from rag.answering.fitted import load
    from rag.assistant import Assistant
    from rag.retrieval import HybridRetriever
    from rag.verification import LexicalChecker

    return Assistant(
        open_library(settings),
        HybridRetriever(embedder(settings.embedder)),
        ExtractiveAnswerer(load(), refuse_below=settings.refuse_below),
        LexicalChecker(),
        settings=settings.digest,
        hits=settings.hits,
    )


@cache
def embedder(spec: str) -> "Embedder":
    """Return the embedder of a spec, one object per process.

    Raises:
        ModelUnavailable: It is unknown, or not installed.
    """
    from rag.embedding import open_embedder

    return open_embedder(spec)
