"""Which language models could be used from here: what is installed, has a key, and answers."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from typing import NamedTuple
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from rag.adapters.keys import VARIABLES, key
from rag.adapters.place import HOSTED, Place, place
from rag.answering.extractive import NAME
from rag.settings import Settings

_PATIENCE = 2.0
"""Seconds that a server on this machine has to tell its models."""
_MOST_BYTES = 1 << 20


class Entry(NamedTuple):
    """A model, or a kind of models, and how it stands."""

    spec: str
    ready: bool
    chosen: bool
    text: str
    """What is there or missing, and where texts would go."""


def roster(settings: Settings) -> Iterator[Entry]:
    """Yield every kind of model and how it stands.

    Only servers on this machine are asked, never a hosted one; no key is shown.

    Raises:
        UsageError: The setting ``llm`` names no model.
    """
    chosen = place(settings.llm)
    kind = chosen.kind if chosen else "extractive"
    yield Entry("extractive", ready=True, chosen=chosen is None, text=f"{NAME}, no text leaves")
    for name, address in HOSTED.items():
        yield _hosted(name, address, chosen if kind == name else None)
    yield from _served(chosen if kind == "ollama" else place("ollama:MODEL"), kind == "ollama")
    if chosen is not None and kind == "server":
        yield from _served(chosen, is_chosen=True)
    else:
        text = "name model and address; key, if it wants one, in ATTEST_LLM_KEY"
        yield Entry("server:MODEL@URL", _connectors(), chosen=False, text=_or_extra(text))
    installed = all(find_spec(each) for each in ("torch", "transformers"))
    text = "no text leaves" if installed else "not installed: pip install 'attest-rag[local]'"
    spec = chosen.spec if chosen and kind == "hf" else "hf:FOLDER-OR-ID"
    yield Entry(spec, installed, kind == "hf", text)


def _hosted(kind: str, address: str, chosen: Place | None) -> Entry:
    held = key(kind) is not None
    host = chosen.host if chosen else urlsplit(address).netloc
    text = f"sends text to {host}" if held else f"no key: set {' or '.join(VARIABLES[kind])}"
    spec = chosen.spec if chosen else f"{kind}:MODEL"
    return Entry(spec, held and _connectors(), chosen is not None, _or_extra(text))


def _served(found: Place | None, is_chosen: bool) -> Iterator[Entry]:
    if found is None:
        return
    if not found.local:
        yield Entry(found.spec, _connectors(), is_chosen, _or_extra(f"sends text to {found.host}"))
        return
    names = _told(found)
    if names is None:
        yield Entry(found.spec, ready=False, chosen=is_chosen, text=f"no answer at {found.host}")
    elif is_chosen:
        there = found.model in names or f"{found.model}:latest" in names
        text = (
            f"at {found.host}" if there else f"{found.host} serves {', '.join(names) or 'nothing'}"
        )
        yield Entry(found.spec, there and _connectors(), chosen=True, text=_or_extra(text))
    else:
        for name in names:
            text = _or_extra(f"at {found.host}")
            yield Entry(f"{found.kind}:{name}", _connectors(), chosen=False, text=text)
        if not names:
            yield Entry(found.spec, ready=False, chosen=False, text=f"{found.host} has no model")


def _told(found: Place) -> list[str] | None:
    """Ask a server on this machine for its models; None where nobody answers so."""
    path, names = ("/api/tags", "models") if found.kind == "ollama" else ("/models", "data")
    try:
        # No proxy: it would take the question away from this machine.
        with build_opener(ProxyHandler({})).open(f"{found.url}{path}", timeout=_PATIENCE) as reply:
            listed = json.loads(reply.read(_MOST_BYTES))[names]
        return [str(each.get("name") or each.get("id")) for each in listed]
    except (URLError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _connectors() -> bool:
    return find_spec("llama_index") is not None


def _or_extra(text: str) -> str:
    return text if _connectors() else f"{text}; not installed: pip install 'attest-rag[llm]'"
