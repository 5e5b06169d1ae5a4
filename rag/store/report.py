"""What an ``add`` did and how a library stands."""

from pathlib import Path
from typing import TypedDict

from rag.schema import Noun, Paper, Rejection, Source
from rag.store.lock import Holder, Lock
from rag.store.snapshot import Snapshot
from rag.store.tables import EMBEDDED, LEFT, STORE
from rag.store.tuned import About, Kept


class FileError(Noun):
    """A file that could not be read to its end."""

    file: str
    reason: str


class FileReport(Noun):
    """What a file gave."""

    file: str
    read: int
    rejected: int


class TableReport(Noun):
    """A table whose columns are no known export's, and what they were taken for."""

    file: str
    columns: dict[str, str]
    """Names of columns by field."""


class MergeReport(Noun):
    """A record that joined others in one paper."""

    paper_id: str
    source: Source
    reason: str
    """What they share, such as ``DOI 10.1000/x``."""


class Counted(TypedDict):
    """What every report ends with."""

    papers: int
    fingerprint: str


class SplitReport(Noun):
    """Two papers that were one."""

    kept: Paper
    """Under the id of the one."""
    gone: Paper
    papers: int
    """In the library afterwards."""
    fingerprint: str = ""


class JoinReport(Noun):
    """One paper that was several."""

    paper: Paper
    retired: tuple[str, ...]
    """Ids of the others, under which it is found from now on."""
    papers: int
    """In the library afterwards."""
    fingerprint: str = ""


class AddReport(Noun):
    """The outcome of an ``add``."""

    files: tuple[FileReport, ...]
    errors: tuple[FileError, ...]
    """Files that could not be read; the others were taken."""
    rejections: tuple[Rejection, ...]
    merges: tuple[MergeReport, ...] = ()
    tables: tuple[TableReport, ...] = ()
    read: int = 0
    """Records taken: ``new + updated + unchanged + merged``."""
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0
    embedded: int = 0
    """Passages whose text had no vector yet."""
    dry: bool = False
    """Whether nothing was written: what is told would happen."""
    batch: str | None = None
    """Name under which this ``add`` can be removed again; None where it changed nothing."""
    papers: int = 0
    """In the library afterwards."""
    passages: int = 0
    fingerprint: str = ""
    seconds: float = 0.0


class Compacted(Noun):
    """The bytes of a library's folder before and after."""

    before: int
    after: int
    fingerprint: str


class Status(Noun):
    """How a library stands."""

    papers: int
    passages: int
    fingerprint: str
    version: str
    """Name of the published version."""
    store: str = "embedded"
    """Address of the server that the settings name, or ``embedded``."""
    published: str = "embedded"
    """Address of the server that holds this version's collection, or ``embedded``."""
    left: tuple[str, ...] = ()
    """Addresses of servers that the library moved away from, which may hold collections."""
    model: str
    writer: Holder | None = None
    """Who is writing now."""
    tuned: About | None = None
    """What the library has learned of itself, where questions are turned by it."""


def status_of(directory: Path, lock: Path, snapshot: Snapshot, url: str | None) -> Status:
    """Return how a library stands.

    Args:
        directory: Its folder.
        lock: The file that its writer holds.
        snapshot: Of its catalogue.
        url: Of the server that the settings name, or None.

    Raises:
        LibraryDamaged: Its tuning is not what was written.
    """
    counts, meta = snapshot.counts(), snapshot.meta
    tuning = Kept(directory).fitting(meta.get("model", ""))
    return Status(
        papers=counts["papers"],
        passages=counts["passages"],
        fingerprint=meta.get("fingerprint", ""),
        version=meta.get("version", ""),
        store=url or EMBEDDED,
        published=meta.get(STORE, EMBEDDED),
        left=tuple(meta.get(LEFT, "").split()),
        model=meta.get("model", ""),
        writer=Lock(lock).holder(),
        tuned=tuning.about if tuning else None,
    )
