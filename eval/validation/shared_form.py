"""Labels in the form ``{id, question, context, response, label, spans, split, meta}``."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, Field

from eval.validation.item import Labelled, Span
from eval.validation.origins import origin
from eval.validation.records import first_keys, read_records

_NEEDED = {"context", "response", "label"}


class _Span(BaseModel):
    start: int
    end: int
    type: str = ""


class _Form(BaseModel):
    id: str | int
    question: str | None = None
    context: str | tuple[str, ...]
    response: str
    label: bool
    spans: tuple[_Span, ...] | None = None
    split: str | None = None
    meta: dict[str, object] = Field(default_factory=dict[str, object])


def is_shared_form(path: Path) -> bool:
    """Tell whether a file's first record has what this form needs."""
    return first_keys(path) >= _NEEDED


def read_shared_form(path: Path) -> Iterator[Labelled]:
    """Yield the items of a JSONL file, plain or gzipped; label true means supported.

    Raises:
        SourceError: The file cannot be read, or a record is not of the form.
    """
    known = origin(path)
    for record in read_records(path, _Form):
        evidence = (record.context,) if isinstance(record.context, str) else record.context
        split = record.split or "all"
        cluster = known.cluster("\n\n".join(evidence), record.meta)
        spans = record.spans
        yield Labelled(
            id=str(record.id),
            data=known.title,
            split=split,
            question=record.question,
            evidence=evidence,
            text=record.response,
            supported=record.label,
            label=_label(supported=record.label, meta=record.meta),
            cluster=cluster,
            spans=None if spans is None else tuple(Span(s.start, s.end, s.type) for s in spans),
            seen=known.seen(split, cluster),
        )


def _label(*, supported: bool, meta: Mapping[str, object]) -> str:
    """Return the original class; for an edited text its one kind of edit."""
    if original := meta.get("orig_label"):
        return str(original)
    if supported:
        return "supported"
    edits = meta.get("edit_types")
    if not isinstance(edits, list):
        return "unsupported"
    kinds = [str(kind) for kind in edits]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return kinds[0].replace("_", " ") if len(kinds) == 1 else "several edits"
