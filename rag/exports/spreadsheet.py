"""CSV: one row per claim and quote; UTF-8, every cell quoted, no cell a formula.

A text that a spreadsheet would take for a formula gets an apostrophe before it, which
spreadsheets show as text; other readers take that one character off.
"""

import csv
import io
import re
from collections.abc import Iterator

from rag.exports.exported import Exported, Item, Options
from rag.exports.safe import tidy
from rag.schema import Citation, Paper

COLUMNS = (
    *("answer", "question", "claim", "text", "verdict", "support", "marker", "quote", "paper_id"),
    *("title", "authors", "year", "venue", "doi", "url", "start", "end", "sha256", "notices"),
    "retraction",
)
# Blanks and quotation marks before the sign do not make it harmless everywhere.
_FORMULA = re.compile(r"^[\s\"'“”‘’`;,|]*[=+\-@＝＋－＠\t\r\n]")


def write(exported: Exported, _: Options) -> str:
    """Return the table with its header; a refusal has one row per sentence that came near."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\r\n", restval="")
    table.writeheader()
    papers = {paper.id: paper for paper in exported.papers}
    for item in exported.items:
        for row in _rows(item, papers):
            table.writerow({name: cell(value) for name, value in row.items()})
    return out.getvalue()


def cell(value: object) -> str:
    """Return what a cell holds, harmless in a spreadsheet; None is empty."""
    if isinstance(value, int | float):
        return str(value)
    text = "" if value is None else tidy(str(value))
    return f"'{text}" if _FORMULA.match(text) else text


def _rows(item: Item, papers: dict[str, Paper]) -> Iterator[dict[str, object]]:
    answer = item.answer
    about: dict[str, object] = {"answer": answer.id, "question": answer.question}
    about["notices"] = "; ".join(
        [*answer.notices, *(["withheld: " + str(len(answer.withheld))] if answer.withheld else [])]
    )
    if answer.refusal is not None:
        refused = {**about, "text": answer.text, "verdict": "refused"}
        nearest = answer.refusal.nearest
        yield from ({**refused, **_cited(each, papers)} for each in nearest or ())
        if not nearest:
            yield refused
        return
    cited = {each.n: each for each in answer.citations}
    for number, claim in enumerate(answer.claims, start=1):
        said = {**about, "claim": number, "text": claim.text, "verdict": claim.verdict.label}
        said["support"] = round(claim.verdict.probability, 4)
        found = [cited[n] for n in claim.citations if n in cited]
        yield from ({**said, "marker": each.n, **_cited(each, papers)} for each in found)
        if not found:
            yield said


def _cited(citation: Citation, papers: dict[str, Paper]) -> dict[str, object]:
    paper = papers.get(citation.paper_id)
    return {
        "quote": citation.quote,
        "paper_id": citation.paper_id,
        "title": citation.title,
        "authors": "; ".join(citation.authors),
        "year": citation.year,
        "venue": paper.venue if paper else None,
        "doi": citation.doi,
        "url": citation.url,
        "start": citation.start,
        "end": citation.end,
        "sha256": citation.quote_hash,
        "retraction": citation.retraction,
    }
