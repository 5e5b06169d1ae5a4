"""Which folders a local model is loaded from, and which are refused before anything is."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny

from rag.adapters.hf import LocalModel, hub
from rag.answering.brake import Brake
from rag.answering.model import Message
from rag.errors import ModelUnavailable

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.speaker(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def folder(tmp_path: Path, whole: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "model"))


def ask(model: LocalModel) -> str:
    pieces = model.write([Message("user", "?")], brake=Brake(60), max_tokens=50)
    return "".join(piece.text for piece in pieces)


def refused(name: Path | str) -> str:
    model = LocalModel(str(name))
    with pytest.raises(ModelUnavailable) as caught:
        ask(model)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def change(path: Path, **entries: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_a_folder_with_code_is_refused_and_its_code_not_run(name: str, folder: Path):
    trace = folder / "trace"
    (folder / "evil.py").write_text(f"open({str(trace)!r}, 'w').close()\nclass Evil: ...\n")
    auto = {"AutoConfig": "evil.Evil", "AutoModelForCausalLM": "evil.Evil"}
    tokens = {"AutoTokenizer": ["evil.Evil", "evil.Evil"]}
    change(folder / name, auto_map=auto | tokens, model_type="evil")

    assert "auto_map" in refused(folder)
    assert not trace.exists()


class Evil:
    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return Path.touch, (self.trace,)  # type: ignore[return-value]


def test_a_folder_of_pickles_is_refused_and_none_is_read(folder: Path):
    trace = folder / "trace"
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Evil(trace)))

    assert "no model.safetensors" in refused(folder)
    assert not trace.exists()


def test_a_word_named_like_code_is_none(folder: Path):
    (folder / "vocab.json").write_text('{"auto_map": 7}')

    assert ask(LocalModel(str(folder))) == tiny.SCRIPT


def test_code_by_way_of_a_kernel_or_an_adapter_is_refused(folder: Path):
    change(folder / "config.json", text_config={"attn_implementation": "someone/kernel"})
    assert "code from the hub" in refused(folder)
    change(folder / "config.json", text_config={"attn_implementation": "sdpa"})
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "someone/else"}')
    assert "holds an adapter" in refused(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    assert f"no folder {tmp_path / 'absent'}" in refused(tmp_path / "absent")
    assert "no config.json" in refused(tmp_path)
    assert "no folder nor/a/model" in refused("nor/a/model")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json"])
def test_a_broken_settings_file_is_named(name: str, folder: Path):
    (folder / name).write_text((folder / name).read_text()[:-20])

    assert f"{folder / name} is not JSON" in refused(folder)


def test_settings_of_no_known_model_do_not_load(folder: Path):
    change(folder / "config.json", model_type="nonesuch")
    assert "does not load" in refused(folder)


def test_a_model_that_writes_nothing_does_not_load(folder: Path):
    change(folder / "config.json", model_type="vit", architectures=["ViTModel"])
    assert "does not load" in refused(folder)


def test_cut_weights_do_not_load(folder: Path):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])

    assert "does not load" in refused(folder)


def test_missing_weights_are_not_made_up(folder: Path):
    from safetensors.numpy import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})

    assert "lacks weights (model.layers.1.mlp.up_proj.weight" in refused(folder)


def test_a_model_that_did_not_load_is_tried_again(folder: Path):
    config = (folder / "config.json").read_text()
    (folder / "config.json").write_text("{broken")
    model = LocalModel(str(folder))
    with pytest.raises(ModelUnavailable):
        ask(model)
    (folder / "config.json").write_text(config)

    assert ask(model) == tiny.SCRIPT


@pytest.fixture
def cache(tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the hub's cache, with one model in it."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    kept = tmp_path / "hub" / "models--attest--speaker"
    shutil.copytree(whole, kept / "snapshots" / ("0" * 40))
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("0" * 40)
    return kept


@pytest.mark.usefixtures("cache")
def test_a_model_in_the_hubs_cache_is_loaded_by_its_name():
    model = LocalModel("attest/speaker@cpu")

    assert ask(model) == tiny.SCRIPT
    assert (model.name, model.host) == ("hf:attest/speaker@cpu", None)


@pytest.mark.usefixtures("cache")
def test_a_model_outside_the_cache_is_not_fetched():
    assert "set HF_HUB_OFFLINE=0 to fetch it" in refused("attest/other")


def test_a_cached_model_is_inspected_too(cache: Path):
    change(cache / "snapshots" / ("0" * 40) / "config.json", auto_map={"AutoModel": "evil.Evil"})

    assert "auto_map" in refused("attest/speaker")


@pytest.mark.parametrize("value", ["1", "true", "", "yes", "2"])
def test_only_a_plain_no_lifts_offline(value: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    assert hub.host() is None


def test_a_model_that_may_be_fetched_names_its_host(monkeypatch: pytest.MonkeyPatch, folder: Path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    assert LocalModel("attest/speaker").host == "huggingface.co"
    assert LocalModel(str(folder)).host is None
    monkeypatch.setenv("HF_ENDPOINT", "https://me:secret@hub.example:8443/models")
    assert LocalModel("attest/speaker").host == "hub.example"


def test_a_missing_extra_tells_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rag.adapters.hf.model.find_spec", lambda _: None)

    with pytest.raises(ModelUnavailable, match=r"pip install 'attest-rag\[local\]'"):
        LocalModel("attest/speaker")
