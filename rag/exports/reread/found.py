"""What an exported file shows when it is read back."""

from typing import NamedTuple

from rag.exports.marks import LAST, SEAL, digest, marked
from rag.exports.page import Note


class Quoted(NamedTuple):
    """A quote of an export and where it says it is from."""

    n: int
    quote: str
    paper_id: str | None
    """None where its mark cannot be read."""
    start: int = 0
    end: int = 0
    hash: str = ""
    """The beginning of the quote's SHA-256."""


class FoundAnswer(NamedTuple):
    """One answer as it reads now."""

    number: int
    quotes: tuple[Quoted, ...]
    markers: tuple[int, ...]
    """Notes that the text refers to."""
    sealed: bool
    """Whether everything a reader sees is what was sealed."""
    notes: int
    """How many notes the seal counted."""


class Found(NamedTuple):
    """A whole file; ``sealed`` speaks of the bibliography and the set of answers too."""

    answers: tuple[FoundAnswer, ...]
    sealed: bool
    missing: int = 0
    """Answers that the last seal counts and that are gone."""

    @property
    def paper_ids(self) -> tuple[str, ...]:
        """Ids of all papers that are quoted."""
        ids = (each.paper_id for answer in self.answers for each in answer.quotes)
        return tuple(dict.fromkeys(name for name in ids if name is not None))


class Draft:
    """A page that is being read: its parts are added as they come."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.lines: list[str] = []
        self.markers: list[int] = []
        self.notes: list[Note] = []
        self.seal = ""

    @property
    def digest(self) -> str:
        """The digest of what was read; equal to the page's where nothing was changed."""
        return digest([self.question, self.lines, self.notes])

    def answer(self, number: int) -> FoundAnswer:
        """Return what was read as the answer of that number."""
        seal = SEAL.fullmatch(self.seal)
        return FoundAnswer(
            number,
            tuple(map(_quoted, self.notes)),
            tuple(self.markers),
            seal is not None and seal[3] == self.digest and int(seal[1]) == number,
            int(seal[2]) if seal else len(self.notes),
        )


def found(drafts: list[Draft], references: list[tuple[str, str]], last: str) -> Found:
    """Return a file of pages, bibliography and last seal as they read now."""
    answers = tuple(draft.answer(number) for number, draft in enumerate(drafts, start=1))
    seal = LAST.fullmatch(last)
    whole = digest([[draft.digest for draft in drafts], references])
    marks = any(each.seal or each.notes for each in drafts) or seal is not None
    if not marks:
        return Found((), sealed=False)
    sealed = seal is not None and seal[2] == whole and int(seal[1]) == len(drafts)
    missing = max(int(seal[1]) - len(drafts), 0) if seal else 0
    return Found(answers, sealed, missing)


def _quoted(note: Note) -> Quoted:
    mark = marked(note.mark)
    if mark is None:
        return Quoted(note.n, note.quote, None)
    return Quoted(note.n, note.quote, *mark)
