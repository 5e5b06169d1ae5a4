"""The judge that needs no model: the rules that also guard Attest's own answers."""

from collections.abc import Sequence

from eval.judging.port import Judgement
from eval.judging.sentences import least, sentences, worded
from rag.verification import Checker, LexicalChecker


class LexicalJudge:
    """Compares words, numbers, names and negations; the default, in microseconds and bundled.

    Entailed is what `rag.verification.LexicalChecker` calls ``supported``. An
    extractive answer passed that same checker on its way out, so on Attest's own
    answers this judge finds regressions, not the checker's blind spots: for these,
    take a judge that knows nothing of it.

    Args:
        checker: Another checker to judge by; a fresh lexical one where none is given,
            so that nothing of the answer path is shared.
    """

    def __init__(self, checker: Checker | None = None) -> None:
        self._checker = checker or LexicalChecker()

    @property
    def name(self) -> str:
        """Name and version of the checker's weights."""
        return f"lexical:{self._checker.name}"

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        """Return the verdict on the least supported sentence of a text."""
        texts = worded(evidence)
        return least(self._sentence(texts, each, question) for each in sentences(text))

    def _sentence(self, evidence: Sequence[str], text: str, question: str | None) -> Judgement:
        verdict = self._checker.check(text, evidence, question=question)
        return Judgement(verdict.label == "supported", verdict.probability)
