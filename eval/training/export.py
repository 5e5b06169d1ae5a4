"""A trained reader as the file that ships: ONNX with 8-bit weights, hashed, held to torch.

python -m eval.training export RUN [--target FOLDER]
"""

# pyright: basic, reportMissingImports=false
# torch has few types and stands in no lock: a check of types runs without it.

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from eval.training.network import Reader
from rag.models.graph import build_reader

NAME = "attest-reader-2"
FILE = "model-int8.onnx"


def weights_of(reader: Reader) -> dict[str, NDArray[np.float32]]:
    """Return a reader's weights under the names that the graph asks for."""
    held: Mapping[str, torch.Tensor] = reader.state_dict()
    return {name.removeprefix("bert."): value.float().numpy() for name, value in held.items()}


def export(reader: Reader, target: Path, about: Mapping[str, object]) -> Path:
    """Write the model and its description and return the model's path.

    Args:
        reader: Trained.
        target: Folder; made where it is missing.
        about: What the description says of the run.
    """
    target.mkdir(parents=True, exist_ok=True)
    model = build_reader(weights_of(reader), int8=True)
    onnx.checker.check_model(model, full_check=True)  # pyright: ignore
    path = target / FILE
    path.write_bytes(model.SerializeToString(deterministic=True))
    held = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
    described = {"name": NAME, "license": "Apache-2.0", **about, "files": {FILE: held}}
    (target / "model.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
    return path
