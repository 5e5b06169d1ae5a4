"""The composition root: the only file that picks concrete parts."""

from functools import cache
from typing import TYPE_CHECKING

from rag.settings import Settings

if TYPE_CHECKING:
    from rag.answering.model import LanguageModel
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
        UsageError: The settings name no model, mix local and hosted ones, or lack a key.
        ModelUnavailable: The embedder cannot be made.
    """
    from rag.adapters.opening import open_model
    from rag.hosts import refuse_mixture

    refuse_mixture(settings)
    return assistant_with(settings, open_model(settings.llm))


def assistant_with(settings: Settings, model: "LanguageModel | None") -> "Assistant":
    """Return an assistant in whose answers a given model writes, or none.

    Args:
        settings: All the rest; their ``llm`` is not read.
        model: Such as `rag.adapters.llama.from_llama` makes of any llama-index ``LLM``.

    Raises:
        ModelUnavailable: The embedder cannot be made.
    """
    from rag.answering.answerer import ExtractiveAnswerer
    from rag.answering.fitted import load
    from rag.answering.generative import GenerativeAnswerer
    from rag.assistant import Assistant
    from rag.retrieval import HybridRetriever
    from rag.verification import LexicalChecker

    checker = LexicalChecker()
    extractive = ExtractiveAnswerer(load(), refuse_below=settings.refuse_below)
    back = settings.unsupported != "refuse"
    return Assistant(
        open_library(settings),
        HybridRetriever(embedder(settings.embedder)),
        GenerativeAnswerer(model, checker, extractive, fall_back=back) if model else extractive,
        checker,
        model=model,
        policy=settings.unsupported,
        deadline=settings.deadline,
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
