"""Figures that others published, to set ours beside.

A figure stands beside one of our sets only where it was taken on the same set.
The rest is orientation: other sets, other filters, other splits.
"""

from collections.abc import Iterator
from typing import NamedTuple


class Published(NamedTuple):
    """A figure of someone else's."""

    method: str
    size: str
    data: str
    """Name of our set where it is the same, else what it was taken on."""
    measure: str
    """One of `eval.validation.measures.MEASURES`."""
    value: float
    source: str
    trained_on_it: bool = False
    """Whether the method was trained on the training split of the set."""


AGGREFACT = "LLM-AggreFact leaderboard data, llm-aggrefact.github.io, eba04fb, threshold 0.5"
RAGTRUTH = "LettuceDetect, example-level table, KRLabsOrg/LettuceDetect, 102f7f2"
TINY = "LettuceDetect, docs/TINYLETTUCE.md, 102f7f2"
SECOND = "LettuceDetect, model cards of v2, 102f7f2"
FACTCG = "FactCG, figure llm_aggrefact_dynamic_threshold, derenlei/FactCG, threshold tuned per set"
HHEM = "model card of vectara/hallucination_evaluation_model"

AGGREFACT_SETS = (
    "CNN", "XSum", "MediaSum", "MeetingBank", "WiCE test", "REVEAL", "ClaimVerify", "FactCheck",
    "ExpertQA", "LFQA", "RAGTruth claims",
)  # fmt: skip
"""Its WiCE is the claim-level test split, 358 claims, as ours. Its RAGTruth is of claims, filtered:
not the 2,700 responses."""

_AGGREFACT = (
    ("Bespoke-MiniCheck", "7B", (65.5, 77.8, 76.0, 78.3, 83.0, 88.0, 75.3, 77.7, 59.2, 86.7, 84.0)),
    ("Claude-3.5 Sonnet", "", (67.6, 75.1, 73.4, 84.6, 77.7, 89.1, 71.4, 77.8, 60.9, 85.6, 86.1)),
    ("Granite-Guardian-3.3", "8B",
     (67.0, 74.9, 74.0, 78.6, 76.6, 89.6, 75.9, 76.1, 59.6, 86.9, 82.2)),
    ("GPT-4o", "", (68.1, 76.8, 71.4, 79.8, 78.5, 86.5, 69.0, 77.5, 59.6, 83.6, 84.3)),
    ("FactCG-DeBERTa-L", "0.4B",
     (70.1, 73.9, 72.3, 74.3, 74.2, 88.4, 78.5, 72.1, 59.1, 86.7, 82.3)),
    ("MiniCheck-Flan-T5-L", "0.8B",
     (69.9, 74.3, 73.6, 77.3, 72.2, 86.2, 74.6, 74.7, 59.0, 85.2, 78.0)),
    ("MiniCheck-RoBERTa-L", "0.4B",
     (63.7, 70.8, 71.9, 75.9, 67.6, 88.8, 77.4, 73.3, 57.4, 84.4, 77.2)),
    ("MiniCheck-DeBERTa-L", "0.4B",
     (64.2, 71.0, 69.3, 72.7, 69.4, 87.3, 75.6, 73.0, 58.9, 83.9, 78.8)),
    ("Qwen2.5-7B-Instruct", "7B",
     (54.6, 69.9, 71.5, 75.2, 76.3, 86.9, 70.1, 74.9, 61.0, 84.2, 76.5)),
    ("HHEM-2.1-open", "0.1B", (62.8, 67.8, 67.2, 71.0, 75.9, 86.6, 73.9, 71.8, 58.4, 84.1, 69.9)),
    ("AlignScore", "0.4B", (52.4, 71.4, 69.2, 72.6, 66.0, 85.3, 69.6, 74.3, 58.3, 84.5, 71.7)),
    ("SummaC-ZS", "0.1B", (51.1, 61.5, 69.5, 71.0, 62.8, 85.3, 69.7, 75.2, 55.2, 77.6, 65.6)),
)  # fmt: skip

_RAGTRUTH = (
    ("GPT-3.5-turbo prompt", "", 52.9, RAGTRUTH, False),
    ("GPT-4-turbo prompt", "", 63.4, RAGTRUTH, False),
    ("SelfCheckGPT, GPT-3.5", "", 58.8, RAGTRUTH, False),
    ("LMvLM, GPT-4-turbo", "", 49.4, RAGTRUTH, False),
    ("ChainPoll, GPT-3.5", "", 46.7, RAGTRUTH, False),
    ("RAGAS Faithfulness", "", 52.0, RAGTRUTH, False),
    ("TruLens Groundedness", "", 60.4, RAGTRUTH, False),
    ("Luna", "", 65.4, RAGTRUTH, False),
    ("TinyLettuce", "17M", 68.52, TINY, True),
    ("TinyLettuce", "68M", 74.97, TINY, True),
    ("LettuceDetect-base", "149M", 76.07, RAGTRUTH, True),
    ("LettuceDetect-large", "395M", 79.22, RAGTRUTH, True),
    ("lettucedect-v2-mmbert-base", "", 74.3, SECOND, True),
    ("lettucedect-v2-qwen", "2B", 81.8, SECOND, True),
    ("Llama-2-13B, fine-tuned", "13B", 78.7, RAGTRUTH, True),
    ("RAG-HAT, Llama-3", "8B", 83.9, RAGTRUTH, True),
)

_ORIENTATION = (
    Published("HHEM-2.1-open", "0.1B", "AggreFact-SOTA", "balanced_accuracy", 0.7655, HHEM),
    Published("GPT-4-0613", "", "AggreFact-SOTA", "balanced_accuracy", 0.7378, HHEM),
    Published("HHEM-2.1-open", "0.1B", "RAGTruth summaries", "balanced_accuracy", 0.6442, HHEM),
    Published("HHEM-2.1-open", "0.1B", "RAGTruth questions", "balanced_accuracy", 0.7428, HHEM),
    Published("FactCG-DeBERTa-L", "0.4B", "RAGTruth claims", "balanced_accuracy", 0.826, FACTCG),
    Published("MiniCheck-DeBERTa-L", "0.4B", "RAGTruth claims", "balanced_accuracy", 0.789, FACTCG),
    Published("AlignScore", "0.4B", "RAGTruth claims", "balanced_accuracy", 0.743, FACTCG),
    Published("SummaC-ZS", "0.1B", "RAGTruth claims", "balanced_accuracy", 0.651, FACTCG),
)


_NEAR = {
    "RAGTruth": ("RAGTruth claims", "RAGTruth summaries", "RAGTruth questions"),
    "QAGS": ("CNN", "XSum", "AggreFact-SOTA"),
    "AttributionBench": ("ExpertQA", "LFQA"),
}


def beside(data: str) -> tuple[Published, ...]:
    """Return the figures that were taken on one of our sets, by its name."""
    return tuple(each for each in _all() if each.data == data)


def orientation(data: str) -> tuple[Published, ...]:
    """Return the figures of sets made of the same texts as ours, such as QAGS's articles.

    They do not compare: the items, the filters or the unit differ.
    """
    near = _NEAR.get(data.partition(" ")[0], ())
    return tuple(each for each in _all() if each.data in near)


def _all() -> Iterator[Published]:
    for method, size, values in _AGGREFACT:
        for data, number in zip(AGGREFACT_SETS, values, strict=True):
            yield Published(method, size, data, "balanced_accuracy", number / 100, AGGREFACT)
    for method, size, number, source, trained in _RAGTRUTH:
        yield Published(
            method, size, "RAGTruth test", "f1_unsupported", number / 100, source, trained
        )
    yield from _ORIENTATION
