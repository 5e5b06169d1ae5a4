"""What every command shares: settings, library, the two streams."""

import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.cli.narration import Narration
    from rag.contract import Json
    from rag.conversations import Conversations
    from rag.library import Library
    from rag.settings import Settings
    from rag.terminal.screen import Screen


@dataclass(frozen=True)
class Session:
    """One run of the command line."""

    flags: dict[str, object] = field(default_factory=dict[str, object])
    """Settings given as options, by field."""
    quiet: bool = False

    def settings(self, **flags: object) -> "Settings":
        """Return the settings in force; ``flags`` of the command win.

        Raises:
            UsageError: One of them is wrong; names it.
        """
        from pydantic import ValidationError

        from rag.settings import Settings

        given: dict[str, Any] = {**self.flags, **flags}
        try:
            return Settings(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(map(str, first["loc"]))
            # What is no setting may be a key that somebody put where none belongs, and an
            # address may hold a password.
            known = first["type"] != "extra_forbidden" and name != "store"
            got = f" (got {first['input']!r})" if known else ""
            said = first["msg"].removeprefix("Value error, ")
            raise UsageError(
                f"setting {name!r}: {said}{got}; see 'attest config' and 'attest where'"
            ) from (error if known else None)
        except tomllib.TOMLDecodeError as error:
            raise UsageError(
                f"a settings file is not TOML ({error}); see 'attest where'"
            ) from error

    def library(self) -> "Library":
        """Return the library of the settings."""
        from rag.build import open_library

        return open_library(self.settings())

    def conversations(self) -> "Conversations":
        """Return the conversations about the library."""
        from rag.conversations import Conversations

        return Conversations(Path(self.settings().library))

    def screen(self) -> "Screen":
        """Return the screen for results."""
        from rag.terminal.screen import Screen

        return Screen(sys.stdout)

    def aside(self, text: str, *, apart: bool = False) -> None:
        """Say something on stderr, after an empty line if ``apart``, unless quiet is wanted."""
        if self.quiet:
            return
        from rag.terminal.layout import Run
        from rag.terminal.screen import Screen

        screen = Screen(sys.stderr)
        if apart:
            screen.gap()
        screen.write(Run(text, "dim"))

    def narration(self) -> "Narration":
        """Return what tells the progress of long work on stderr."""
        from rag.cli.narration import Narration

        return Narration(sys.stderr, quiet=self.quiet)


def session(context: typer.Context) -> Session:
    """Return the session of a command."""
    found = context.find_object(Session)
    return Session() if found is None else found


def put(content: "Json") -> None:
    """Write an object as one line of JSON to stdout."""
    from rag.contract import line

    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    sys.stdout.write(line(content, ascii_only=encoding != "utf8") + "\n")
