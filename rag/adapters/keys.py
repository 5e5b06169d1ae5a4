"""Where keys of hosted models come from: the environment, or the system's keyring; never a file."""

import os
from importlib import import_module

from rag.errors import UsageError

VARIABLES = {
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "google": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "server": ("ATTEST_LLM_KEY",),
    "ollama": ("OLLAMA_API_KEY",),
}
"""Environment variables of each kind of model, the first that is set wins."""
STORE = "ATTEST_STORE_TOKEN"
"""Environment variable of the token for a Chroma server."""
SERVICE = "attest"
"""Name of the service under which a keyring keeps the keys; the user name is the kind."""


def key(kind: str) -> str | None:
    """Return the key of a kind of model, if there is one.

    Raises:
        UsageError: It holds characters that no header takes.
    """
    for name in VARIABLES[kind]:
        found = os.environ.get(name, "").strip()
        if found:
            return _sendable(found, name)
    kept = _kept(kind)
    return _sendable(kept, "the keyring") if kept else None


def needed(kind: str) -> str:
    """Return the key of a kind of model that does not work without.

    Raises:
        UsageError: There is none; says where to put it.
    """
    found = key(kind)
    if found is None:
        raise UsageError(
            f"no key for {kind}: set {' or '.join(VARIABLES[kind])}, or keep it with"
            f" 'keyring set {SERVICE} {kind}'"
        )
    return found


def store_token() -> str | None:
    """Return the token of the store's server, which stands in the environment alone.

    Raises:
        UsageError: It holds characters that no header takes.
    """
    found = os.environ.get(STORE, "").strip()
    return _sendable(found, STORE) if found else None


def _sendable(value: str, place: str) -> str:
    if not (value.isascii() and value.isprintable()) or " " in value:
        # The value is not repeated.
        raise UsageError(f"the key in {place} holds characters that no header takes: check it")
    return value


def _kept(kind: str) -> str | None:
    """Ask the system's keyring, where the package for it is installed."""
    try:
        module = import_module("keyring")
        errors = import_module("keyring.errors")
    except ImportError:
        return None
    try:
        found: object = module.get_password(SERVICE, kind)
    except errors.KeyringError:
        return None
    return found if isinstance(found, str) else None
