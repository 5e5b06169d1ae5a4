"""How the bundled model is loaded and made: fallbacks, silence, conversion."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.embedding.minilm import FOLDER, MiniLM
from rag.errors import ModelUnavailable
from rag.models.convert import plain_tokenizer, read_weights, write_about

TEXTS = ["Low-rank adaptation", "Parsing with attention", "A third text, a little longer."]


def test_without_openvino_onnxruntime_takes_over(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    expected = MiniLM(runtime="onnxruntime", threads=1).embed(TEXTS)
    assert np.array_equal(MiniLM(threads=1).embed(TEXTS), expected)
    with pytest.raises(ModelUnavailable, match="pip install openvino"):
        MiniLM(runtime="openvino").embed(TEXTS)


def test_without_onnxruntime_openvino_takes_over(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("openvino")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    embedder = MiniLM(threads=1)
    cosine = embedder.embed_query(TEXTS[0]) @ embedder.embed(TEXTS[:1])[0].astype(np.float32)
    assert cosine == pytest.approx(1, abs=1e-3)
    with pytest.raises(ModelUnavailable, match="pip install onnxruntime"):
        MiniLM(runtime="onnxruntime").embed_query("anything")


def test_a_model_file_cut_short_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "model.onnx").write_bytes(b"version https://git-lfs")
    for name in ("model.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    monkeypatch.setattr("rag.embedding.minilm.FOLDER", tmp_path)
    with pytest.raises(ModelUnavailable, match=r"model\.onnx is missing or cut short"):
        MiniLM().embed(["text"])


SILENT = """
import sys
seen = []
sys.addaudithook(lambda event, _: event.startswith("socket.") and seen.append(event))
from rag.embedding import open_embedder
heavy = {"openvino", "onnxruntime", "tokenizers", "torch", "transformers", "llama_index"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
embedder = open_embedder("minilm", threads=1)
embedder.embed_query("no sockets")
assert "openvino" not in sys.modules
embedder.embed(["no sockets"])
assert "openvino" in sys.modules
assert sys.modules["openvino_telemetry"] is None
assert not {"torch", "transformers", "llama_index"} & set(sys.modules)
import openvino.tools.ovc
assert type(openvino.tools.ovc.telemetry).__module__ == "openvino.tools.ovc.telemetry_stub"
print(seen)
"""


def test_embedding_opens_no_socket_and_writes_no_telemetry_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CI", "ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"):
        monkeypatch.delenv(name, raising=False)  # each keeps the vendors quiet by itself
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-c", SILENT], cwd=root, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_converter_frees_the_tokenizer_and_refuses_other_weights(tmp_path: Path):
    baked = {"truncation": {"max_length": 128}, "padding": {"strategy": 128}, "model": {"é": 1}}
    assert json.loads(plain_tokenizer(json.dumps(baked))) == {
        "truncation": None,
        "padding": None,
        "model": {"é": 1},
    }
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(SystemExit, match="wrong weights"):
        read_weights(tmp_path)


def test_the_converter_keeps_what_others_wrote_and_drops_stale_figures(tmp_path: Path):
    path = tmp_path / "model.json"
    ours = {"dim": 384, "files": {"model.onnx": {"bytes": 1}}}
    extra = {"part_dim": 128, "figures": {"cosine": 1}}
    files = {"model.onnx": {"bytes": 1}, "other.npy": {"bytes": 2}}
    path.write_text(json.dumps({**extra, "files": files}))
    write_about(path, ours)
    assert json.loads(path.read_text()) == {**extra, "dim": 384, "files": files}
    write_about(path, {"files": {"model.onnx": {"bytes": 3}}})
    kept = json.loads(path.read_text())
    assert kept["files"] == {**files, "model.onnx": {"bytes": 3}}
    assert (kept["part_dim"], "figures" in kept) == (128, False)
