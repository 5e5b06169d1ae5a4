"""RAGTruth as it is published: ``response.jsonl`` beside ``source_info.jsonl``.

Numbers that compare with published ones take every span type, ``implicit_true``
and ``due_to_null`` included, and every response whatever its ``quality``; a
response is supported if it has no span. Six responses share a source, which is
what is resampled. C. Niu et al., RAGTruth, ACL 2024.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from eval.validation.item import Labelled, Span
from eval.validation.records import read_records
from rag.errors import SourceError

RESPONSES, SOURCES = "response.jsonl", "source_info.jsonl"


class _Mark(BaseModel):
    start: int
    end: int
    label_type: str


class _Response(BaseModel):
    id: str | int
    source_id: str | int
    labels: tuple[_Mark, ...]
    split: str
    response: str


class _Source(BaseModel):
    source_id: str | int
    task_type: str
    source_info: str | dict[str, object]


def is_ragtruth(folder: Path) -> bool:
    """Tell whether a folder has both files."""
    return (folder / RESPONSES).is_file() and (folder / SOURCES).is_file()


def read_ragtruth(folder: Path) -> Iterator[Labelled]:
    """Yield one item per response.

    Raises:
        SourceError: A file cannot be read, a record lacks a field, or a source is missing.
    """
    sources = {str(source.source_id): source for source in read_records(folder / SOURCES, _Source)}
    for response in read_records(folder / RESPONSES, _Response):
        source = sources.get(str(response.source_id))
        if source is None:
            raise SourceError(
                f"{folder / RESPONSES}, response {response.id}: source {response.source_id} is not"
                f" in {SOURCES}; get both files from one release"
            )
        question, evidence = _asked(source)
        spans = tuple(Span(mark.start, mark.end, mark.label_type) for mark in response.labels)
        yield Labelled(
            id=str(response.id),
            data="RAGTruth",
            split=response.split,
            question=question,
            evidence=(evidence,),
            text=response.response,
            supported=not spans,
            label=f"{source.task_type}, {_worst(spans)}",
            cluster=str(response.source_id),
            spans=spans,
        )


def _worst(spans: tuple[Span, ...]) -> str:
    if not spans:
        return "supported"
    return "conflict" if any("conflict" in span.kind.lower() for span in spans) else "baseless"


def _asked(source: _Source) -> tuple[str | None, str]:
    info = source.source_info
    if isinstance(info, str):
        return None, info
    if "passages" in info:
        return str(info.get("question") or "") or None, str(info["passages"])
    return None, json.dumps(info, ensure_ascii=False, indent=1)
