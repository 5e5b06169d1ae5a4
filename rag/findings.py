"""The JSON of comparisons, agreements and traces, beside that of answers (`rag.contract`).

Pure. The keys and their order are promised; further keys may follow them.
"""

from rag.contract import Json, cited
from rag.inquiries.agreement import STANDS, Agreement, Position
from rag.inquiries.comparison import Cell, Comparison, Row
from rag.inquiries.trace import Span, Trace
from rag.schema import Refusal


def compared(comparison: Comparison) -> Json:
    """Return a comparison or its refusal."""
    return {
        "question": comparison.question,
        **_refused(comparison.refusal),
        "aspects": list(comparison.aspects),
        "rows": [_row(row) for row in comparison.rows],
        "citations": cited(comparison.citations),
        "notices": list(comparison.notices),
        "checker": comparison.checker,
        "library": comparison.library,
        "filters": comparison.filters.model_dump(exclude_none=True),
    }


def weighed(agreement: Agreement) -> Json:
    """Return where papers stand on a claim."""
    return {
        "claim": agreement.claim,
        **_refused(agreement.refusal),
        "counts": {stand: agreement.count(stand) for stand in STANDS},
        "positions": [_position(each, agreement) for each in agreement.positions],
        "citations": cited(agreement.citations),
        "notices": list(agreement.notices),
        "checker": agreement.checker,
        "library": agreement.library,
        "filters": agreement.filters.model_dump(exclude_none=True),
    }


def traced(trace: Trace) -> Json:
    """Return the spans of a text that stand in abstracts."""
    return {
        "words": trace.words,
        "covered": trace.covered,
        "least": trace.least,
        "spans": [_span(each) for each in trace.spans],
        "citations": cited(trace.citations),
        "library": trace.library,
    }


def _refused(refusal: Refusal | None) -> Json:
    return {
        "refused": refusal is not None,
        "refusal_reason": refusal.reason if refusal else None,
        "nearest": cited(refusal.nearest) if refusal else [],
    }


def _row(row: Row) -> Json:
    return {
        "name": row.name,
        "paper_id": row.paper_id,
        "title": row.title,
        "authors": list(row.authors),
        "year": row.year,
        "url": row.url,
        "cells": [_cell(cell) for cell in row.cells],
    }


def _cell(cell: Cell) -> Json:
    verdict = cell.verdict
    return {
        "text": cell.text,
        "citations": list(cell.citations),
        "verdict": verdict.label if verdict else None,
        "support": round(verdict.probability, 4) if verdict else None,
    }


def _position(position: Position, agreement: Agreement) -> Json:
    return {
        "stand": position.stand,
        "paper_id": agreement.citations[position.citation - 1].paper_id,
        "citation": position.citation,
        "verdict": position.verdict.label,
        "support": round(position.verdict.probability, 4),
        "reason": position.verdict.reason,
    }


def _span(span: Span) -> Json:
    return {
        "start": span.start,
        "end": span.end,
        "text": span.text,
        "words": span.words,
        "citations": list(span.citations),
        "papers": span.papers,
    }
