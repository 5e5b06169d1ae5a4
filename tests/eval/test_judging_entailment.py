"""A local entailment model, from its folder to a verdict: a real graph, tokenizer and runtime."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from eval.judging import EntailmentJudge, JudgeError, Judgement, controls
from rag.errors import ModelUnavailable

WORDS = (
    "[PAD] [UNK] [CLS] [SEP] . the cat dog bird fish sat ate ran flew swam on a mat bone far away "
    "home red blue green one two three four five six seven eight nine ten"
).split()
THREE = {"0": "contradiction", "1": "neutral", "2": "entailment"}


def tokenizer() -> Tokenizer:
    made = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, "[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()]
    )
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    # Cuts and pads that an export may hold, and that must not be used.
    made.enable_truncation(4)
    made.enable_padding(length=16)
    return made


def containment(classes: int, *, scale: float = 4.0) -> onnx.ModelProto:
    """Return a model whose entailment logit is high where the premise has all hypothesis tokens.

    With m the number of hypothesis tokens that the premise has not, the last of
    1 or 3 logits is scale * (1 - 2 m); for 2 classes it is the first.
    """
    size = len(WORDS)
    constants = {
        "depth": np.array(size, np.int64),
        "ends": np.array([0.0, 1.0], np.float32),
        "axis": np.array([1], np.int64),
        "one": np.array(1.0, np.float32),
        "minus": np.array(-2.0 * scale, np.float32),
        "scale": np.array(scale, np.float32),
        # Padding, specials and the full stop say nothing.
        "says": np.array([0.0] * 5 + [1.0] * (size - 5), np.float32),
        "zero": np.zeros((1, 1), np.float32),
        "last": np.array([2], np.int64),
    }
    order = {1: ["logit"], 2: ["logit", "nothing"], 3: ["nothing", "nothing", "logit"]}[classes]
    nodes = [
        helper.make_node("OneHot", ["input_ids", "depth", "ends"], ["hot"], axis=-1),
        helper.make_node("Cast", ["token_type_ids"], ["types"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["one", "types"], ["first"]),
        helper.make_node("Unsqueeze", ["types", "last"], ["second_mask"]),
        helper.make_node("Unsqueeze", ["first", "last"], ["first_mask"]),
        helper.make_node("Mul", ["hot", "first_mask"], ["premise_rows"]),
        helper.make_node("Mul", ["hot", "second_mask"], ["hypothesis_rows"]),
        helper.make_node("ReduceMax", ["premise_rows", "axis"], ["premise"], keepdims=0),
        helper.make_node("ReduceMax", ["hypothesis_rows", "axis"], ["hypothesis"], keepdims=0),
        helper.make_node("Sub", ["hypothesis", "premise"], ["difference"]),
        helper.make_node("Relu", ["difference"], ["absent"]),
        helper.make_node("Mul", ["absent", "says"], ["counted"]),
        helper.make_node("ReduceSum", ["counted", "axis"], ["missing"], keepdims=1),
        helper.make_node("Mul", ["missing", "minus"], ["fall"]),
        helper.make_node("Add", ["fall", "scale"], ["logit"]),
        helper.make_node("Mul", ["zero", "one"], ["nothing"]),
        helper.make_node("Concat", order, ["logits"], axis=1),
    ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, [1, "length"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, classes])
    stored = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "containment", inputs, [output], stored)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(made)
    return made


def export(
    folder: Path,
    labels: Mapping[str, str] = THREE,
    *,
    scale: float = 4.0,
    limit: int = 64,
    judge: Mapping[str, object] | None = None,
) -> Path:
    folder.mkdir(parents=True)
    onnx.save(containment(len(labels), scale=scale), str(folder / "model.onnx"))
    tokenizer().save(str(folder / "tokenizer.json"))
    config = {"id2label": labels, "max_position_embeddings": limit}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    if judge is not None:
        (folder / "judge.json").write_text(json.dumps(judge), encoding="utf-8")
    return folder


def logistic(score: float) -> float:
    return 1 / (1 + np.exp(-score))


def test_a_sentence_is_held_against_its_evidence(tmp_path: Path):
    judge = EntailmentJudge(export(tmp_path / "m"))
    found = judge.judge(["the cat sat on the mat ."], "the cat sat .")
    assert found.entailed
    assert found.probability == pytest.approx(np.exp(4) / (np.exp(4) + 2))
    denied = judge.judge(["the cat sat on the mat ."], "the dog sat .")
    assert not denied.entailed
    assert denied.probability == pytest.approx(np.exp(-4) / (np.exp(-4) + 2))


def test_two_classes_and_a_single_logit_are_read_too(tmp_path: Path):
    two = EntailmentJudge(export(tmp_path / "two", {"0": "Supported", "1": "other"}))
    one = EntailmentJudge(export(tmp_path / "one", {"0": "consistent"}))
    for judge in (two, one):
        assert judge.judge(["a red fish swam ."], "a fish swam .").probability == pytest.approx(
            logistic(4)
        )
        assert judge.judge(["a red fish swam ."], "a bird swam .").probability == pytest.approx(
            logistic(-4)
        )


def test_the_least_supported_sentence_decides(tmp_path: Path):
    judge = EntailmentJudge(export(tmp_path / "m"))
    evidence = ["The cat sat on the mat .", "A dog ate the bone ."]
    assert judge.judge(evidence, "the cat sat. the dog ate.").entailed
    mixed = judge.judge(evidence, "The cat sat. The bird flew.")
    assert not mixed.entailed
    assert mixed == judge.judge(evidence, "The bird flew.")


def test_long_evidence_is_read_in_windows_of_whole_sentences(tmp_path: Path):
    # 26 tokens: too few for all sentences at once, enough for any one of them.
    judge = EntailmentJudge(export(tmp_path / "m", limit=26))
    long = [
        "The red bird flew far away.",
        "The blue cat sat on the mat.",
        "The green dog ate a bone. One fish swam home.",
    ]
    for told in ("The red bird flew.", "The cat sat.", "The dog ate a bone.", "One fish swam."):
        assert judge.judge(long, told).entailed
    # Words of sentences that no window holds together do not add up.
    assert not judge.judge(long, "The red fish swam.").entailed


def test_a_sentence_longer_than_a_window_is_divided(tmp_path: Path):
    judge = EntailmentJudge(export(tmp_path / "m", limit=24))
    endless = " ".join(["red blue green"] * 40) + " the cat sat on the mat"
    assert judge.judge([endless], "the cat sat").entailed
    assert not judge.judge([endless], "the dog sat").entailed


def test_a_sentence_that_leaves_no_room_gives_no_verdict(tmp_path: Path):
    judge = EntailmentJudge(export(tmp_path / "m", limit=24))
    with pytest.raises(JudgeError, match="leaves 1 of 24 tokens"):
        judge.judge(["the cat sat ."], " ".join(["red"] * 20))


def test_nothing_follows_from_nothing(tmp_path: Path):
    judge = EntailmentJudge(export(tmp_path / "m"))
    for evidence, text in (([], "the cat sat"), ([" "], "the cat sat"), (["the cat sat"], " ")):
        assert judge.judge(evidence, text) == Judgement(False, 0.0)


def test_any_characters_can_be_judged(tmp_path: Path):
    judge = EntailmentJudge(export(tmp_path / "m"))
    assert judge.judge(["the cat \ud800 sat\x00 ."], "the cat sat \udfff").probability >= 0


def test_threshold_and_temperature_come_from_the_folder(tmp_path: Path):
    settings = {"threshold": 0.99, "temperature": 2}
    judge = EntailmentJudge(export(tmp_path / "m", {"0": "entailment"}, judge=settings))
    found = judge.judge(["the cat sat ."], "the cat sat .")
    assert found.probability == pytest.approx(logistic(2))
    assert not found.entailed


def test_the_name_tells_models_and_settings_apart(tmp_path: Path):
    folder = export(tmp_path / "1" / "m")
    same, other = export(tmp_path / "2" / "m"), export(tmp_path / "3" / "m", scale=5)
    assert EntailmentJudge(folder).name == EntailmentJudge(same).name
    assert EntailmentJudge(folder).name != EntailmentJudge(other).name
    for change in (
        lambda: (folder / "judge.json").write_text('{"threshold": 0.4}', encoding="utf-8"),
        lambda: (folder / "tokenizer_config.json").write_text(
            '{"model_max_length": 32}', encoding="utf-8"
        ),
        lambda: (folder / "model.onnx.data").write_bytes(b"1"),
    ):
        before = EntailmentJudge(folder).name
        assert len(before.partition("@")[2].partition("+")[0]) == 12
        change()
        assert EntailmentJudge(folder).name != before


def test_controls_find_the_model_sound(tmp_path: Path):
    judge = EntailmentJudge(export(tmp_path / "m"))
    quotes = [
        ("p1", "The red cat sat on the mat."),
        ("p2", "A blue fish swam far away."),
        ("p3", "One green bird flew home."),
    ]
    assert controls(judge, quotes, seed=1).balanced_accuracy == 1


def test_logits_that_are_not_finite_are_no_verdict(tmp_path: Path):
    judge = EntailmentJudge(export(tmp_path / "m", scale=float("inf")))
    with pytest.raises(JudgeError, match="not finite"):
        judge.judge(["the cat sat ."], "the cat sat .")


def test_a_model_with_other_classes_than_its_config_gives_no_verdict(tmp_path: Path):
    folder = export(tmp_path / "m")
    config = {"id2label": {"0": "entailment", "1": "other"}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(JudgeError, match="id2label"):
        EntailmentJudge(folder).judge(["the cat sat ."], "the cat sat .")


def test_a_model_that_fails_on_a_text_gives_no_verdict(tmp_path: Path):
    folder = export(tmp_path / "m")
    graph = onnx.load(str(folder / "model.onnx"))
    # An input of a length that no pair has.
    for each in graph.graph.input:
        each.type.tensor_type.shape.dim[1].dim_value = 3
    onnx.save(graph, str(folder / "model.onnx"))
    with pytest.raises(JudgeError, match="the entailment model failed") as caught:
        EntailmentJudge(folder).judge(["the cat sat ."], "the cat sat .")
    assert "\n" not in str(caught.value)


def _write(name: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(content, encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda folder: (folder / "model.onnx").unlink(), "has no model.onnx"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "has no tokenizer.json"),
        (lambda folder: (folder / "config.json").unlink(), "has no config.json"),
        (_write("model.onnx", "no model"), "onnxruntime cannot read it"),
        (_write("tokenizer.json", "no tokenizer"), "is no tokenizer"),
        (_write("tokenizer.json", '{"a": 1}'), "is no tokenizer"),
        (_write("config.json", "{"), "is not JSON"),
        (_write("config.json", "[]"), "not a JSON object"),
        (_write("config.json", "{}"), "id2label must"),
        (_write("config.json", '{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}'), "id2label must"),
        (_write("config.json", '{"id2label": {"0": "not_entailment"}}'), "id2label must"),
        (_write("config.json", '{"id2label": {"0": "entailment", "1": "a", "2": "b", "3": "c"}}'),
         "id2label must"),
        (_write("judge.json", '{"threshold": 1.5}'), "threshold 1.5"),
        (_write("judge.json", '{"threshold": "high"}'), "write a number"),
        (_write("judge.json", '{"temperature": 0}'), "temperature 0"),
        (_write("judge.json", '{"temperature": NaN}'), "write a number"),
    ],
)  # fmt: skip
def test_a_folder_that_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, spoil: Callable[[Path], object], what: str
):
    folder = export(tmp_path / "m")
    spoil(folder)
    with pytest.raises(ModelUnavailable, match=what) as caught:
        EntailmentJudge(folder)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(
        ModelUnavailable, match=r"has no model\.onnx, tokenizer\.json, config\.json"
    ):
        EntailmentJudge(tmp_path / "absent")
