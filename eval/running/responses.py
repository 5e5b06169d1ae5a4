"""From the JSON that a system prints for a question to a response that can be scored.

Attest's own answers follow the contract (`rag.contract`); what others print is read
as far as it goes, and every field may be missing.
"""

from collections.abc import Callable, Mapping, Sequence

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from eval.schema import Context, Number, Quote, Ranked, Response, Statement

Abstracts = Callable[[Sequence[str]], Mapping[str, str]]
"""Gives the stored abstracts of papers by id; those it does not know are missing."""

CONTEXTS = 10
"""Passages kept with a response; the ranking goes deeper."""

_ID = AliasChoices("paper_id", "doc_id", "_id", "id")


class _Wire(BaseModel):
    """Something as printed; what is not named here is passed over."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _Hit(_Wire):
    paper_id: str = Field("", validation_alias=_ID)
    title: str | None = None
    text: str | None = None
    score: Number | None = None


class _Citation(_Wire):
    n: int | None = None
    paper_id: str = Field("", validation_alias=_ID)
    title: str | None = None
    quote: str = Field("", validation_alias=AliasChoices("quote", "text"))
    start: int | None = None
    end: int | None = None


class _Claim(_Wire):
    text: str
    citations: tuple[int, ...] = ()
    verdict: str | None = None
    support: Number | None = None


class _Answer(_Wire):
    answer: str | None = None
    refused: bool | None = None
    claims: tuple[_Claim, ...] = ()
    citations: tuple[_Citation, ...] = ()
    hits: tuple[_Hit, ...] = ()
    confidence: float | None = Field(None, ge=0, le=1)
    answerer: str = ""
    model: str | None = None
    library: str = ""
    settings: str = ""
    timings_ms: dict[str, Number] = Field(default_factory=dict[str, float])
    usage: dict[str, int] | None = None
    cost: Number | None = None


def read_response(
    fields: Mapping[str, object],
    *,
    says_refusal: Callable[[str], bool] | None = None,
    abstracts: Abstracts | None = None,
) -> Response:
    """Return what was said, as far as it was said.

    Args:
        fields: An object of the answer contract, of ``search``, or a poorer one with
            ``answer``, ``citations`` and ``hits`` where there are any.
        says_refusal: Tells a refusal by its words, where no field ``refused`` does.
        abstracts: Where quotes are looked up; without it nothing is known of them.

    Raises:
        ValueError: A field has a type that means nothing.
    """
    said = _Answer.model_validate(fields)
    text = said.answer or ""
    refused = said.refused
    if refused is None:
        refused = bool(says_refusal and text and says_refusal(text))
    return Response(
        answer=text,
        refused=refused,
        claims=tuple(Statement(**claim.model_dump()) for claim in said.claims),
        citations=_quotes(said.citations, abstracts),
        ranking=_ranking(said.hits),
        contexts=tuple(
            Context(paper_id=hit.paper_id, title=hit.title or "", text=hit.text)
            for hit in said.hits
            if hit.text
        )[:CONTEXTS],
        **said.model_dump(exclude={"answer", "refused", "claims", "citations", "hits"}),
    )


def _quotes(rows: Sequence[_Citation], abstracts: Abstracts | None) -> tuple[Quote, ...]:
    known: Mapping[str, str] = {}
    if abstracts and rows:
        known = abstracts([row.paper_id for row in rows])
    return tuple(
        Quote(
            n=place if row.n is None else row.n,
            paper_id=row.paper_id,
            title=row.title or "",
            quote=row.quote,
            verbatim=_verbatim(row, known.get(row.paper_id)) if abstracts else None,
        )
        for place, row in enumerate(rows, start=1)
    )


def _verbatim(row: _Citation, abstract: str | None) -> bool:
    """Tell whether a quote is what stands in the abstract, at its offsets where it gives any."""
    if abstract is None or not row.quote:
        return False
    if row.start is not None and row.end is not None:
        return abstract[row.start : row.end] == row.quote
    return row.quote in abstract


def _ranking(hits: Sequence[_Hit]) -> tuple[Ranked, ...]:
    """Return the papers in the order of their first hit."""
    found: dict[str, Ranked] = {}
    for hit in hits:
        each = Ranked(paper_id=hit.paper_id, title=hit.title or "", score=hit.score)
        found.setdefault(each.paper_id or each.title, each)
    return tuple(found.values())
