"""Whether an export still says what the library says."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from rag.contract import Json
from rag.exports.marks import DIGITS
from rag.exports.reread.found import Found, FoundAnswer, Quoted
from rag.exports.safe import settled
from rag.schema import Paper, text_hash

Status = Literal["unchanged", "moved", "edited", "paper gone", "hash mismatch", "missing"]


class Row(NamedTuple):
    """What was found of one quote, or of an answer or file as a whole (``note`` 0)."""

    answer: int
    """Number in the file; 0 for the file itself."""
    note: int
    status: Status
    paper_id: str | None = None
    detail: str = ""

    @property
    def faulty(self) -> bool:
        """Whether this is anything but unchanged."""
        return self.status != "unchanged"


class Checked(NamedTuple):
    """The outcome for a file."""

    rows: tuple[Row, ...]

    @property
    def faults(self) -> int:
        """How many rows are faulty."""
        return sum(row.faulty for row in self.rows)

    @property
    def summary(self) -> str:
        """The outcome in a sentence."""
        quotes = sum(row.note > 0 for row in self.rows)
        if self.faults:
            return f"{self.faults} faults among {quotes} quotes."
        return f"All {quotes} quotes and all answers are unchanged."

    def content(self) -> Json:
        """Return the outcome as a plain object."""
        return {"faults": self.faults, "rows": [row._asdict() for row in self.rows]}


def check(found: Found, papers: Mapping[str, Paper]) -> Checked:
    """Return what became of every quote, answer by answer, and of the file.

    Args:
        found: The export as it reads now.
        papers: What the library holds of the papers that are quoted, by id.
    """
    rows = [row for answer in found.answers for row in _answer(answer, papers)]
    if found.missing:
        rows.append(Row(0, 0, "missing", detail=f"{found.missing} answers are gone"))
    elif not found.sealed:
        rows.append(Row(0, 0, "hash mismatch", detail="the file is not as it was exported"))
    return Checked(tuple(rows))


def _answer(answer: FoundAnswer, papers: Mapping[str, Paper]) -> Iterator[Row]:
    for quoted in answer.quotes:
        paper = papers.get(quoted.paper_id or "")
        status, detail = _status(quoted, paper)
        yield Row(answer.number, quoted.n, status, quoted.paper_id, detail)
    present = {quoted.n for quoted in answer.quotes}
    for n in sorted(set(answer.markers) - present):
        yield Row(answer.number, n, "missing", detail="the text refers to it")
    if len(answer.quotes) < answer.notes:
        gone = answer.notes - len(answer.quotes)
        yield Row(answer.number, 0, "missing", detail=f"{gone} of {answer.notes} notes are gone")
    if not answer.sealed:
        yield Row(answer.number, 0, "hash mismatch", detail="question, claim or note was altered")


def _status(quoted: Quoted, paper: Paper | None) -> tuple[Status, str]:
    if quoted.paper_id is None:
        return "hash mismatch", "its mark cannot be read"
    if paper is None:
        return "paper gone", "the library holds no such paper"
    stored = paper.abstract[quoted.start : quoted.end]
    words = settled(quoted.quote)
    same = words == settled(stored)
    as_sealed = quoted.hash in (text_hash(quoted.quote)[:DIGITS], text_hash(stored)[:DIGITS])
    if same:
        return ("unchanged", "") if as_sealed else ("hash mismatch", "its mark was altered")
    if words and words in settled(paper.abstract):
        return "moved", "the same words stand elsewhere in the abstract"
    if text_hash(quoted.quote)[:DIGITS] == quoted.hash:
        return "edited", "the abstract in the library reads otherwise, or it is another paper's"
    return "edited", "the quote is not what was exported"
