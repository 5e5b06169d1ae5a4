"""What stands behind the port besides the bundled model: folders, llama-index, doubles."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from rag.embedding import Embedder, open_embedder
from rag.embedding.hashing import HashEmbedder
from rag.embedding.llama import LlamaIndexEmbedder
from rag.embedding.minilm import FOLDER, MiniLM
from rag.errors import ModelUnavailable, UsageError

TEXTS = ["Low-rank adaptation", "Parsing with attention", "Эмбеддинги", "a \ud800 b"]


def test_hashed_words_are_the_same_everywhere():
    texts = ["Low-rank adaptation", "adaptation, LOW rank", "", "unrelated words"]
    vectors = HashEmbedder().embed(texts)
    digest = hashlib.sha256(vectors.astype("<f2").tobytes()).hexdigest()
    assert digest[:16] == "85c263c877f4174d"
    assert np.array_equal(vectors[0], vectors[1])
    assert vectors[0].astype(float) @ vectors[3].astype(float) < 0.5
    assert np.allclose(np.linalg.norm(vectors.astype(float), axis=1), 1, atol=1e-3)
    assert np.allclose(HashEmbedder().embed_query(texts[0]), vectors[0], atol=1e-3)


def test_hashed_words_refuse_and_cut_like_the_model():
    embedder = HashEmbedder()
    words = "word " * 256
    with pytest.raises(UsageError, match="text 1 has 257"):
        embedder.embed([words + "more"])
    assert np.array_equal(embedder.embed_query(words + "more"), embedder.embed_query(words))


@pytest.mark.parametrize(
    "spec", ["", "mini", "minilm:fp8", "folder:", "hub:", "openai:model", "openai:@http://h"]
)
def test_a_setting_that_names_nothing_is_refused(spec: str):
    with pytest.raises(UsageError) as caught:
        open_embedder(spec)
    assert repr(spec) in str(caught.value)


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "encoder"
    (folder / "onnx").mkdir(parents=True)
    (folder / "onnx" / "model.onnx").symlink_to(FOLDER / "model.onnx")
    (folder / "tokenizer.json").symlink_to(FOLDER / "tokenizer.json")
    return folder


def configure(folder: Path, name: str, settings: object) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(settings))


def test_a_folder_with_an_onnx_model_gives_that_models_vectors(model_folder: Path):
    embedder = open_embedder(f"folder:{model_folder}", threads=1)
    bundled = MiniLM(runtime="onnxruntime", threads=1)
    assert embedder.dim == 384
    assert embedder.model_id.startswith("folder:encoder/mean@")
    vectors = embedder.embed(TEXTS)
    assert vectors.dtype == np.float16
    assert np.allclose(vectors, bundled.embed(TEXTS), atol=1e-3)
    assert embedder.embed(TEXTS[1:2]).tobytes() == vectors[1:2].tobytes()
    assert np.allclose(embedder.embed_query(TEXTS[0]), bundled.embed_query(TEXTS[0]), atol=1e-5)
    assert embedder.count_tokens(TEXTS) == bundled.count_tokens(TEXTS)
    assert embedder.embed([]).shape == (0, 384)


def test_a_folders_own_settings_are_followed(model_folder: Path):
    plain = open_embedder(f"folder:{model_folder}")
    configure(model_folder, "1_Pooling/config.json", {"pooling_mode_cls_token": True})
    configure(model_folder, "sentence_bert_config.json", {"max_seq_length": 12})
    prompts = {"query": "query: ", "passage": "passage: "}
    configure(model_folder, "config_sentence_transformers.json", {"prompts": prompts})
    embedder = open_embedder(f"folder:{model_folder}")
    assert embedder.model_id != plain.model_id
    assert embedder.max_tokens == 12 - 2 - 2
    with pytest.raises(UsageError, match="text 1 has 9 tokens"):
        embedder.embed(["word " * 9])
    tokens, _ = MiniLM().tokens("query: low rank")
    expected = tokens[0] / np.linalg.norm(tokens[0])
    assert np.allclose(embedder.embed_query("low rank"), expected, atol=1e-5)
    assert not np.allclose(embedder.embed(["low rank"])[0], expected, atol=1e-2)
    longest = embedder.embed_query("word " * 8)
    assert np.allclose(embedder.embed_query("word " * 9), longest)


def test_a_folder_without_a_model_is_named(tmp_path: Path, model_folder: Path):
    for folder, what in ((tmp_path / "absent", "no folder"), (tmp_path, r"needs model\.onnx")):
        with pytest.raises(ModelUnavailable, match=what) as caught:
            open_embedder(f"folder:{folder}")
        assert str(folder) in str(caught.value)
    (model_folder / "1_Pooling").mkdir()
    (model_folder / "1_Pooling" / "config.json").write_text("{broken")
    with pytest.raises(ModelUnavailable, match=r"config\.json is not JSON"):
        open_embedder(f"folder:{model_folder}")


def test_a_damaged_model_is_named(model_folder: Path):
    (model_folder / "onnx" / "model.onnx").unlink()
    (model_folder / "onnx" / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelUnavailable, match="cannot read it"):
        open_embedder(f"folder:{model_folder}").embed(TEXTS)


def test_models_that_need_torch_tell_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("rag.embedding.sentence_transformer.find_spec", lambda _: None)
    (tmp_path / "config.json").write_text("{}")
    for spec in ("hub:sentence-transformers/all-mpnet-base-v2", f"folder:{tmp_path}"):
        with pytest.raises(ModelUnavailable, match=r"pip install 'attest-rag\[local\]'"):
            open_embedder(spec)


class Pairs:
    """Stands for a llama-index embedding model."""

    model_name = "pairs"

    def __init__(self, width: int = 2) -> None:
        self.width = width

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        return [[float(len(text))] + [1.0] * (self.width - 1) for text in texts]

    def get_query_embedding(self, query: str) -> list[float]:
        return [float(len(query)), 1.0]


def test_a_llama_index_model_stands_behind_the_port():
    embedder: Embedder = LlamaIndexEmbedder(Pairs())
    assert (embedder.dim, embedder.model_id) == (2, "llama-index:Pairs/pairs")
    seen: list[int] = []
    vectors = embedder.embed(["x" * n for n in range(1, 71)], progress=seen.append)
    assert (vectors.shape, vectors.dtype, seen) == ((70, 2), np.float16, [64, 70])
    assert np.allclose(np.linalg.norm(vectors.astype(float), axis=1), 1, atol=1e-3)
    assert np.allclose(vectors[6], embedder.embed_query("x" * 7), atol=1e-3)
    assert embedder.embed([]).shape == (0, 2)
    with pytest.raises(UsageError, match="text 1"):
        embedder.embed(["x" * 2000])


def test_a_llama_index_model_of_two_sizes_is_refused():
    with pytest.raises(ModelUnavailable, match=r"\(1, 3\) numbers, not \(1, 2\)"):
        LlamaIndexEmbedder(Pairs(width=3)).embed(["text"])
