"""The judge that is a model: entailment, as a small classifier on this machine sees it."""

from collections.abc import Sequence
from pathlib import Path

from eval.judging.classifier import Classifier, about
from eval.judging.pairs import PairTokenizer
from eval.judging.port import Judgement
from eval.judging.sentences import NOTHING, least, sentences, worded
from rag.errors import ModelUnavailable

METHOD = "1"
"""Version of how texts are divided and verdicts put together."""


class EntailmentJudge:
    """A sequence classifier exported to ONNX, such as MiniCheck, FactCG or any NLI model.

    Each sentence of the text is held against every window of whole sentences of the
    evidence that the model can read at once; its support is the highest over the
    windows (MiniCheck, L. Tang et al., 2024), and the text's that of its least
    supported sentence.

    Args:
        folder: Holds ``model.onnx``, ``tokenizer.json`` and ``config.json``, whose
            ``id2label`` names entailment among one class (a sigmoid), two or three; an
            optional ``judge.json`` holds ``threshold`` (else 0.5) and ``temperature``.

    Raises:
        ModelUnavailable: The model cannot be loaded.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._about = about(folder)
        except OSError as error:
            raise ModelUnavailable(f"{folder} cannot be read ({error}): check it") from error
        self._tokenizer = PairTokenizer(folder / "tokenizer.json", limit=self._about.limit)
        self._classifier = Classifier(folder, self._about)
        self._folder = folder.resolve().name

    @property
    def name(self) -> str:
        """Method, folder, digests of the model and of its settings, and threshold."""
        return f"entailment-{METHOD}:{self._folder}@{self._about.digest}/{self._about.threshold:g}"

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        """Return the verdict on the least supported sentence; the question is not read.

        Raises:
            JudgeError: The model fails on it, or a sentence is too long for it.
        """
        texts = worded(evidence)
        if not texts:
            return NOTHING
        return least([self._sentence(texts, each) for each in sentences(text)])

    def _sentence(self, evidence: Sequence[str], hypothesis: str) -> Judgement:
        highest = max(
            self._classifier.probability(self._tokenizer.encode(window, hypothesis))
            for window in self._tokenizer.windows(evidence, hypothesis)
        )
        return Judgement(highest >= self._about.threshold, highest)
