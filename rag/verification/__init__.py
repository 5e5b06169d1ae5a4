"""Does the evidence support the claim?"""

from rag.verification.lexical import LexicalChecker
from rag.verification.meaning import MeaningChecker
from rag.verification.port import Checker

__all__ = ["Checker", "LexicalChecker", "MeaningChecker"]
