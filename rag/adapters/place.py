"""Where the model that a setting names runs, and whether texts leave this machine for it."""

import os
import re
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from rag.errors import UsageError

SPECS = (
    "extractive, openai:MODEL, anthropic:MODEL, google:MODEL, ollama:MODEL, "
    "server:MODEL@URL or hf:FOLDER-OR-ID"
)
HOSTED = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "google": "https://generativelanguage.googleapis.com",
}
"""Address of each hosted kind; ``ATTEST_OPENAI_URL`` and the like stand for a gateway."""
OLLAMA = "http://127.0.0.1:11434"
_SERVER = re.compile(r"(?P<model>.+)@(?P<url>https?://.*)", re.DOTALL)


class Place(NamedTuple):
    """A model and where it runs."""

    kind: str
    model: str
    url: str | None = None
    """Base address; None where it runs in this process."""

    @property
    def spec(self) -> str:
        """Return the setting that names it."""
        at = f"@{self.url}" if self.kind == "server" else ""
        return f"{self.kind}:{self.model}{at}"

    @property
    def host(self) -> str | None:
        """Return host and port that texts are sent to."""
        return urlsplit(self.url).netloc if self.url else None

    @property
    def local(self) -> bool:
        """Tell whether texts stay on this machine."""
        return self.url is None or is_loopback(urlsplit(self.url).hostname or "")


def is_loopback(host: str) -> bool:
    """Tell whether a host name is this machine's own by its form alone; nothing is looked up."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def place(spec: str) -> Place | None:
    """Return what a setting names; None for ``extractive``, which needs no model.

    ===================  ==================================================================
    ``extractive``       the papers' own sentences; no model (default)
    ``openai:MODEL``     api.openai.com, key in ``OPENAI_API_KEY``
    ``anthropic:MODEL``  api.anthropic.com, key in ``ANTHROPIC_API_KEY``
    ``google:MODEL``     Gemini, key in ``GEMINI_API_KEY`` or ``GOOGLE_API_KEY``
    ``ollama:MODEL``     Ollama on this machine, or at ``OLLAMA_HOST``
    ``server:MODEL@URL`` any OpenAI-compatible server (vLLM, llama.cpp, LM Studio, TGI); key, if
                         it wants one, in ``ATTEST_LLM_KEY``
    ``hf:FOLDER-OR-ID``  transformers in this process (extra ``local``)
    ===================  ==================================================================

    Raises:
        UsageError: It names nothing, or an address that cannot be used.
    """
    kind, _, rest = spec.partition(":")
    if spec == "extractive":
        return None
    if kind == "hf" and rest:
        return Place(kind, rest)
    if kind in HOSTED and rest:
        own = os.environ.get(f"ATTEST_{kind.upper()}_URL", "").strip()
        return Place(kind, rest, _address(own or HOSTED[kind]))
    if kind == "ollama" and rest:
        return Place(kind, rest, _address(_ollama()))
    if kind == "server":
        found = _SERVER.fullmatch(rest)
        if found is None:
            # Not repeated: what is no address may hold a password.
            raise UsageError("a model on a server is server:MODEL@URL with an http(s) address")
        return Place(kind, found["model"], _address(found["url"]))
    raise UsageError(f"no language model is called {spec!r}: use {SPECS}")


def _ollama() -> str:
    """Return Ollama's address: ``OLLAMA_HOST`` may be a host, with or without port or scheme."""
    own = os.environ.get("OLLAMA_HOST", "").strip()
    if not own:
        return OLLAMA
    address = own if "://" in own else f"http://{own}"
    parts = urlsplit(address)
    if parts.hostname in {"0.0.0.0", "::"}:
        return OLLAMA if parts.port is None else f"http://127.0.0.1:{parts.port}"
    return address if parts.port or parts.scheme == "https" else f"{address}:11434"


def _address(url: str) -> str:
    """Return a base address without a slash at its end.

    Raises:
        UsageError: No host can be told from it, or it holds a secret.
    """
    try:
        parts = urlsplit(url)
        plain = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        parts, plain = urlsplit(""), False
    if not plain or parts.query or parts.fragment or parts.username or parts.password:
        # Not repeated: it may hold a password.
        raise UsageError(
            "a model's address must be http(s)://HOST[:PORT]/PATH, without name, password or"
            " query: keys belong into the environment"
        )
    return url.rstrip("/").removesuffix("/chat/completions")
