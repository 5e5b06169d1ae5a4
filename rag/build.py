"""The composition root: the only file that picks concrete parts."""

from functools import cache
from typing import TYPE_CHECKING

from rag.settings import Settings

if TYPE_CHECKING:
    from rag.answering.fitted import Models
    from rag.answering.model import LanguageModel
    from rag.assistant import Assistant
    from rag.embedding import Embedder
    from rag.interaction import Interaction
    from rag.library import Library
    from rag.pairs import PairReader
    from rag.reranking import Reranker
    from rag.retrieval import HybridRetriever
    from rag.store.remote import ChromaServer
    from rag.verification import Checker

_PATIENCE = 10.0
"""Most seconds that a search waits for a server before it scans the vectors itself."""


def open_library(settings: Settings) -> "Library":
    """Return the library that the settings name; nothing is read or asked before it is used.

    Raises:
        UsageError: The token of its server cannot be sent.
    """
    from rag.library import Library

    server = open_server(settings)
    return Library(settings.library, lambda: embedder(settings.embedder), server=server)


def open_server(settings: Settings) -> "ChromaServer | None":
    """Return the Chroma server that the settings name, if they name one; nothing is asked yet.

    Raises:
        UsageError: Its token cannot be sent.
    """
    if settings.store == "embedded":
        return None
    from rag.adapters.keys import store_token
    from rag.store.remote import ChromaServer

    patience = min(settings.deadline, _PATIENCE)
    return ChromaServer(settings.store, token=store_token(), patience=patience)


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

    checker = checker_with(settings.reader, pieces=settings.interaction)
    extractive = ExtractiveAnswerer(
        load(models_of(settings)),
        reader=pair_reader(settings.reader) if settings.reader == "weighs" else None,
        interaction=interaction() if settings.interaction else None,
        pointing=pair_reader(settings.reader),
        refuse_below=settings.refuse_below,
    )
    back = settings.unsupported != "refuse"
    return Assistant(
        open_library(settings),
        retriever(settings),
        GenerativeAnswerer(model, checker, extractive, fall_back=back) if model else extractive,
        checker,
        model=model,
        policy=settings.unsupported,
        deadline=settings.deadline,
        settings=settings.digest,
        hits=settings.hits,
    )


def models_of(settings: Settings) -> "Models":
    """Return what reads sentences beside the search."""
    from rag.answering.fitted import Models

    return Models.using(
        interaction=settings.interaction,
        second=settings.second,
        reader=settings.reader == "weighs",
    )


def retriever(settings: Settings) -> "HybridRetriever":
    """Return what finds papers.

    Raises:
        ModelUnavailable: The embedder cannot be made.
    """
    from rag.retrieval import HybridRetriever

    return HybridRetriever(embedder(settings.embedder), reranker=reranker(settings))


def reranker(settings: Settings) -> "Reranker | None":
    """Return what looks at the papers found again, if anything."""
    from rag.reranking import InteractionReranker

    used = models_of(settings)
    if not used.interaction:
        return None
    return InteractionReranker(interaction(), second=second() if used.second else None)


@cache
def second() -> "Interaction":
    """Return what compares texts with another encoder, one object per process."""
    from rag.embedding.e5 import E5
    from rag.embedding.minilm import cores
    from rag.interaction import Interaction

    return Interaction(E5(), threads=cores())


@cache
def interaction() -> "Interaction":
    """Return what compares texts word piece by word piece, one object per process."""
    from rag.embedding.minilm import MiniLM, cores
    from rag.interaction import Interaction

    # In 8 bits: 30 passages take 0.15 s on two cores, and cosines differ in the third digit.
    return Interaction(MiniLM(precision="int8"), threads=cores())


def checker_with(reader: str, *, pieces: bool) -> "Checker":
    """Return the checker of claims that the settings of reader and late interaction want."""
    from rag.verification import LexicalChecker, MeaningChecker

    model = pair_reader(reader)
    if model is None:
        return LexicalChecker()
    return MeaningChecker(LexicalChecker(), model, interaction=interaction() if pieces else None)


def pair_reader(reader: str) -> "PairReader | None":
    """Return the reader that a setting wants, one object per process, or None.

    Raises:
        ModelUnavailable: Its weights are not installed.
    """
    return None if reader == "none" else _reader()


@cache
def _reader() -> "PairReader":
    from rag.reader import Reader

    return Reader()


@cache
def embedder(spec: str) -> "Embedder":
    """Return the embedder of a spec, one object per process.

    Raises:
        ModelUnavailable: It is unknown, or not installed.
    """
    from rag.embedding import open_embedder

    return open_embedder(spec)
