"""The command about size: ``scaling``."""

from collections.abc import Callable

COMMANDS: dict[str, Callable[..., None]] = {}
