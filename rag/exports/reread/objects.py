"""JSON as `rag.exports.objects` writes it, read back."""

import json
from typing import cast

from pydantic import BaseModel, ValidationError

from rag.contract import Json
from rag.errors import SourceError
from rag.exports.marks import DIGITS
from rag.exports.objects import HASH, hashed
from rag.exports.reread.found import Found, FoundAnswer, Quoted


class _Cited(BaseModel):
    n: int
    paper_id: str
    quote: str
    start: int
    end: int
    sha256: str


class _Claim(BaseModel):
    citations: list[int]


class _Answer(BaseModel):
    claims: list[_Claim]
    citations: list[_Cited]
    nearest: list[_Cited] = []


class _Export(BaseModel):
    answers: list[_Answer]


def read(text: str, name: str) -> Found:
    """Return what a JSON export shows now.

    Raises:
        SourceError: It is no JSON, or none of an export.
    """
    try:
        content = json.loads(text)
        export = _Export.model_validate(content)
        whole = hashed(cast(Json, content)) == content.get(HASH)
    except (ValueError, ValidationError, RecursionError) as error:
        raise SourceError(f"{name} is no export of Attest; export it with --format json") from error
    answers = tuple(_answer(each, n) for n, each in enumerate(export.answers, start=1))
    return Found(answers, whole)


def _answer(answer: _Answer, number: int) -> FoundAnswer:
    cited = [*answer.citations, *answer.nearest]
    quotes = tuple(
        Quoted(each.n, each.quote, each.paper_id, each.start, each.end, each.sha256[:DIGITS])
        for each in cited
    )
    markers = tuple(n for claim in answer.claims for n in claim.citations)
    # One hash stands for the whole file, so no answer has a seal of its own.
    return FoundAnswer(number, quotes, markers, True, len(quotes))
