"""Tracing a text: every abstract that can share words with it is read and held against it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rag.citations import Evidence, cite
from rag.errors import UsageError
from rag.inquiries.marks import Mark, marks
from rag.inquiries.rare import Window, compacted, windows
from rag.inquiries.runs import Seeds, outermost, runs, seeds
from rag.inquiries.trace import Span, Trace
from rag.schema import Citation, Filters, Paper, Sentence
from rag.store.view import LibraryView

LEAST = 6
"""Words of a span; of fewer, most are turns of phrase that nobody took from anywhere."""
FEWEST = 3
PAPERS = 10
"""Papers listed with a span."""
LONGEST = 100_000
"""Characters of a text: a long paper."""

Place = tuple[int, int]


def trace(
    view: LibraryView,
    text: str,
    *,
    least: int = LEAST,
    papers: int = PAPERS,
    filters: Filters | None = None,
) -> Trace:
    """Return the spans of a text that stand verbatim in abstracts, the longest first.

    A span is told if it has at least ``least`` words, `CONTENT` of them of
    content, and lies in no longer one that is told. None is missed: see
    `rag.inquiries.rare` and `rag.inquiries.runs`.

    Raises:
        UsageError: The text is blank or too long, or spans of so few words are wanted.
    """
    _require(text, least)
    own = marks(text)
    shared = _shared(view, own, least, filters)
    spans = sorted(
        outermost(span for places in shared.values() for span in places),
        key=lambda span: (-_words(own[slice(*span)]), span),
    )
    holders = {span: [one for one, places in shared.items() if span in places] for span in spans}
    wanted = {one for span in spans for one in holders[span][:papers]}
    quotes = _Quotes(view, wanted)
    told = [
        Span(
            start=own[start].start,
            end=own[end - 1].end,
            text=text[own[start].start : own[end - 1].end],
            words=_words(own[start:end]),
            citations=tuple(
                quotes.number(one, *shared[one][start, end]) for one in holders[start, end][:papers]
            ),
            papers=len(holders[start, end]),
        )
        for start, end in spans
    ]
    return Trace(
        spans=tuple(told),
        citations=quotes.citations,
        least=least,
        words=_words(own),
        covered=round(_covered(own, spans), 4),
        library=view.fingerprint,
    )


def _require(text: str, least: int) -> None:
    if not text.strip():
        raise UsageError("the text to trace is blank; give some words")
    if len(text) > LONGEST:
        raise UsageError(
            f"the text has {len(text):,} characters; {LONGEST:,} can be traced, so cut it in parts"
        )
    if least < FEWEST:
        raise UsageError(f"spans of {least} words are wanted; the fewest are {FEWEST}")


def _shared(
    view: LibraryView, own: Sequence[Mark], least: int, filters: Filters | None
) -> dict[str, dict[Place, Place]]:
    """Return by paper each run that it shares with the text, and where its abstract has it."""
    known = seeds(own, least)
    suspects = _suspects(view, windows(own, least), filters)
    found: dict[str, dict[Place, Place]] = {}
    for key, paper_id, abstract in view.snapshot.abstracts(sorted(suspects)):
        compact = compacted(abstract)
        if any(part in compact for part in suspects[key]):
            places = _places(own, known, abstract, least)
            if places:
                found[paper_id] = places
    return found


def _suspects(
    view: LibraryView, wanted: Iterable[Window], filters: Filters | None
) -> dict[int, list[bytes]]:
    """Return the papers that can share something, by first passage's key, and which windows."""
    allowed = view.snapshot.allowed_keys(filters) if filters else None
    permitted = None if allowed is None else frozenset(allowed.tolist())
    by_terms: dict[frozenset[str], list[bytes]] = defaultdict(list)
    for window in wanted:
        by_terms[window.terms].append(window.compact)
    found: dict[int, list[bytes]] = defaultdict(list)
    for terms, parts in by_terms.items():
        for key in view.lexical.holding(terms):
            if permitted is None or key in permitted:
                found[key] += parts
    return found


def _places(own: Sequence[Mark], known: Seeds, abstract: str, least: int) -> dict[Place, Place]:
    theirs = marks(abstract)
    found: dict[Place, Place] = {}
    for run in runs(own, known, theirs, least):
        last = theirs[run.place + run.end - run.start - 1]
        found.setdefault((run.start, run.end), (theirs[run.place].start, last.end))
    return found


class _Quotes:
    """Citations of runs of abstracts, numbered by first use."""

    def __init__(self, view: LibraryView, ids: Iterable[str]) -> None:
        wanted = list(ids)
        self._papers: dict[str, Paper] = view.snapshot.papers(wanted)
        self._passages = list(view.snapshot.passages_of(wanted).values())
        self._made: dict[tuple[str, int, int], Citation] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Return all that were used."""
        return tuple(self._made.values())

    def number(self, paper_id: str, start: int, end: int) -> int:
        """Return the number of a run of an abstract."""
        place = (paper_id, start, end)
        if place not in self._made:
            self._made[place] = self._cited(*place)
        return self._made[place].n

    def _cited(self, paper_id: str, start: int, end: int) -> Citation:
        paper = self._papers[paper_id]
        quote = paper.abstract[start:end]
        run = Sentence(
            paper_id=paper_id, field="abstract", ordinal=0, start=start, end=end, text=quote
        )
        own = [each for each in self._passages if each.paper_id == paper_id]
        passage = next((each for each in own if each.start <= start < each.end), own[0])
        evidence = Evidence(paper=paper, sentence=run, passage_id=passage.id)
        return cite(evidence, n=len(self._made) + 1)


def _words(marks: Sequence[Mark]) -> int:
    return sum(mark.word for mark in marks)


def _covered(own: Sequence[Mark], spans: Iterable[Place]) -> float:
    inside = {place for start, end in spans for place in range(start, end)}
    total = _words(own)
    return sum(own[place].word for place in inside) / total if total else 0.0
