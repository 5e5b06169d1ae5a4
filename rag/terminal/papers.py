"""How papers, and what happened to a library, look at a terminal."""

from collections.abc import Iterable, Iterator

from rag.retractions import labelled
from rag.schema import Paper
from rag.store.report import AddReport, MergeReport, Status
from rag.store.tuned import About
from rag.terminal.layout import Run
from rag.terminal.plain import counted, plain
from rag.terminal.screen import Screen

_AUTHORS = 12


def show_paper(screen: Screen, paper: Paper) -> None:
    """Write all that is stored of a paper."""
    screen.write(Run(paper.title, "bold"))
    if paper.retraction:
        screen.write(Run(labelled(paper.retraction), "bold"))
    if paper.authors:
        others = len(paper.authors) - _AUTHORS
        more = f" and {others} more" if others > 0 else ""
        screen.write(", ".join(paper.authors[:_AUTHORS]) + more)
    place = [paper.venue or "", str(paper.year) if paper.year is not None else ""]
    if any(place):
        screen.write(", ".join(filter(None, place)))
    screen.gap()
    screen.write(paper.abstract or Run("no abstract", "dim"))
    screen.gap()
    origins = [
        ("from", f"{source.file}:{source.position} ({source.format})") for source in paper.sources
    ]
    names = [("id", paper.id), *paper.identifiers.pairs(), ("link", paper.url or "")]
    show_fields(screen, [*names, *origins])


def row(paper: Paper) -> str:
    """Return id, year, title and marks with tabs between, for other programs.

    The marks are ``title only``, where there is no abstract, and `labelled` retractions.
    """
    year = "" if paper.year is None else str(paper.year)
    cells = (paper.id, year, paper.title, " ".join(_marks(paper)))
    return "\t".join(plain(cell) for cell in cells)


def show_row(screen: Screen, paper: Paper) -> None:
    """Write id, year, title and marks for a person."""
    year = "" if paper.year is None else f"{paper.year}  "
    marks = [Run(f"  {mark}", "dim") for mark in _marks(paper)]
    screen.write(Run(f"{paper.id}  ", "dim"), year, Run(paper.title, "bold"), *marks, rest="    ")


def _marks(paper: Paper) -> Iterator[str]:
    if not paper.abstract:
        yield "title only"
    if paper.retraction:
        yield labelled(paper.retraction)


def show_added(screen: Screen, report: AddReport, *, explain: bool = False) -> None:
    """Write what an ``add`` did, every rejection and failed file included, merges if wanted."""
    names = ("read", "new", "updated", "unchanged", "merged", "rejected")
    screen.write(", ".join(f"{getattr(report, name):,} {name}" for name in names))
    if explain:
        show_merges(screen, report.merges)
    for rejection in report.rejections:
        source = rejection.source
        screen.write(f"{source.file}, record {source.position}: {rejection.reason}", first="  - ")
    for error in report.errors:
        screen.write(f"not read: {error.reason}", first="  ! ")
    if report.dry:
        screen.write("Nothing was written; this is what 'attest add' would do.")
        return
    size = f"{counted(report.papers, 'paper')} in {counted(report.passages, 'passage')}"
    screen.write(f"The library holds {size}. ({report.seconds:.1f} s)")
    if report.batch:
        screen.write(Run(f"Undo with: attest remove --batch {report.batch}", "dim"))


def show_merges(screen: Screen, merges: Iterable[MergeReport]) -> None:
    """Write by paper which records joined it, and what they share with it."""
    shown = ""
    for merge in merges:
        if merge.paper_id != shown:
            screen.write(merge.paper_id)
        shown = merge.paper_id
        place = f"{merge.source.file}:{merge.source.position}"
        screen.write(f"{place} joined by {merge.reason}", first="  + ")


def show_status(
    screen: Screen, status: Status, place: str, *, reachable: bool | None = None
) -> None:
    """Write how a library stands; whether its server answers, where it has one."""
    writer = "nobody"
    if status.writer:
        holder = status.writer
        writer = f"process {holder.pid} on {holder.host} since {holder.started}: {holder.command}"
    show_fields(
        screen,
        [
            ("library", place),
            ("papers", f"{status.papers:,}"),
            ("passages", f"{status.passages:,}"),
            ("content", status.fingerprint),
            ("version", status.version),
            ("store", _store(status, reachable)),
            ("left at", ", ".join(map(_left, status.left))),
            ("model", status.model),
            ("tuned", _tuned(status.tuned)),
            ("writer", writer),
        ],
    )


def _store(status: Status, reachable: bool | None) -> str:
    answers = {True: " (answers)", False: " (does not answer)", None: ""}[reachable]
    elsewhere = "" if status.published == status.store else f"; this version: {status.published}"
    return f"{status.store}{answers}{elsewhere}"


def _tuned(about: About | None) -> str:
    if about is None:
        return ""
    before, after = about.before.reciprocal, about.after.reciprocal
    return f"{about.made[:10]} on {about.papers:,} papers (reciprocal rank {before} to {after})"


def _left(url: str) -> str:
    return f"{url} (attest --store {url} compact deletes it)"


def show_fields(screen: Screen, fields: Iterable[tuple[str, str]]) -> None:
    """Write names and values in two columns; what has no value is left out."""
    shown = [(name, value) for name, value in fields if value]
    width = max((len(name) for name, _ in shown), default=0) + 2
    for name, value in shown:
        screen.field(name, value, width=width)
