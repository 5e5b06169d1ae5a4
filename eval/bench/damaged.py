"""What a library says of itself, in a process of its own, which a damage might end.

Run by `eval.bench.damage`: ``look DIR``, ``rebuild DIR`` or ``restore DIR BACKUP``, all of which
print a JSON object: ``served`` is a hash of all that readers are shown; ``opening`` and
``verifying`` are the errors met.
"""

import hashlib
import json
import sys
from pathlib import Path

from rag.backups import restore
from rag.embedding import open_embedder
from rag.errors import LibraryError
from rag.library import Library

_QUESTIONS = ("rivers and sensors", "a survey of bees", "galaxies at low cost")


def looked(library: Library) -> dict[str, str]:
    """Open, read, search and verify a library."""
    told: dict[str, str] = {}
    try:
        told["served"] = served(library)
    except LibraryError as error:
        return {"opening": str(error)}
    try:
        library.verify()
    except LibraryError as error:
        told["verifying"] = str(error)
    return told


def served(library: Library) -> str:
    """Return a hash of every paper and sentence, and of what some questions find."""
    shown = hashlib.sha256()
    embedder = open_embedder("hash")
    with library.open() as view:
        shown.update(view.fingerprint.encode())
        for paper in view.snapshot.iter_papers():
            shown.update(paper.model_dump_json().encode())
            for sentences in view.snapshot.sentences([paper.id]).values():
                shown.update("".join(each.model_dump_json() for each in sentences).encode())
        for question in _QUESTIONS:
            near = view.vectors.search(embedder.embed_query(question), 20)
            shown.update(json.dumps([near, view.lexical.search(question, 20)]).encode())
    return shown.hexdigest()


def done(task: str, library: Library, *backup: Path) -> dict[str, str]:
    """Do a task and look at the library then."""
    if task == "rebuild":
        library.rebuild()
    elif task == "restore":
        restore(backup[0], library.directory)
    return looked(library)


def main() -> None:
    """Do what the command line asks for."""
    task, folder, *backup = sys.argv[1:]
    library = Library(folder, lambda: open_embedder("hash"))
    print(json.dumps(done(task, library, *map(Path, backup))))


if __name__ == "__main__":
    main()
