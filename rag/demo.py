"""A walk through Attest on the bundled sample: an answer, a follow-up, a refusal."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple

from platformdirs import user_cache_path

from rag.build import open_assistant, open_library
from rag.errors import LibraryDamaged, LibraryMismatch
from rag.schema import Answer, Turn
from rag.settings import Settings

Progress = Callable[[str, int, int], None]

QUESTION = "Which dataset tests whether a reader can hold back when a paragraph has no answer?"
FOLLOW_UP = "How many questions in it cannot be answered?"
UNANSWERED = "How many GPU hours did it take to pre-train ELECTRA-Large?"


class Step(NamedTuple):
    """One question of the walk."""

    about: str
    """What it shows."""
    options: str
    """What the command line would have beside the question."""
    answer: Answer


def prepare(settings: Settings, *, progress: Progress) -> Settings:
    """Build the sample library, or find it built; return settings that name it.

    Raises:
        LibraryError: It cannot be written.
        ModelUnavailable: The embedder cannot be made.
    """
    there = {"library": _writable(demo_folder(settings.embedder)), "store": "embedded"}
    own = settings.model_copy(update=there)
    with as_file(files("rag") / "sample" / "papers.jsonl") as sample:
        try:
            open_library(own).add([sample], progress=progress)
        except (LibraryMismatch, LibraryDamaged):
            # An earlier release made it; the sample makes it again.
            shutil.rmtree(own.library)
            open_library(own).add([sample], progress=progress)
    return own


def walk(settings: Settings) -> Iterator[Step]:
    """Ask the three questions, one after the other."""
    assistant = open_assistant(settings)
    first = assistant.ask(QUESTION)
    yield Step("A question, answered in the words of the papers:", "", first)
    history = (Turn(question=QUESTION, answer=first.text),)
    second = assistant.ask(FOLLOW_UP, history=history)
    yield Step("A follow-up, which says 'it':", "-c ", second)
    third = assistant.ask(UNANSWERED)
    yield Step("A question that no abstract answers, though one comes near:", "", third)


def demo_folder(embedder: str) -> Path:
    """Return where the sample library lies; one for each embedder."""
    name = hashlib.sha256(embedder.encode()).hexdigest()[:8]
    return user_cache_path("attest") / f"demo-{name}"


def _writable(folder: Path) -> Path:
    """Return the folder, or a temporary one where it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="attest-demo-"))
    return folder if os.access(folder, os.W_OK) else Path(tempfile.mkdtemp(prefix="attest-demo-"))
