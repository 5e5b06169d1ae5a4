"""How a comparison, an agreement and a trace look at a terminal."""

from collections.abc import Iterable, Mapping, Sequence

from rag.inquiries.agreement import STANDS, Agreement, Position, Stand
from rag.inquiries.comparison import Comparison, Row
from rag.inquiries.trace import Span, Trace
from rag.retractions import labelled
from rag.schema import Citation, Refusal
from rag.terminal.answers import byline, emphasised, show_nearest
from rag.terminal.layout import Run
from rag.terminal.plain import counted
from rag.terminal.screen import Screen

EMPTY = "not in the abstract"
_HEADS: Mapping[Stand, str] = {
    "supports": "Support it",
    "contradicts": "Contradict it",
    "undecided": "On the topic, undecided",
}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_QUOTED = 300
"""Characters of a traced span that are shown."""


def show_comparison(screen: Screen, comparison: Comparison) -> None:
    """Write the things compared under letters, then each aspect with what every one says on it.

    So like stands under like and no column is narrower than the screen.
    """
    if comparison.refusal is not None:
        _show_refusal(screen, comparison.refusal, comparison.question)
    else:
        for letter, row in zip(_LETTERS, comparison.rows, strict=False):
            _show_thing(screen, letter, row, comparison.citations)
        for column, aspect in enumerate(comparison.aspects):
            _show_aspect(screen, comparison.rows, column, aspect)
    _show_notices(screen, comparison.notices)


def show_agreement(screen: Screen, agreement: Agreement) -> None:
    """Write where the papers stand on a claim, each with its sentence."""
    if agreement.refusal is not None:
        _show_refusal(screen, agreement.refusal, agreement.claim)
        return
    numbers = (f"{agreement.count(stand)} {_counted_as(stand)}" for stand in STANDS)
    screen.write(Run(", ".join(numbers), "bold"), f" (by {agreement.checker})")
    for stand in STANDS:
        own = [each for each in agreement.positions if each.stand == stand]
        if own:
            screen.gap()
            screen.write(Run(_HEADS[stand], "bold"))
        for each in own:
            _show_position(screen, each, agreement)
    _show_notices(screen, agreement.notices)


def show_trace(screen: Screen, trace: Trace) -> None:
    """Write the spans of a text, the longest first, and where each stands."""
    found = counted(len(trace.spans), "span")
    screen.write(
        Run(f"{trace.covered:.0%} of {counted(trace.words, 'word')}", "bold"),
        f" stand in abstracts: {found} of {trace.least} words or more",
    )
    for span in trace.spans:
        _show_span(screen, span, trace.citations)


def _show_thing(screen: Screen, letter: str, row: Row, citations: Sequence[Citation]) -> None:
    if row.paper_id is None:
        screen.write(Run(row.name, "bold"), " (no paper in the library)", first=f"{letter}  ")
        return
    named = f"{row.name}: " if row.name not in {row.title, row.paper_id} else ""
    who = byline(row.authors, row.year)
    parts = (Run(named, "bold"), row.title, Run(f" · {who}" if who else "", "dim"))
    ending = [Run(f" · {row.paper_id}", "dim"), *_taken_back(citations, row.paper_id)]
    screen.write(*parts, *ending, first=f"{letter}  ")


def _show_aspect(screen: Screen, rows: Sequence[Row], column: int, aspect: str) -> None:
    screen.gap()
    screen.write(Run(aspect.upper(), "bold"))
    for letter, row in zip(_LETTERS, rows, strict=False):
        cell = row.cells[column]
        if not cell.text:
            screen.write(Run(EMPTY, "dim"), first=f"{letter}  ")
            continue
        markers = "".join(f" [{n}]" for n in cell.citations)
        screen.write(cell.text, Run(markers, "dim"), first=f"{letter}  ")


def _show_position(screen: Screen, position: Position, agreement: Agreement) -> None:
    citation = agreement.citations[position.citation - 1]
    marker = f"[{citation.n}] "
    _show_source(screen, citation, marker)
    quote = emphasised(citation.quote, agreement.claim)
    screen.write("“", *quote, "”", first=" " * len(marker))
    screen.write(Run(_why(position), "dim"), first=" " * len(marker))


def _why(position: Position) -> str:
    """Return what the checker said, and where it was not followed, that it was not."""
    verdict = position.verdict
    found = f"{verdict.label} {verdict.probability:.2f}: {verdict.reason}"
    if position.stand == "undecided" and verdict.label in {"supported", "contradicted"}:
        return f"not sure enough of {found}"
    return found


def _show_span(screen: Screen, span: Span, citations: Sequence[Citation]) -> None:
    screen.gap()
    text = span.text if len(span.text) <= _QUOTED else f"{span.text[:_QUOTED].rstrip()} …"
    place = Run(f"{counted(span.words, 'word')} at {span.start}–{span.end}", "dim")
    screen.write(place)
    screen.write("“", text, "”", first="  ")
    for n in span.citations:
        _show_source(screen, citations[n - 1], f"  [{n}] ")
    more = span.papers - len(span.citations)
    if more:
        screen.write(Run(f"and {counted(more, 'more paper')}", "dim"), first="      ")


def _show_source(screen: Screen, citation: Citation, marker: str) -> None:
    who = byline(citation.authors, citation.year)
    parts = [Run(f"{who}. ")] if who else []
    parts += [Run(citation.title), Run(f" · {citation.paper_id}", "dim")]
    parts += _taken_back([citation], citation.paper_id)
    screen.write(*parts, first=marker)


def _taken_back(citations: Iterable[Citation], paper_id: str) -> list[Run]:
    """Return the mark of a paper that its citations call retracted or withdrawn."""
    told = (each.retraction for each in citations if each.paper_id == paper_id)
    retraction = next(filter(None, told), None)
    return [Run(f" {labelled(retraction)}", "bold")] if retraction else []


def _show_refusal(screen: Screen, refusal: Refusal, text: str) -> None:
    screen.write(f"The library does not tell: {refusal.reason}")
    show_nearest(screen, refusal.nearest, text)


def _show_notices(screen: Screen, notices: Iterable[str]) -> None:
    for notice in notices:
        screen.gap()
        screen.write(f"Note: {notice}")


def _counted_as(stand: Stand) -> str:
    return {"supports": "support", "contradicts": "contradict", "undecided": "undecided"}[stand]
