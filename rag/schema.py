"""The nouns: frozen values that every room of Attest passes on.

Offsets count characters (Python ``str`` positions) of the stored text, start
inclusive, end exclusive. Tuples, never lists, so that a value can be a key.
"""

import hashlib
import json
import operator
import re
from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Described

Field = Literal["title", "abstract"]
Label = Literal["supported", "partial", "unsupported", "contradicted"]
Policy = Literal["drop", "mark", "refuse"]
"""What becomes of a sentence of an answer that its evidence does not support."""


class Noun(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text as 64 hex digits (lone surrogates are kept apart)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Identifiers(Noun):
    """Names that the world gives a paper, normalised (lower-case DOI, arXiv id without version)."""

    doi: str | None = None
    arxiv: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    acl: str | None = None
    openalex: str | None = None
    s2: str | None = None

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the (kind, value) pairs that are set, in field order."""
        return tuple((kind, value) for kind, value in self if value)


class Source(Noun):
    """Where a record came from, and the name of the reader (``format``)."""

    file: str
    """Path as the user gave it; ``archive.zip!member`` inside an archive."""
    position: int
    """Number of the record in its file, from 1."""
    format: str
    batch: str | None = None
    """The ``add`` that brought it in."""


class Record(Noun):
    """One bibliographic record as a reader found it, before it is known which paper it is."""

    source: Source
    title: str
    abstract: str = ""
    key: str | None = None
    """The record's own id where its file gives one that must be kept (JSONL ``_id``)."""
    authors: tuple[str, ...] = ()
    """Names in reading order, ``Given Family`` or as found."""
    year: int | None = None
    venue: str | None = None
    url: str | None = None
    identifiers: Identifiers = Identifiers()
    retraction: str | None = Described(default=None, exclude_if=operator.not_)
    """That it was taken back, and how that is told; see `rag.retractions`."""


class Rejection(Noun):
    """A record that could not be taken, and why."""

    source: Source
    reason: str


class Paper(Noun):
    """One work of the library, made of one or more records."""

    id: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None
    url: str | None = None
    identifiers: Identifiers = Identifiers()
    retraction: str | None = Described(default=None, exclude_if=operator.not_)
    sources: tuple[Source, ...] = ()

    @property
    def metadata(self) -> str:
        """Everything but texts and sources as canonical JSON (sorted keys, no blanks)."""
        fields = self.model_dump(mode="json", exclude={"abstract", "sources"})
        return json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @property
    def content_hash(self) -> str:
        """SHA-256 of metadata and abstract; equal papers have equal hashes."""
        return text_hash(f"{self.metadata}\n{self.abstract}")


class Sentence(Noun):
    """A sentence of a title or abstract: the unit of citation."""

    paper_id: str
    field: Field
    ordinal: int
    """Position in its field, from 0."""
    start: int
    end: int
    text: str
    """Equal to ``paper.<field>[start:end]``."""


class Passage(Noun):
    """A run of sentences of one abstract: the unit of retrieval."""

    id: str
    """``<paper id>#<ordinal>``."""
    paper_id: str
    ordinal: int
    start: int
    """Offset of the run in the abstract; a paper without abstract has one passage 0..0."""
    end: int
    title: str
    text: str
    """Equal to ``abstract[start:end]``."""

    @property
    def embedded_text(self) -> str:
        """What is embedded: title and run, so that every vector knows its paper."""
        return f"{self.title}\n{self.text}" if self.text else self.title


class Filters(Noun):
    """Which papers a question may use; an unset field allows all."""

    year_from: int | None = None
    year_to: int | None = None
    venue: str | None = None
    """Case-insensitive substring."""
    author: str | None = None
    """Case-insensitive substring of any author's name."""
    source: str | None = None
    """Case-insensitive substring of a source file's path."""

    @property
    def active(self) -> bool:
        """Whether anything is filtered."""
        return any(value is not None for _, value in self)


class Hit(Noun):
    """A retrieved passage."""

    rank: int
    """From 1."""
    score: float
    """Fused (or reranked) score, higher is better; comparable within one question only."""
    passage: Passage
    dense: float | None = None
    """Cosine of question and passage vector, where the passage was scored by it."""
    lexical: float | None = None
    """BM25 score, where the passage was found by words."""


class Citation(Noun):
    """A marker of an answer, bound to exact words of a stored abstract."""

    n: int
    """Marker number, 1..n by first use; 0 for a sentence that is shown without being cited."""
    paper_id: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    url: str | None = None
    doi: str | None = None
    quote: str
    """Equal to ``abstract[start:end]`` of the stored paper."""
    start: int
    end: int
    passage_id: str
    quote_hash: str
    """SHA-256 of the quote, so that an export can be checked later."""
    retraction: str | None = Described(default=None, exclude_if=operator.not_)


class Verdict(Noun):
    """What a checker says about a claim and its cited evidence."""

    label: Label
    probability: float
    """Calibrated probability that the evidence supports the claim, 0..1."""
    checker: str
    """Name and version of the checker."""
    reason: str = ""
    """One phrase a person can read, such as ``number 42 is not in the evidence``."""
    unmet: tuple[tuple[int, int], ...] = Described(default=(), exclude_if=operator.not_)
    """Characters of the claim that nothing in the evidence comes near to, where it falls short."""


class Claim(Noun):
    """One sentence of an answer with its citations and verdict."""

    text: str
    citations: tuple[int, ...]
    verdict: Verdict


class Refusal(Noun):
    """Why the library does not answer, and what came nearest."""

    reason: str
    probability: float
    """Calibrated probability that the library answers the question."""
    nearest: tuple[Citation, ...] = ()
    """Sentences that came closest; shown as context, never as an answer."""


class Withheld(Noun):
    """A sentence that an answerer wrote and the check kept out of the answer."""

    text: str
    verdict: Verdict
    against: Citation | None = None
    """The sentence of a paper that contradicts it, where one does."""


class Turn(Noun):
    """An earlier question of a conversation and what was answered."""

    question: str
    answer: str
    papers: tuple[str, ...] = Described(default=(), exclude_if=operator.not_)
    """Ids of the papers that were cited, where they are known."""


class Answer(Noun):
    """The outcome of a question; while streaming, each one extends the last."""

    id: str
    question: str
    standalone: str
    """The question as searched, after a follow-up was resolved from the history."""
    filters: Filters = Filters()
    """Which papers could be used."""
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    refusal: Refusal | None = None
    notices: tuple[str, ...] = ()
    """Things the reader must know, such as dropped claims or a fallback."""
    withheld: tuple[Withheld, ...] = ()
    """Sentences that did not stand up to the check, in the order in which they were written."""
    invented: tuple[str, ...] = ()
    """Ids that a model gave and that no evidence has: counted here, shown in no text."""
    confidence: float | None = None
    """Calibrated probability that the library answers, be it answered or refused."""
    answerer: str
    model: str | None = None
    library: str
    """Fingerprint of the library version that answered."""
    settings: str
    timings_ms: dict[str, float] = {}
    usage: dict[str, int] | None = None
    """Tokens that a model read and wrote, as its provider counts them."""
    cost_usd: float | None = None
    """What the model cost, where its provider tells."""
    writing: str = ""
    """While streaming: a sentence that a model has begun, neither checked nor bound."""
    complete: bool = True
    """False while streaming."""

    @property
    def text(self) -> str:
        """The answer with ``[n]`` markers, or the refusal sentence."""
        if self.refusal is not None:
            return f"The library does not answer this: {self.refusal.reason}"
        return " ".join(marked(claim) for claim in self.claims)


_BRACKETED = re.compile(r"\[([\d\s,;–-]+)\]")


def marked(claim: Claim) -> str:
    """Return a claim's text and its markers; a ``[14]`` of its own gets full-width brackets."""
    text = _BRACKETED.sub(r"［\1］", claim.text)
    return " ".join([text, *(f"[{n}]" for n in claim.citations)])
