"""The nouns of the evaluation: cases, runs, scores, and what is made of them.

No value here can hold a NaN or an infinity: what has no number says so
(`Outcome`), and what failed says why. Offsets count characters, times are
milliseconds, shares lie in 0..1.
"""

import hashlib
import json
from typing import Annotated, Literal

from pydantic import Field, model_validator

from rag.schema import Filters, Noun, Turn

Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Better = Literal["higher", "lower"]
State = Literal["scored", "not applicable", "error"]


def digest(value: object) -> str:
    """Return the SHA-256 of a JSON value in canonical form, as 64 hex digits."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# ---------------------------------------------------------------- what is asked


class Gold(Noun):
    """A paper that answers a case, known by id, by title, or by both."""

    paper_id: str | None = None
    title: str | None = None
    grade: int = 1
    """Relevance; 0 and below is judged and not relevant."""
    evidence: tuple[str, ...] = ()
    """Exact runs of its abstract that hold the answer."""

    @model_validator(mode="after")
    def _named(self) -> "Gold":
        if not (self.paper_id or self.title):
            raise ValueError("a gold paper needs an id or a title")
        return self


class Nugget(Noun):
    """A fact that a complete answer states."""

    text: str
    vital: bool = True


class Case(Noun):
    """A question with what is known of its right answer."""

    id: str
    question: str
    history: tuple[Turn, ...] = ()
    filters: Filters = Filters()
    type: str = "question"
    """Kind of question, for tables by type."""
    answerable: bool | None = None
    """Whether the library holds an answer; None where nobody has said so."""
    gold: tuple[Gold, ...] = ()
    answers: tuple[str, ...] = ()
    """Reference answers, each of them right."""
    must_include: tuple[str, ...] = ()
    """Case-insensitive parts that a right answer has."""
    must_exclude: tuple[str, ...] = ()
    """Case-insensitive parts that only a wrong answer has."""
    nuggets: tuple[Nugget, ...] = ()
    group: str = ""
    """Cases of one group hang together (one paper, one family) and are resampled together."""
    origin: str = "person"
    """Who wrote it: ``person``, ``chat``, or ``made:KIND:SEED`` for one made by code."""
    pair: str | None = None
    """Id of the case that this one changes in one respect (robustness)."""

    @property
    def cluster(self) -> str:
        """What is resampled with this case: its group, else its first gold paper, else itself."""
        first = next(iter(self.gold), None)
        return self.group or (first and (first.paper_id or first.title)) or self.id

    @property
    def digest(self) -> str:
        """SHA-256 of all of it."""
        return digest(self.model_dump(mode="json"))


class Dataset(Noun):
    """Cases that belong together, in order, with distinct ids."""

    name: str
    format: str
    """Name of the reader, such as ``questions`` or ``beir``."""
    cases: tuple[Case, ...]
    corpus: str | None = None
    """Path of the papers that came with the cases, where some did."""
    kind: Literal["answers", "retrieval"] = "answers"
    """``retrieval``: only rankings can be scored; nothing is known of answers."""

    @property
    def digest(self) -> str:
        """SHA-256 over the cases in order; name and path do not count."""
        return digest([case.digest for case in self.cases])


class Fault(Noun):
    """Something wrong with a data set, and where."""

    file: str
    line: int | None
    """From 1; None where the file as a whole is meant."""
    message: str
    """What is wrong and what to do, in one line."""


# ------------------------------------------------------------- what is answered


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
    """SHA-256 over the source files of ``rag`` and ``eval``."""
    machine: Machine
    started: str
    """ISO 8601, UTC."""


# --------------------------------------------------------------- what is scored


class Outcome(Noun):
    """What a metric says of a case: a number, that it does not apply, or that it failed."""

    state: State
    value: Number | None = None
    reason: str = ""
    """Why there is no number."""

    @model_validator(mode="after")
    def _consistent(self) -> "Outcome":
        if (self.state == "scored") != (self.value is not None):
            raise ValueError("a scored outcome has a value, and only that one")
        if (self.state == "scored") == bool(self.reason):
            raise ValueError("an outcome without a value has a reason, and only that one")
        return self


class Row(Noun):
    """All outcomes of a case."""

    case: str
    type: str
    cluster: str
    answerable: bool | None
    outcomes: dict[str, Outcome]
    """By name of metric."""


class Controls(Noun):
    """How a judge did where the right verdict is known by construction.

    Every cited quote entails itself and, with few exceptions, no quote of
    another paper: a judge that says yes or no to everything is found out.
    """

    judge: str
    entailed: int
    """Pairs that are entailed by construction."""
    said_entailed: int
    """How many of these it affirmed."""
    foreign: int
    """Pairs that are not."""
    said_foreign: int
    """How many of these it denied."""

    @property
    def balanced_accuracy(self) -> float | None:
        """Mean of both shares; None while either side is empty."""
        if not (self.entailed and self.foreign):
            return None
        return (self.said_entailed / self.entailed + self.said_foreign / self.foreign) / 2


class Scorecard(Noun):
    """All outcomes of a run, and what made them."""

    run: str
    """Digest of the manifest and of the trials that were scored; another one means: score anew."""
    judge: str
    """Name and version of the judge of faithfulness and citations."""
    scorer: str
    """SHA-256 over the source files of ``eval``."""
    rows: tuple[Row, ...]
    """In the order of the plan; one per planned case, whether it was tried or not."""
    controls: Controls | None = None


# ------------------------------------------------------------ what is made of it


class Interval(Noun):
    """A number with its bootstrap interval."""

    value: Number
    low: Number
    high: Number


class Figure(Noun):
    """A number of a report."""

    name: str
    better: Better
    interval: Interval | None
    """None where no case was scored."""
    scored: int
    not_applicable: int
    errors: int


class Agreement(Noun):
    """How well a judge agrees with people on one labelled set."""

    judge: str
    data: str
    n: int
    share_supported: Share
    balanced_accuracy: Interval
    f1: Interval
    auroc: Interval
    ece: Interval
    kappa: Interval
    baselines: dict[str, dict[str, Number]]
    """Measure by measure for ``always yes``, ``length`` and ``word overlap``."""

    @property
    def better_than_trivial(self) -> bool:
        """Whether its balanced accuracy is, beyond the interval, above every baseline's."""
        best = max(each["balanced_accuracy"] for each in self.baselines.values())
        return self.balanced_accuracy.low > best


class Difference(Noun):
    """How a figure of one run differs from that of another, over the cases both scored."""

    name: str
    better: Better
    before: Number
    after: Number
    delta: Interval
    """After less before."""
    p: Share
    """Two-sided, by permutation of clusters."""
    p_holm: Share
    detectable: Number
    """Smallest true difference that a comparison of this size finds in four of five cases."""
    pairs: int
    clusters: int


class Change(Noun):
    """A case whose outcome differs between two runs."""

    case: str
    name: str
    """Of the figure."""
    before: Outcome
    after: Outcome


class Comparison(Noun):
    """Two runs over the same cases."""

    before: str
    """Name of the earlier run or baseline."""
    after: str
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]
    only_before: tuple[str, ...] = ()
    """Ids of cases that the later run does not have."""
    only_after: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What makes the runs less comparable, such as another library or another judge."""


class Check(Noun):
    """One thing that a gate looked at."""

    name: str
    passed: bool
    message: str
    """One line: what was found, what was allowed."""


class Gate(Noun):
    """The outcome of a gate; red if any check failed."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed; a gate without checks does not."""
        return bool(self.checks) and all(check.passed for check in self.checks)
