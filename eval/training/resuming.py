"""A reader as it shipped, read back for more training: its 8-bit weights become floats again."""

# pyright: basic, reportMissingImports=false
# torch has few types and stands in no lock: a check of types runs without it.

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from eval.training.network import WIDTH, Reader
from rag.models.graph import HEADS_OF_READER, LAYERS

Arrays = dict[str, NDArray[np.float32]]


def started(reader: Reader, shipped: Path) -> Reader:
    """Give a network the weights of an exported file, and return it.

    What eight bits lost stays lost: the network says what the file says, up to the rounding
    of what runs between its layers.
    """
    held = _arrays(shipped)
    state = {name: torch.from_numpy(value.copy()) for name, value in _named(held).items()}
    missing, unknown = reader.load_state_dict(state, strict=False)
    missing = [name for name in missing if "position_ids" not in name]
    if missing or unknown:
        raise ValueError(f"{shipped} is no reader: {[*missing, *unknown][:3]}")
    return reader


def blended(reader: Reader, earlier: Reader, share: float) -> Reader:
    """Give a network the mean of its weights and those that it was started with; return it.

    What was learned last and what was known before both stay for the most part (Wortsman et al.,
    Model soups, ICML 2022).

    Args:
        reader: Trained on from ``earlier``.
        earlier: As it was.
        share: Of the first in the mean.
    """
    before = earlier.state_dict()
    mean = {
        name: share * value + (1 - share) * before[name] if value.is_floating_point() else value
        for name, value in reader.state_dict().items()
    }
    reader.load_state_dict(mean)
    return reader


def _arrays(path: Path) -> Arrays:
    raw = {one.name: numpy_helper.to_array(one) for one in onnx.load(path).graph.initializer}
    return {
        name: value.astype(np.float32) * raw.get(f"{name}.scale", np.float32(1)).astype(np.float32)
        for name, value in raw.items()
        if not name.endswith(".scale") and value.dtype in (np.int8, np.float16)
    }


def _named(held: Arrays) -> Arrays:
    table = "bert.embeddings"
    found: Arrays = {
        f"{table}.word_embeddings.weight": held["words"],
        # Type 0 was added into the positions.
        f"{table}.position_embeddings.weight": held["positions"],
        f"{table}.token_type_embeddings.weight": np.stack([0 * held["side"], held["side"]]),
        "pool.weight": held["pool.weight"].T,
        "pool.bias": held["pool.bias"],
        "span.weight": held["span.weight"].T,
        "span.bias": held["span.bias"],
    }
    norms = ["embeddings.LayerNorm"]
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        own = f"{layer}.attention.self"
        for at, part in enumerate(("query", "key", "value")):
            columns = slice(at * WIDTH, (at + 1) * WIDTH)
            found[f"bert.{own}.{part}.weight"] = held[f"{own}.joined.weight"][:, columns].T
            found[f"bert.{own}.{part}.bias"] = held[f"{own}.joined.bias"][columns]
        for dense in ("attention.output.dense", "intermediate.dense", "output.dense"):
            found[f"bert.{layer}.{dense}.weight"] = held[f"{layer}.{dense}.weight"].T
            found[f"bert.{layer}.{dense}.bias"] = held[f"{layer}.{dense}.bias"]
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
    for name in norms:
        for part in ("weight", "bias"):
            found[f"bert.{name}.{part}"] = held[f"{name}.{part}"]
    at = 0
    for head, size in zip(HEADS_OF_READER, (1, 1, 3), strict=True):
        found[f"{head}.weight"] = held["heads.weight"][:, at : at + size].T
        found[f"{head}.bias"] = held["heads.bias"][at : at + size]
        at += size
    return found
