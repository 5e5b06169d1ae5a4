"""The libraries that a page can open: the one of the settings and those that lie beside it."""

import re
from pathlib import Path

from rag.errors import UsageError
from rag.library import CATALOGUE
from rag.settings import Settings

_NAME = re.compile(r"[^\W_][\w .-]{0,59}")


class Shelf:
    """Libraries by the names of their folders; nothing outside their common parent is reached."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.first = settings.library.absolute().name
        """The library of the settings."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names, that of the settings first."""
        try:
            beside = sorted(p.parent.name for p in self._parent.glob(f"*/{CATALOGUE}"))
        except OSError:
            beside = []
        return tuple(dict.fromkeys([self.first, *filter(_NAME.fullmatch, beside)]))

    def holds(self, name: str) -> bool:
        """Tell whether there is a library of this name, without listing the others."""
        beside = _NAME.fullmatch(name) and (self._parent / name / CATALOGUE).is_file()
        return name == self.first or bool(beside)

    def settings(self, name: str, *, llm: str | None = None) -> Settings:
        """Return the settings of a library.

        Raises:
            UsageError: There is none of this name.
        """
        if not self.holds(name):
            raise UsageError(f"no library {name!r} here; choose one of the list")
        changed: dict[str, object] = {"library": self._parent / name}
        if llm is not None:
            changed["llm"] = llm
        return self._settings.model_copy(update=changed)

    def make(self, name: str) -> str:
        """Make room for a new library and return its name.

        Raises:
            UsageError: The name is none, or is taken.
        """
        wanted = " ".join(name.split())
        if not _NAME.fullmatch(wanted) or wanted.endswith("."):
            raise UsageError(
                "name a library with letters, digits, blanks, dots and dashes, 60 at most"
            )
        folder = self._parent / wanted
        if self.holds(wanted) or folder.exists():
            raise UsageError(f"{wanted} is there already; choose another name")
        from rag.store.catalogue import Catalogue

        folder.mkdir(parents=True)
        Catalogue(folder / CATALOGUE).close()
        return wanted

    @property
    def _parent(self) -> Path:
        return self._settings.library.absolute().parent
