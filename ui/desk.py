"""What the handlers of all sessions share: libraries, assistants, brakes, growing answers."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from rag.answering.brake import Brake
from rag.assistant import Assistant
from rag.build import open_assistant, open_library
from rag.cases import Cases
from rag.conversations import Conversations
from rag.errors import LibraryMissing, UsageError
from rag.examples import examples
from rag.hosts import contacts
from rag.library import Library
from rag.roster import roster
from rag.schema import Answer
from rag.settings import Settings
from rag.store.listing import Facets
from ui.shelf import Shelf

_HELD = 256
"""Growing answers kept for a click on a number before the answer is stored."""
_EMPTY = Facets((), (), ())


class Desk:
    """The parts by library and model, each made once; safe to share among threads."""

    def __init__(self, settings: Settings) -> None:
        self.shelf = Shelf(settings)
        self.settings = settings
        self._lock = Lock()
        self._models: tuple[str, ...] = ()
        self._libraries: dict[str, Library] = {}
        self._assistants: dict[tuple[str, str], Assistant] = {}
        self._examples: dict[str, tuple[str, ...]] = {}
        self._brakes: dict[str, Brake] = {}
        self._growing: OrderedDict[str, tuple[str, Answer]] = OrderedDict()

    def library(self, name: str) -> Library:
        """Return a library by its name."""
        settings = self.shelf.settings(name)
        with self._lock:
            return self._libraries.setdefault(name, open_library(settings))

    def assistant(self, name: str, llm: str) -> Assistant:
        """Return what answers from a library with a model.

        Raises:
            UsageError: The model is none of `models`.
        """
        if llm not in self._models and llm not in self.models():
            raise UsageError(f"no model {llm!r} here; choose one of the list")
        settings = self.shelf.settings(name, llm=llm)
        with self._lock:
            if (name, llm) not in self._assistants:
                self._assistants[name, llm] = open_assistant(settings)
            return self._assistants[name, llm]

    def conversations(self, name: str) -> Conversations:
        """Return the conversations about a library."""
        return Conversations(self.shelf.settings(name).library)

    def cases(self, name: str) -> Cases:
        """Return the cases that were saved from a library's answers."""
        return Cases(Path(self.shelf.settings(name).library))

    def papers(self, name: str) -> int:
        """Return how many papers a library holds; 0 where it is not there yet."""
        try:
            with self.library(name).snapshot() as snapshot:
                return snapshot.counts()["papers"]
        except LibraryMissing:
            return 0

    def facets(self, name: str) -> Facets:
        """Return what can be filtered by."""
        try:
            with self.library(name).snapshot() as snapshot:
                return snapshot.facets()
        except LibraryMissing:
            return _EMPTY

    def examples(self, name: str) -> tuple[str, ...]:
        """Return questions from the library's own content; made once a version."""
        if not self.papers(name):
            return ()
        assistant = self.assistant(name, "extractive")
        with self.library(name).snapshot() as snapshot:
            key = snapshot.fingerprint
            if key not in self._examples:
                self._examples[key] = examples(assistant, snapshot)
            return self._examples[key]

    def models(self) -> tuple[str, ...]:
        """Return the models that could answer now: none, the chosen one, those served here."""
        ready = [each.spec for each in roster(self.settings) if each.ready or each.chosen]
        named = [spec for spec in ready if not spec.endswith((":MODEL", ":FOLDER-OR-ID", "@URL"))]
        # Kept, so that no question waits for the servers of this machine to be asked again.
        self._models = tuple(dict.fromkeys([self.settings.llm, "extractive", *named]))
        return self._models

    def hosts(self, llm: str) -> tuple[str, ...]:
        """Return the hosts off this machine that would be sent texts."""
        settings = self.settings.model_copy(update={"llm": llm})
        return tuple(dict.fromkeys(each.host for each in contacts(settings) if not each.local))

    def brake(self, session: str) -> Brake:
        """Return a new brake for what a session asks now; what it asked before is ended."""
        self.stop(session)
        brake = Brake(self.settings.deadline)
        with self._lock:
            self._brakes[session] = brake
        return brake

    def stop(self, session: str) -> None:
        """End what a session asks."""
        with self._lock:
            brake = self._brakes.pop(session, None)
        if brake is not None:
            brake.press()

    def hold(self, answer: Answer, *, owner: str) -> None:
        """Keep a growing answer in memory, so that its numbers can be opened already."""
        with self._lock:
            self._growing[answer.id] = (owner, answer)
            self._growing.move_to_end(answer.id)
            while len(self._growing) > _HELD:
                self._growing.popitem(last=False)

    def answer(self, library: str, name: str, *, owner: str) -> Answer | None:
        """Return an answer of a person, stored or growing."""
        kept = self.conversations(library).mine(name, owner=owner)
        if kept is not None:
            return kept.answer
        with self._lock:
            holder, answer = self._growing.get(name, ("", None))
        return answer if holder == owner else None
