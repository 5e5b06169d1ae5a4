"""What an ``add`` did and how a library stands."""

from rag.schema import Noun, Rejection
from rag.store.lock import Holder


class FileError(Noun):
    """A file that could not be read to its end."""

    file: str
    reason: str


class FileReport(Noun):
    """What a file gave."""

    file: str
    read: int
    rejected: int


class AddReport(Noun):
    """The outcome of an ``add``."""

    files: tuple[FileReport, ...]
    errors: tuple[FileError, ...]
    """Files that could not be read; the others were taken."""
    rejections: tuple[Rejection, ...]
    read: int = 0
    """Records taken: ``new + updated + unchanged + merged``."""
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0
    embedded: int = 0
    """Passages whose text had no vector yet."""
    batch: str | None = None
    """Name under which this ``add`` can be removed again; None where it changed nothing."""
    papers: int = 0
    """In the library afterwards."""
    passages: int = 0
    fingerprint: str = ""
    seconds: float = 0.0


class Status(Noun):
    """How a library stands."""

    papers: int
    passages: int
    fingerprint: str
    version: str
    """Name of the published version."""
    store: str = "embedded"
    model: str
    writer: Holder | None = None
    """Who is writing now."""
