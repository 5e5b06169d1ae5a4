"""The hub that models come from, which is asked only where the user allows it."""

import os
import re
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rag.errors import ModelUnavailable

# Weights in safetensors and what a tokenizer needs; neither code nor pickles are ever fetched.
PATTERNS = ("*.json", "*.safetensors", "*.jinja", "*.txt", "tokenizer.model")
_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")


def offline() -> bool:
    """Tell whether the hub may not be contacted, which only ``HF_HUB_OFFLINE=0`` changes."""
    return os.environ.get("HF_HUB_OFFLINE", "1").strip().lower() not in ("0", "false", "no", "off")


def silence() -> None:
    """Tell the vendor's libraries what ``offline`` says, before they are first imported."""
    if offline():
        os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")


def host() -> str | None:
    """Return the host that models are fetched from; None where nothing is fetched."""
    address = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    return None if offline() else urlsplit(address).hostname


def local_folder(name: str) -> Path | None:
    """Return the folder that a name means, if there is one."""
    folder = Path(os.path.expanduser(name))
    return folder if folder.is_dir() else None


def snapshot(name: str) -> Path:
    """Return the folder of a model of the hub in the local cache, fetched if that is allowed.

    Raises:
        ModelUnavailable: The name is none of the hub's, or the model is not there.
    """
    if not _ID.fullmatch(name):
        raise ModelUnavailable(f"there is no folder {name}: name one that holds a model")
    silence()
    hub: Any = import_module("huggingface_hub")
    httpx: Any = import_module("httpx")
    try:
        found = hub.snapshot_download(
            name, local_files_only=offline(), allow_patterns=list(PATTERNS)
        )
    except (OSError, ValueError, httpx.HTTPError) as error:
        advice = "set HF_HUB_OFFLINE=0 to fetch it" if offline() else "check name and network"
        what = "neither a folder nor in the local cache" if offline() else "not to be had"
        raise ModelUnavailable(f"hf:{name} is {what}: {advice}") from error
    return Path(found)
