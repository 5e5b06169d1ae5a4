"""Replies of a local model, by the real loading code on models made here."""

import gc
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny

from rag.adapters.hf import LocalModel, generation, guidance
from rag.answering.brake import Brake
from rag.answering.model import LanguageModel, Message, Piece, Usage
from rag.errors import ModelFault

pytest.importorskip("torch")

CHAT = [Message("system", "Be brief."), Message("user", "What finds passages?")]
PATIENCE = 60
IDS = ["S1", "S2", "S17"]
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "minItems": 2,
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string", "maxLength": 12},
                    "cites": {
                        "type": "array",
                        "items": {"enum": IDS},
                        "minItems": 1,
                        "maxItems": 2,
                    },
                },
                "required": ["text", "cites"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["sentences"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory) -> LocalModel:
    return LocalModel(str(tiny.speaker(tmp_path_factory.mktemp("speaker"))), threads=1)


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> LocalModel:
    folder = tiny.speaker(tmp_path_factory.mktemp("endless"), endless=True)
    return LocalModel(str(folder), threads=1)


@pytest.fixture(scope="module")
def dreamer(tmp_path_factory: pytest.TempPathFactory) -> LocalModel:
    return LocalModel(f"{tiny.dreamer(tmp_path_factory.mktemp('dreamer'))}@cpu,fp32", threads=1)


def reply(
    model: LanguageModel, brake: Brake | None = None, max_tokens: int = 50, **more: Any
) -> Iterator[Piece]:
    return model.write(CHAT, brake=brake or Brake(PATIENCE), max_tokens=max_tokens, **more)


def joined(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def wait_until(done: Any) -> bool:
    end = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < end:
        time.sleep(0.01)
    return done()


def writers() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith("attest-hf")]


def test_a_reply_comes_in_pieces_and_says_how_it_ended(speaker: LocalModel):
    pieces = list(reply(speaker))

    assert joined(pieces) == tiny.SCRIPT
    assert len([piece for piece in pieces if piece.text]) > 1
    assert [piece.finish for piece in pieces] == [None] * (len(pieces) - 1) + ["stop"]
    prompt = "<|system|>Be brief.</s><|user|>What finds passages?</s><|assistant|>"
    written = speaker.count_tokens(tiny.SCRIPT) + 1
    assert pieces[-1].usage == Usage(speaker.count_tokens(prompt), written)


def test_a_streamed_reply_is_the_one_that_generate_returns(dreamer: LocalModel):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = dreamer.name.removeprefix("hf:").partition("@")[0]
    words: Any = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder)
    asked = [message._asdict() for message in CHAT]
    prompt = words.apply_chat_template(asked, add_generation_prompt=True, return_tensors="pt")
    expected = model.generate(**prompt, do_sample=False, max_new_tokens=40)[0]
    text = words.decode(expected[prompt["input_ids"].shape[1] :], skip_special_tokens=True)

    assert joined(list(reply(dreamer, max_tokens=40))) == text
    assert joined(list(reply(dreamer, max_tokens=40))) == text


def test_lots_are_not_drawn_though_a_model_asks_for_it(
    tmp_path: Path, dreamer: LocalModel, capfd: pytest.CaptureFixture
):
    settings = tiny.dreamer(tmp_path) / "generation_config.json"
    wish = {"do_sample": True, "temperature": 5.0, "top_k": 50, "repetition_penalty": 1.5}
    settings.write_text(json.dumps(json.loads(settings.read_text()) | wish))
    model = LocalModel(str(tmp_path), threads=1)

    assert joined(list(reply(model))) == joined(list(reply(dreamer)))
    assert capfd.readouterr() == ("", "")


def test_any_of_a_models_ends_ends_a_reply(tmp_path: Path):
    settings = tiny.speaker(tmp_path, " passages", endless=True) / "generation_config.json"
    words = tiny.tokenizer()
    ends = [words.eos_token_id, words(" passages")["input_ids"][-1]]
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"eos_token_id": ends}))

    last = list(reply(LocalModel(str(tmp_path), threads=1)))[-1]

    assert last.finish == "stop"


def test_a_reply_that_runs_out_of_tokens_says_so(endless: LocalModel):
    last = list(reply(endless, max_tokens=12))[-1]

    assert last.finish == "length"
    assert last.usage is not None
    assert last.usage.completion_tokens == 12


def test_a_reply_that_fills_the_window_has_run_out_of_tokens(tmp_path: Path):
    model = LocalModel(str(tiny.speaker(tmp_path, endless=True, window=64)))

    last = list(reply(model, max_tokens=1000))[-1]

    assert model.window == 64
    assert last.finish == "length"
    assert last.usage is not None
    assert sum(last.usage[:2]) == 64


def test_a_prompt_that_leaves_no_room_is_too_long(tmp_path: Path):
    model = LocalModel(str(tiny.speaker(tmp_path, window=16)))

    with pytest.raises(ModelFault, match="in a window of 16") as caught:
        list(reply(model))
    assert caught.value.kind == "too long"


def test_a_pressed_brake_ends_a_reply(endless: LocalModel):
    brake = Brake()
    pieces = reply(endless, brake, max_tokens=90_000)
    next(pieces)
    threading.Thread(target=brake.press).start()

    with pytest.raises(ModelFault) as caught:
        list(pieces)
    assert caught.value.kind == "cancelled"
    assert wait_until(lambda: not writers())


def test_a_deadline_ends_a_reply(endless: LocalModel):
    list(reply(endless, max_tokens=1))

    with pytest.raises(ModelFault) as caught:
        list(reply(endless, Brake(0.2), max_tokens=90_000))
    assert caught.value.kind == "timeout"
    assert wait_until(lambda: not writers())


def test_a_reader_lets_go_while_the_model_still_thinks(
    speaker: LocalModel, monkeypatch: pytest.MonkeyPatch
):
    thought = threading.Event()
    monkeypatch.setattr(generation, "write", lambda *_: thought.wait(PATIENCE))
    try:
        with pytest.raises(ModelFault) as caught:
            list(reply(speaker, Brake(0.1)))
    finally:
        thought.set()
    assert caught.value.kind == "timeout"
    assert wait_until(lambda: not writers())


def test_closing_a_reply_ends_it(endless: LocalModel):
    pieces = reply(endless, max_tokens=90_000)
    next(pieces)
    assert writers()

    pieces.close()  # type: ignore[attr-defined]

    assert wait_until(lambda: not writers())
    assert list(reply(endless, max_tokens=3))[-1].finish == "length"


def test_a_reply_that_nobody_keeps_ends_too(endless: LocalModel):
    next(reply(endless, max_tokens=90_000))
    gc.collect()

    assert wait_until(lambda: not writers())


def test_replies_take_turns_and_wait_under_their_own_brakes(endless: LocalModel):
    first = reply(endless, max_tokens=90_000)
    next(first)
    pressed = Brake()
    pressed.press()

    for brake, kind in ((Brake(0.1), "timeout"), (pressed, "cancelled")):
        with pytest.raises(ModelFault) as caught:
            list(reply(endless, brake))
        assert caught.value.kind == kind
    second = reply(endless, max_tokens=3)
    threading.Timer(0.1, lambda: first.close()).start()  # type: ignore[attr-defined]
    assert list(second)[-1].finish == "length"


@pytest.mark.parametrize("error", [RuntimeError("out of memory\nat 0x1"), ValueError("bad")])
def test_an_error_in_the_writing_thread_reaches_the_reader(
    error: Exception, speaker: LocalModel, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(generation, "write", fail)
    with pytest.raises(ModelFault, match=str(error).partition("\n")[0]) as caught:
        list(reply(speaker))
    assert caught.value.kind == "failed"
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    assert joined(list(reply(speaker))) == tiny.SCRIPT


def test_a_defect_in_the_writing_thread_keeps_its_traceback(
    speaker: LocalModel, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(generation, "write", lambda *_: {}["defect"])

    with pytest.raises(KeyError, match="defect"):
        list(reply(speaker))


def test_a_reply_without_words_is_empty(tmp_path: Path):
    with pytest.raises(ModelFault) as caught:
        list(reply(LocalModel(str(tiny.speaker(tmp_path, script="")))))
    assert caught.value.kind == "empty"


@pytest.mark.parametrize("question", ["one", "two", "three", "four"])
def test_random_weights_keep_to_a_schema(question: str, dreamer: LocalModel):
    asked = [Message("user", question)]
    pieces = list(dreamer.write(asked, brake=Brake(PATIENCE), max_tokens=500, schema=SCHEMA))

    assert dreamer.structured
    assert pieces[-1].finish == "stop"
    sentences = json.loads(joined(pieces))["sentences"]
    assert 2 <= len(sentences) <= 3
    assert all(set(each) == {"text", "cites"} for each in sentences)
    assert {cite for each in sentences for cite in each["cites"]} <= set(IDS)


def test_a_schema_that_is_none_is_rejected(dreamer: LocalModel):
    with pytest.raises(ModelFault, match="as a schema") as caught:
        list(reply(dreamer, schema={"type": "no such type"}))
    assert caught.value.kind == "rejected"


def test_without_llguidance_a_schema_is_ignored(
    speaker: LocalModel, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(guidance, "installed", lambda: False)

    assert not speaker.structured
    assert joined(list(reply(speaker, schema=SCHEMA))) == tiny.SCRIPT


def test_a_model_without_a_template_stops_where_it_speaks_for_others(tmp_path: Path):
    script = " passages and words\nUser:"
    folder = tiny.speaker(tmp_path, script, endless=True, template=None, cue=":")

    pieces = list(reply(LocalModel(str(folder))))

    assert joined(pieces) == " passages and words"
    assert pieces[-1].finish == "stop"


def test_loading_and_writing_say_nothing_themselves(tmp_path: Path, capfd: pytest.CaptureFixture):
    list(reply(LocalModel(str(tiny.dreamer(tmp_path)))))

    assert capfd.readouterr() == ("", "")


ALONE = """
import sys
from rag.adapters.hf import LocalModel
from rag.answering.brake import Brake
from rag.answering.model import Message
model = LocalModel(sys.argv[1])
assert model.host is None
assert not {"torch", "transformers", "huggingface_hub"} & set(sys.modules)
print(*(piece.text for piece in model.write([Message("user", "?")], brake=Brake(), max_tokens=9)))
"""


def test_a_folder_needs_no_network_even_where_the_hub_is_allowed(tmp_path: Path):
    folder = tiny.speaker(tmp_path, " passages")
    hidden = {"TRANSFORMERS_OFFLINE": "0", "HF_HUB_OFFLINE": "0"}

    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(folder)],
        env=os.environ | hidden,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["passages"]
