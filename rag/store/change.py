"""A change of the catalogue and the version that is published with it, in one commit."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path

from rag.errors import LibraryDamaged
from rag.store.catalogue import Catalogue
from rag.store.child import Collector
from rag.store.faults import reached
from rag.store.ingest import Progress
from rag.store.manifest import Manifest
from rag.store.publishing import VERSIONS, Base, Publisher, clear
from rag.store.storing import Text


class Change:
    """What is done to the catalogue before a version is built from it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.stale = False
        """Whether a passage of the last version is gone or reads differently."""

    def store(self, texts: Iterable[Text], model: str) -> None:
        """Store new and changed papers."""
        for text in texts:
            self.stale |= self._catalogue.upsert(text, model)


@contextmanager
def publishing(
    directory: Path,
    catalogue: Catalogue,
    settings: Mapping[str, str],
    *,
    collector: Collector,
    progress: Progress,
) -> Generator[Change]:
    """Commit what happens inside together with the version built from it, or nothing.

    Args:
        directory: Of the library.
        catalogue: Open for writing.
        settings: What the version is made with.
        collector: Builds its collection.
        progress: Told stage, done and total.
    """
    before = catalogue.meta()
    generation = int(before.get("generation", "0")) + 1
    change = Change(catalogue)
    try:
        with catalogue.transaction():
            reached("transaction-open")
            yield change
            catalogue.drop_unreferenced()
            published = Publisher(directory, settings, progress=progress).publish(
                catalogue,
                collector,
                generation=generation,
                base=None if change.stale else base_of(directory, before),
            )
            catalogue.set_meta({**settings, **published.pointer(generation, before)})
            reached("before-commit")
        reached("after-commit")
    finally:
        clear(directory, keep=catalogue.meta().get("version"))
    reached("old-removed")
    # What was added is published, whether or not the log can be emptied; what was removed
    # is gone only when it was.
    if change.stale:
        catalogue.tidy(shrink=True)
    collector.settle(published.name, gone=change.stale)


def base_of(directory: Path, meta: Mapping[str, str]) -> Base | None:
    """Return the published version if a new one may be added to its collection."""
    if "version" not in meta:
        return None
    folder = directory / VERSIONS / meta["version"]
    try:
        return Base(folder, Manifest.read(folder, meta["manifest"]))
    except LibraryDamaged:
        return None
