"""Libraries without Chroma, for tests that do not read it: chromadb takes a second to load."""

from collections.abc import Callable
from pathlib import Path

from rag.embedding import Embedder, open_embedder
from rag.library import Library
from rag.store.chroma import Job

SAMPLE = Path(__file__).parents[2] / "rag" / "sample"


class NoChroma:
    """Builds no collection."""

    apart = False

    def __enter__(self) -> "NoChroma":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        pass

    def start(self, job: Job) -> None:
        (Path(job["folder"]) / "chroma").mkdir(exist_ok=True)

    def wait(self, progress: Callable[[int], None]) -> list[int]:
        progress(1)
        return []

    def made(self) -> None:
        pass

    def settle(self, version: str, *, gone: bool) -> None:
        pass


def library_of(folder: Path, *papers: Path, embedder: str | Embedder = "hash") -> Library:
    """Return a library of some files' papers, by an embedder's spec or itself."""
    made = open_embedder(embedder) if isinstance(embedder, str) else embedder
    library = Library(folder, lambda: made, collector=NoChroma)
    if papers:
        library.add(papers)
    return library
