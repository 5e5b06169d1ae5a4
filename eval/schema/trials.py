"""What is answered: responses, trials, and the run that they belong to."""

from typing import Literal

from pydantic import Field, model_validator

from eval.schema.values import Number, Share
from rag.schema import Noun


class Ranked(Noun):
    """A paper at its place in a ranking."""

    paper_id: str
    title: str = ""
    score: Number | None = None


class Context(Noun):
    """A passage that the answerer was given, or that a citation points into."""

    paper_id: str
    title: str = ""
    text: str


class Quote(Noun):
    """A citation of an answer."""

    n: int
    paper_id: str
    title: str = ""
    quote: str
    verbatim: bool | None = None
    """Whether the quote is a run of the stored abstract; None where no library was at hand."""


class Statement(Noun):
    """A claim of an answer, as its answer path judged it."""

    text: str
    citations: tuple[int, ...] = ()
    verdict: str | None = None
    support: Number | None = None


class Response(Noun):
    """What a system said to a case; made from the answer contract or a poorer form of it."""

    answer: str = ""
    """Text with ``[n]`` markers; the refusal sentence where it refused."""
    refused: bool = False
    claims: tuple[Statement, ...] = ()
    citations: tuple[Quote, ...] = ()
    ranking: tuple[Ranked, ...] = ()
    """Papers, best first, each once; as deep as the run was told to look."""
    contexts: tuple[Context, ...] = ()
    """The first passages that were found."""
    confidence: Share | None = None
    """Probability that the library answers, by the system's own account."""
    answerer: str = ""
    model: str | None = None
    library: str = ""
    settings: str = ""
    timings_ms: dict[str, Number] = Field(default_factory=dict[str, float])
    usage: dict[str, int] | None = None
    """Token counts of a language model; None where none was asked."""
    cost: Number | None = None
    """In US dollars, where prices are known."""


class Trial(Noun):
    """One case put to a system once: a response, or why there is none."""

    case: str
    """Id."""
    asked: str
    """Digest of the case as it was put."""
    response: Response | None = None
    error: str | None = None
    seconds: Number = 0.0
    """Wall time."""

    @model_validator(mode="after")
    def _one_outcome(self) -> "Trial":
        if (self.response is None) == (self.error is None):
            raise ValueError("a trial has either a response or an error")
        return self


class Machine(Noun):
    """Where a run was made."""

    system: str
    processor: str
    cores: int
    memory_gib: Number
    python: str


class Run(Noun):
    """One execution of a data set, with everything that decided its outcome."""

    system: str
    """What was tried, such as ``attest extractive`` or the name given to foreign answers."""
    data: str
    """Name of the data set."""
    data_digest: str
    planned: tuple[str, ...]
    """Ids of all cases, in order; each has a trial when the run is complete."""
    kind: Literal["answers", "retrieval"]
    depth: int
    """Papers ranked per case."""
    library: str
    """Fingerprint of the library; empty for foreign answers."""
    papers: int
    """In the library."""
    gold_missing: tuple[str, ...] = ()
    """Ids of cases with a gold paper that the library does not hold."""
    settings: dict[str, str]
    checker: str
    """The answer path's support checker; empty where there is none."""
    versions: dict[str, str]
    """Of Attest and what it computes with."""
    code: str
    """SHA-256 over the sources that an answer depends on."""
    machine: Machine
    started: str
    """ISO 8601, UTC."""
