"""What a comparison finds: a table of quotes, things by aspects."""

from rag.schema import Citation, Filters, Noun, Refusal, Verdict


class Cell(Noun):
    """What one paper says on one aspect."""

    text: str = ""
    """A run of one sentence of the abstract; empty where the abstract says nothing on it."""
    citations: tuple[int, ...] = ()
    verdict: Verdict | None = None
    """Of the text by the sentence that it is from; None for an empty cell."""


class Row(Noun):
    """One thing compared, and the paper that speaks for it."""

    name: str
    """As the user named it, or the paper's title."""
    paper_id: str | None = None
    """None where no paper of the library is about the thing."""
    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    url: str | None = None
    cells: tuple[Cell, ...] = ()
    """One for each aspect, in their order."""


class Comparison(Noun):
    """Things side by side, each cell quoted and checked."""

    question: str
    aspects: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    citations: tuple[Citation, ...] = ()
    """1..n by first use, row by row."""
    refusal: Refusal | None = None
    notices: tuple[str, ...] = ()
    """What the reader must know, such as a thing that no paper is about."""
    filters: Filters = Filters()
    checker: str
    """Name and version of what checked the cells."""
    library: str
    """Fingerprint of the library version."""
