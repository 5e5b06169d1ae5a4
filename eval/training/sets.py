"""The sets that the shipped weights may learn from, each with its licence and the reason.

A set with ``ships=False`` is named so that its absence is a decision and not an oversight.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """A set of the shared data."""

    name: str
    file: str
    licence: str
    ships: bool
    reason: str
    """What is taken of it, or why nothing is."""


SETS: tuple[TrainingSet, ...] = (
    TrainingSet("squad", "training/squad/squad11_train.jsonl.gz", "CC BY-SA 4.0", True,
                "training questions, windows of their paragraphs and of others of the article"),
    TrainingSet("squad2", "training/squad/squad20_dev.jsonl.gz", "CC BY-SA 4.0", True,
                "questions that their paragraph does not answer"),
    TrainingSet("qasper", "training/qasper/qasper_train_evidence.jsonl.gz", "CC BY 4.0", True,
                "training questions with their evidence"),
    TrainingSet("covidqa", "training/covidqa/covidqa_window.jsonl.gz", "Apache-2.0", True,
                "questions with windows of scientific articles"),
    TrainingSet("pubmedqa", "training/pubmedqa/pubmedqa.jsonl.gz", "MIT", True,
                "training half: questions with abstracts, conclusions as claims"),
    TrainingSet("medquad", "training/medquad/medquad_pairs.sample.jsonl.gz", "CC BY 4.0", True,
                "questions with the opening of their answers"),
    TrainingSet("acl", "corpora/acl_anthology.jsonl.gz", "CC BY 4.0 from 2016 on", True,
                "abstracts from 2016 on: sentences as questions, sentences made false"),
    TrainingSet("mla", "corpora/mlanthology.jsonl.gz", "Apache-2.0", True,
                "abstracts: sentences as questions, sentences made false"),
    TrainingSet("mnli", "training/nli-pool/mnli_dev.jsonl.gz", "OANC, CC BY, CC BY-SA", True,
                "all"),
    TrainingSet("snli", "training/nli-pool/snli_dev_test.jsonl.gz", "CC BY-SA 4.0", True,
                "a third, in the first run only: captions are short and far from abstracts"),
    TrainingSet("fever-nli", "training/nli-pool/fever_nli.jsonl.gz", "CC BY-SA 3.0", True,
                "three in five, then all"),
    TrainingSet("fever-rte", "training/nli-pool/fever_rte.jsonl.gz", "CC BY-SA 3.0", True,
                "three in five, then all"),
    TrainingSet("scitail", "training/nli-pool/scitail_test.jsonl", "Apache-2.0", True, "all"),
    TrainingSet("conjnli", "training/nli-pool/conjnli.jsonl", "MIT", True, "all"),
    TrainingSet("begin", "training/begin-dialog/begin_dialog.jsonl.gz",
                "CC BY 4.0, MIT; topicalchat CDLA-Sharing", True, "all but topicalchat"),
    TrainingSet("factcheckgpt", "training/factcheckgpt/factcheckgpt_stance.jsonl.gz",
                "Apache-2.0", True, "the fitting part of eval.calibration.sets"),
    TrainingSet("evidence-inference",
                "training/evidence-inference/evidence_inference.jsonl.gz", "MIT", True, "train"),
    TrainingSet("citation-integrity",
                "training/citation-integrity/citation_integrity.jsonl.gz", "MIT", True, "train"),
    TrainingSet("scifact", "faithfulness/scifact/scifact.jsonl.gz", "CC BY 4.0, ODC-By 1.0", True,
                "train claims whose hash is even; the odd ones judge retrieval"),
    TrainingSet("boolq", "training/boolq/boolq.jsonl.gz", "CC BY-SA 3.0", False,
                "no sentence is marked, and a bare yes or no is never given"),
    TrainingSet("squadshifts", "training/squadshifts/new_wiki.jsonl.gz",
                "CC BY 4.0 by its card, none in the repository", False, "licence not settled"),
    TrainingSet("defacto", "training/defacto/defacto.jsonl.gz", "MIT; articles of the BBC", False,
                "articles for internal use"),
    TrainingSet("sick", "training/nli-pool/sick.jsonl", "CC BY-NC-SA 3.0", False,
                "non-commercial"),
    TrainingSet("rte", "training/nli-pool/rte.jsonl", "none stated", False, "no licence"),
    TrainingSet("anli", "training/nli-pool/anli_dev.jsonl", "CC BY-NC 4.0", False,
                "non-commercial"),
    TrainingSet("mctest", "training/nli-pool/mctest_nli.jsonl.gz", "research only", False,
                "non-commercial"),
    TrainingSet("qnli", "training/nli-pool/qnli_dev.jsonl", "CC BY-SA 4.0", False,
                "the same questions as SQuAD, kept to judge the reader by"),
    TrainingSet("check-covid", "faithfulness/check-covid/check_covid.jsonl.gz", "none stated",
                False, "no licence; reported on"),
    TrainingSet("healthver", "faithfulness/healthver/healthver.jsonl.gz", "CC BY-NC 2.0 by a card",
                False, "non-commercial; reported on"),
)  # fmt: skip


def licence_table() -> str:
    """Return the table of the model card, in Markdown."""
    lines = ["| set | licence | used | what of it, or why not |", "|---|---|---|---|"]
    lines += [
        f"| {one.name} | {one.licence} | {'yes' if one.ships else 'no'} | {one.reason} |"
        for one in SETS
    ]
    return "\n".join(lines)


def shipped(name: str) -> TrainingSet:
    """Return a set that shipped weights may learn from.

    Raises:
        KeyError: There is none of this name, or its licence does not allow it.
    """
    for one in SETS:
        if one.name == name and one.ships:
            return one
    raise KeyError(f"{name} is no set that shipped weights may learn from")
