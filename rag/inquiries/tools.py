"""What comparisons and agreements are made with."""

from typing import NamedTuple

from rag.answering.fitted import Fitted
from rag.retrieval import HybridRetriever
from rag.verification import Checker


class Tools(NamedTuple):
    """A retriever, the fitted weights of evidence and refusal, and a checker."""

    retriever: HybridRetriever
    fitted: Fitted
    checker: Checker
