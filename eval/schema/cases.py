"""What is asked: cases with their gold, and the data sets they stand in."""

from typing import Literal

from pydantic import model_validator

from eval.schema.values import digest
from rag.schema import Filters, Noun, Turn


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
