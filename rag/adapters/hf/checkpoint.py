"""What a model's folder must hold, and must not, before anything of it is loaded."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from rag.errors import ModelUnavailable

WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
_ATTENTION = ("attn_implementation", "_attn_implementation", "experts_implementation")


def inspect(folder: Path) -> None:
    """Refuse a folder that brings code or pickles, or is no whole model.

    Only JSON is read. Besides ``auto_map``, code may come in by the name of a kernel on the
    hub, and by an adapter that names another model.

    Raises:
        ModelUnavailable: With the first thing that is wrong.
    """
    if not (folder / "config.json").is_file():
        raise ModelUnavailable(f"{folder} has no config.json: name a folder that holds a model")
    for path in sorted(folder.glob("*.json")):
        for key, value in _entries(_json(path)):
            _refuse_code(path, key, value)
    if (folder / "adapter_config.json").exists():
        raise ModelUnavailable(f"{folder} holds an adapter: merge it into its model first")
    if not any((folder / name).is_file() for name in WEIGHTS):
        raise ModelUnavailable(
            f"{folder} has no model.safetensors, and other weights can hold code: "
            "convert it to safetensors"
        )


def _refuse_code(path: Path, key: str, value: object) -> None:
    # A number is no code: a word of that name in a vocabulary.
    if key == "auto_map" and not isinstance(value, int):
        raise ModelUnavailable(
            f"{path} names code of its own (auto_map), which Attest does not run: "
            "use a model that transformers knows"
        )
    if key in _ATTENTION and isinstance(value, str) and "/" in value:
        raise ModelUnavailable(f"{path} asks for code from the hub ({key}): take that line out")


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelUnavailable(f"{path} is not JSON: fetch the model again") from error


def _entries(value: object) -> Iterator[tuple[str, object]]:
    """Yield the keys and values of a settings file, those of parts of the model included."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            entries = cast("dict[str, object]", current)
            yield from entries.items()
            waiting += entries.values()
