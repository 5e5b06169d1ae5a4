r"""TREC run and qrels files, by which rankings and judgements travel between tools.

A run has ``qid Q0 docid rank score tag`` on each line. What ranks a document is
its score: as in trec_eval, the rank column is ignored, and documents of one
score stand in descending order of their ids (as bytes).
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from eval.datasets.ledger import Ledger, refuse, shown
from eval.datasets.lines import lines
from eval.schema import Case, Ranked
from rag.errors import UsageError
from rag.replacing import replace

_COLUMNS = "query id, Q0, document id, rank, score and tag"


def read_trec_run(path: Path) -> dict[str, tuple[Ranked, ...]]:
    """Return the documents of a run by query id, best first; the file may be gzipped.

    Raises:
        SourceError: The file cannot be read, or a line has a fault; names the first and
            how many more there are.
    """
    ledger = Ledger()
    found: dict[str, dict[str, Ranked]] = {}
    note = ledger.page(path)
    for number, row in lines(path, note):
        columns = row.split()
        if len(columns) != 6:
            note(number, f"{len(columns)} columns; give {_COLUMNS}")
            continue
        query, _, document, _, text, _ = columns
        score = _score(text)
        ranked = found.setdefault(query, {})
        if score is None:
            note(number, f"bad score {shown(text)}; give a finite number")
        elif document in ranked:
            message = f"document {shown(document)} stands twice for query {shown(query)}"
            note(number, f"{message}; keep one of them")
        else:
            ranked[document] = Ranked(paper_id=document, score=score)
    if not found and not ledger.faults:
        note(None, f"empty file; wanted on each line: {_COLUMNS}")
    refuse(ledger.faults)
    return {query: _ordered(ranked.values()) for query, ranked in found.items()}


def write_trec_run(
    rankings: Mapping[str, Sequence[Ranked]], path: Path, *, tag: str = "attest"
) -> None:
    """Write rankings, best first, as a run.

    Scores are written as they are where they fall from each document to the next; a
    ranking whose scores do not tell its order gets n, n-1, … 1 instead, so that every
    reader finds the same order.

    Raises:
        UsageError: An id or the tag is blank or holds white space, a document is ranked
            twice, or the file cannot be written.
    """
    rows = [
        f"{_word(query)} Q0 {_word(each.paper_id)} {rank} {score!r} {_word(tag)}\n"
        for query, ranking in rankings.items()
        for rank, (each, score) in enumerate(_scored(query, ranking), start=1)
    ]
    replace(path, "".join(rows).encode())


def write_qrels(cases: Iterable[Case], path: Path) -> None:
    """Write the gold of cases as TREC qrels; cases without gold have no line.

    Raises:
        UsageError: A gold paper has no id, an id holds white space or stands twice in a
            case, or the file cannot be written.
    """
    rows = "".join(row for case in cases for row in _judged(case))
    replace(path, rows.encode())


def _judged(case: Case) -> Iterator[str]:
    seen: set[str] = set()
    for gold in case.gold:
        if gold.paper_id is None:
            name = shown(gold.title or "")
            raise UsageError(
                f"case {shown(case.id)}: gold paper {name} has no id, which qrels need; give it one"
            )
        if gold.paper_id in seen:
            name = shown(gold.paper_id)
            raise UsageError(f"case {shown(case.id)}: gold paper {name} twice; keep one")
        seen.add(gold.paper_id)
        yield f"{_word(case.id)} 0 {_word(gold.paper_id)} {gold.grade}\n"


def _scored(query: str, ranking: Sequence[Ranked]) -> Iterator[tuple[Ranked, float]]:
    if len({each.paper_id for each in ranking}) < len(ranking):
        raise UsageError(f"query {shown(query)} ranks a document twice; rank each once")
    scores = [each.score for each in ranking if each.score is not None]
    falling = all(first > second for first, second in pairwise(scores))
    if len(scores) < len(ranking) or not falling:
        scores = [float(len(ranking) - index) for index in range(len(ranking))]
    return zip(ranking, scores, strict=True)


def _ordered(ranked: Iterable[Ranked]) -> tuple[Ranked, ...]:
    return tuple(
        sorted(ranked, key=lambda each: (each.score or 0.0, each.paper_id.encode()), reverse=True)
    )


def _score(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    # Python reads 1_0 as ten; no other tool does.
    return value if math.isfinite(value) and "_" not in text else None


def _word(text: str) -> str:
    if not text or len(text.split()) != 1 or text != text.strip():
        raise UsageError(f"{shown(text)} is blank or holds white space, which TREC files cannot")
    return text
