"""What an ``answers.jsonl`` beside judgements says more: verdicts, evidence, reference answers.

Two forms are known. SciFact's gives ``label`` (SUPPORT, CONTRADICT or
NOT_ENOUGH_INFO) and ``evidence`` ``[{doc_id, sentences: [[text]]}]``. PubMedQA's
gives ``long_answer`` and ``doc_ids``; its ``answer`` (yes, no, maybe) is taken
as a reference answer only where there is no long one.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, cast

from eval.datasets.fields import Fields
from eval.datasets.ledger import Note, shown
from eval.datasets.lines import objects

_DECIDED = {"SUPPORT", "CONTRADICT"}
_UNDECIDED = "NOT_ENOUGH_INFO"


class Known(NamedTuple):
    """What is known of the answer to a query."""

    line: int
    type: str
    answerable: bool | None
    """Never False: a paper that does not decide a claim is still the one to find."""
    answers: tuple[str, ...]
    evidence: dict[str, tuple[str, ...]]
    """Sentences by document, as the source gives them."""


def read_answers(path: Path, note: Note) -> dict[str, Known]:
    """Return what is known, by query id."""
    found: dict[str, Known] = {}
    for number, values in objects(path, note):

        def here(message: str, number: int = number) -> None:
            note(number, message)

        fields = Fields(values, here)
        query = fields.key("query_id", "_id", "id")
        if query is None:
            if not fields.faulty:
                here("no 'query_id'; name the query that is answered")
            continue
        known = _known(number, fields)
        if (before := found.setdefault(query, known)).line != number:
            here(f"query {shown(query)} is also on line {before.line}; remove one")
    return found


def _known(number: int, fields: Fields) -> Known:
    label = _label(fields)
    answers = _reference(fields)
    evidence: dict[str, tuple[str, ...]] = {}
    for each in fields.objects("evidence"):
        document = each.key("doc_id")
        if document is None:
            each.fault("doc_id", "evidence without 'doc_id'; name its document")
        else:
            sentences = (*evidence.get(document, ()), *_sentences(each))
            evidence[document] = tuple(dict.fromkeys(sentences))
    # The conclusion of a paper answers the question that its title asks.
    for document in fields.texts("doc_ids") if fields.has("long_answer") else ():
        evidence[document] = (*evidence.get(document, ()), *answers)
    decided = bool(answers) or label in _DECIDED
    kind = label.lower().replace("_", " ") if label in {*_DECIDED, _UNDECIDED} else "question"
    return Known(number, kind, True if decided else None, answers, evidence)


def _label(fields: Fields) -> str:
    if not fields.has("label"):
        return ""
    if isinstance(fields.raw("label"), str):
        return (fields.text("label") or "").upper()
    labels = fields.texts("label")
    if len(set(labels)) > 1:
        fields.fault("label", "more than one 'label'; keep one")
    return labels[0].upper() if labels else ""


def _reference(fields: Fields) -> tuple[str, ...]:
    name = "long_answer" if fields.has("long_answer") else "answer"
    one = fields.text(name)
    return (one,) if one and one.strip() else fields.texts("answers")


def _sentences(fields: Fields) -> Iterator[str]:
    """Yield the sentences of all sets; each set alone would do, so each is evidence."""
    value = fields.raw("sentences")
    sets = cast(list[object], value) if isinstance(value, list) else []
    for each in sets:
        for sentence in cast(list[object], each) if isinstance(each, list) else [each]:
            if isinstance(sentence, str) and sentence.strip():
                yield sentence
            else:
                fields.fault("sentences", "a sentence of the evidence is no text; correct it")
