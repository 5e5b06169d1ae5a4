"""The language model that a setting names."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rag.adapters.place import Place, place

if TYPE_CHECKING:
    from rag.answering.model import LanguageModel


def open_model(spec: str) -> "LanguageModel | None":
    """Return the language model that a setting names, None for ``extractive``.

    Nothing is loaded or contacted before it writes.

    Raises:
        UsageError: The setting names nothing, or there is no key.
        ModelUnavailable: The extra that it needs is not installed.
    """
    found = place(spec)
    if found is None:
        return None
    if found.kind == "hf":
        from rag.adapters.hf import LocalModel

        return LocalModel(found.model)
    from rag.adapters import connectors

    open_as: dict[str, Callable[[Place], LanguageModel]] = {
        "openai": connectors.openai,
        "server": connectors.server,
        "anthropic": connectors.anthropic,
        "google": connectors.google,
        "ollama": connectors.ollama,
    }
    return open_as[found.kind](found)
