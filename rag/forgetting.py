"""What is kept beside a library goes with its papers."""

from pathlib import Path

from rag.cases import Cases
from rag.conversations import Conversations
from rag.library import Library


def forget(library: Library) -> None:
    """Delete the answers and cases that show a paper which the library no longer holds.

    Raises:
        LibraryError: The answers cannot be read or written.
        UsageError: The cases cannot.
    """
    directory = Path(library.directory)
    with library.snapshot() as snapshot:
        for kept in (Conversations(directory), Cases(directory)):
            kept.forget(lambda ids: set(snapshot.papers(ids)))
