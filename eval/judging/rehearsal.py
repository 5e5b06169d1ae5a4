"""What a judge would be asked: a stand-in that writes it down and says yes."""

from collections.abc import Sequence

from eval.judging.llm import Asked
from eval.judging.port import Judgement


class Rehearsal:
    """Collects what it is asked. Yes makes the scorer ask most, so the list is an upper bound."""

    name = "rehearsal"

    def __init__(self) -> None:
        self._asked: dict[tuple[tuple[str, ...], str, str | None], None] = {}

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        """Write down what is asked and affirm it."""
        self._asked.setdefault((tuple(evidence), text, question))
        return Judgement(entailed=True, probability=1.0)

    @property
    def asked(self) -> list[Asked]:
        """Everything it was asked, each once, in order."""
        return list(self._asked)
