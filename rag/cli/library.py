"""Commands that change the library, and its papers with it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.failures import FAILED
from rag.cli.options import Json
from rag.cli.session import Session, put, session
from rag.terminal.plain import counted

if TYPE_CHECKING:
    from rag.schema import Paper
    from rag.store.snapshot import Snapshot


def add(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(help="Files or folders, or 'zotero:'.", metavar="PATH...")
    ],
    explain: Annotated[
        bool, typer.Option("--explain", help="List which records were merged, and why.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would happen; write nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Read papers into the library.

    Reads exports of reference managers, databases and archives (BibTeX, RIS, PubMed, arXiv, CSV and
    many more), saved pages, gzip, zip, folders and '-' for stdin, each by its content. What
    is there already stays as it is, so the same files can be added again and again.
    'zotero:' is the Zotero that runs on this machine, 'zotero:groups/42' or
    'zotero:collections/KEY' a part of it.
    """
    here = session(context)
    with here.narration() as narration:
        library = here.library()
        report = library.preview(paths) if dry_run else library.add(paths, progress=narration)
    for table in report.tables:
        columns = ", ".join(f"{field} = {name}" for field, name in table.columns.items())
        here.aside(f"{table.file}: columns read as {columns}")
    if json:
        from rag.contract import added

        put(added(report, explain=explain))
    else:
        from rag.terminal.papers import show_added

        show_added(here.screen(), report, explain=explain)
    if report.errors:
        raise typer.Exit(FAILED)


def remove(
    context: typer.Context,
    paper_ids: Annotated[
        list[str] | None, typer.Argument(help="Papers by id.", metavar="PAPER_ID...")
    ] = None,
    file: Annotated[
        str | None, typer.Option(help="What came from this file, and from nowhere else.")
    ] = None,
    batch: Annotated[str | None, typer.Option(help="What came in with this 'add'.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only tell what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Delete papers and the answers that show them.

    Every byte goes, from the library, the history of answers and the saved cases.
    """
    from rag.errors import StoreUnavailable, UsageError
    from rag.forgetting import forget
    from rag.store.tables import EMBEDDED

    here = session(context)
    if not paper_ids and file is None and batch is None:
        raise UsageError("name papers, a --file or a --batch to remove")
    library = here.library()
    with library.snapshot() as snapshot:
        going = _going(snapshot, paper_ids or [], file=file, batch=batch)
    if dry_run or not (yes or not going or _agreed(len(going))):
        _tell(here, going, removed=None, json=json)
        return
    try:
        with here.narration() as narration:
            removed = library.remove(paper_ids or [], file=file, batch=batch, progress=narration)
    except StoreUnavailable:
        # Perhaps only the server could not be told, and here the papers are gone.
        forget(library)
        raise
    forget(library)
    if library.status().store != EMBEDDED:
        here.aside("The server's own files may keep what it deleted until 'chroma vacuum' is run.")
    _tell(here, going, removed=removed, json=json)


def split(
    context: typer.Context,
    paper_id: Annotated[str, typer.Argument(help="The paper's id.", metavar="PAPER_ID")],
    places: Annotated[
        list[str] | None,
        typer.Argument(
            help="Its records that go: FILE, or FILE:N for record N of it.", metavar="SOURCE..."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Take records out of a paper that are another.

    They become a paper of their own and are never merged with the others again, whatever is added.
    'attest show' lists the records of a paper, 'attest add --explain' why they were merged.
    """
    here = session(context)
    with here.narration() as narration:
        report = here.library().split(paper_id, places or [], progress=narration)
    if json:
        from rag.contract import parted

        put(parted(report))
        return
    _tell_made(here, report.kept, report.gone)


def merge(
    context: typer.Context,
    paper_ids: Annotated[
        list[str] | None,
        typer.Argument(help="The paper that stays, then the others.", metavar="PAPER_ID..."),
    ] = None,
    json: Json = False,
) -> None:
    """Make one paper of several that are one work.

    Such as a preprint and its article under another title and DOI; they stay one in any later
    'attest add'. The paper is found by every id; 'attest split' takes it apart again, as this
    takes back a split.
    """
    here = session(context)
    with here.narration() as narration:
        report = here.library().merge(paper_ids or [], progress=narration)
    if json:
        from rag.contract import joined

        put(joined(report))
        return
    _tell_made(here, report.paper)


def rebuild(
    context: typer.Context,
    remake: Annotated[
        bool, typer.Option(help="Split and embed every paper again, with the present model.")
    ] = False,
) -> None:
    """Build all indexes afresh from the stored papers."""
    here = session(context)
    with here.narration() as narration:
        fingerprint = here.library().rebuild(remake=remake, progress=narration)
    here.screen().write(f"Rebuilt; the content is {fingerprint}.")


def compact(context: typer.Context, json: Json = False) -> None:
    """Give back the room of what is gone.

    Of removed papers, of vectors that nothing uses and of work that was interrupted.
    """
    here = session(context)
    done = here.library().compact()
    if json:
        put(done.model_dump(mode="json"))
        return
    here.screen().write(
        f"{done.before:,} bytes before, {done.after:,} after; the content is {done.fingerprint}."
    )


def _going(
    snapshot: "Snapshot", ids: list[str], *, file: str | None, batch: str | None
) -> list[str]:
    """Return the ids of the papers that a removal takes away.

    Raises:
        PaperNotFound: One of the ids is unknown.
    """
    going = {snapshot.paper(each).id: None for each in ids}
    if file is not None or batch is not None:
        for paper in snapshot.iter_papers():
            left = [each for each in paper.sources if each.file != file and each.batch != batch]
            if not left:
                going[paper.id] = None
    return list(going)


def _tell_made(here: Session, *papers: "Paper") -> None:
    screen = here.screen()
    for paper in papers:
        records = counted(len(paper.sources), "record")
        screen.write(f"{paper.id}  {paper.title} ({records})")


def _agreed(count: int) -> bool:
    """Ask, where there is somebody to ask."""
    if not sys.stdin.isatty():
        return True
    return typer.confirm(f"Remove {counted(count, 'paper')} for good?", err=True)


def _tell(here: Session, going: list[str], *, removed: int | None, json: bool) -> None:
    if json:
        put({"papers": going, "removed": removed or 0})
        return
    screen = here.screen()
    for each in going:
        screen.write(each, first="  - ")
    if removed is None:
        screen.write(f"Nothing was removed; {counted(len(going), 'paper')} would go.")
    else:
        screen.write(f"Removed {counted(removed, 'paper')}.")


COMMANDS = (add, remove, split, merge, rebuild, compact)
