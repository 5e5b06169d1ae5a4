"""The embedder: the bundled model in both runtimes, and what else stands behind the port."""

import hashlib
import json
import random

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from rag.embedding import open_embedder
from rag.embedding.minilm import FOLDER, MiniLM
from rag.errors import UsageError

TEXTS = [
    "Low-rank adaptation of large language models",
    "We freeze the weights and train two small matrices per layer instead.",
    "",
    " ",
    "a",
    "naïve Müller façade Ångström",
    "中文的句子嵌入与检索",
    "日本語の文書検索について",
    "Нейронный машинный перевод",
    "الترجمة الآلية العصبية",
    "हिन्दी पाठ",
    "emoji 🎉🧪 and ZWJ 👩‍🔬",
    "x = \\frac{1}{2} \\sum_{i=1}^{n} w_i^2 \\% 3x",
    "tabs\tand\nnewlines\r\nand \u00a0 blanks\u200b",
    "combining e\u0301 and precomposed é",
    "\ufb01ne ligatures and ﬀ",
    "a lone surrogate \ud800 stays harmless",
    "\x00\x01 control \x7f characters",
    "supercalifragilisticexpialidocious" * 4,
    "1234567890 3.14159 10^-6 1,000,000",
    "<script>alert('no')</script>",
    "[CLS] [SEP] [MASK] [UNK] are only words here",
    "RTL \u202eoverride",
    "Fullwidth ＡＢＣ１２３",
    "BLEU rises from 27.3 to 28.4 on WMT'14 En-De.",
    "We do not find an effect (p = 0.31).",
    "PROTEIN FOLDING WITH ATTENTION",
    "sentence one. sentence two? sentence three!",
    "word " * 250,
    "attention is all you need " * 40,
    "graph neural networks, " * 30,
    "A" * 99,
    "don't can't won't it's",
    "e.g. i.e. et al. vs. Fig. 3",
    "https://example.org/a/b?c=d#e",
    "α β γ δ ∑ ∫ √ ≤ ≥ ≠",
    "Ünïcödé Spåghëttî",
    "ệ ẫ ơ ư Việt Nam",
    "한국어 문장 임베딩",
    "the same words in another order; order another in words same the",
]
DIM = 384


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM(threads=2)


@pytest.fixture(scope="module")
def reference() -> MiniLM:
    return MiniLM(runtime="onnxruntime", threads=2)


@pytest.fixture(scope="module")
def int8() -> MiniLM:
    return MiniLM(precision="int8", threads=2)


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = a.astype(np.float64), b.astype(np.float64)
    return (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)


def test_the_files_are_the_ones_described():
    about = json.loads((FOLDER / "model.json").read_text())
    for name, facts in about["files"].items():
        content = (FOLDER / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == facts["sha256"], name
        assert len(content) == facts["bytes"], name
    prose = {"LICENSE", "MODEL_CARD.md", "model.json"}
    assert set(about["files"]) == {path.name for path in FOLDER.iterdir()} - prose


def test_vectors_have_shape_type_and_length_one(minilm: MiniLM):
    vectors = minilm.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), DIM)
    assert vectors.dtype == np.float16
    assert np.allclose(np.linalg.norm(vectors.astype(np.float32), axis=1), 1, atol=1e-3)
    query = minilm.embed_query(TEXTS[0])
    assert query.shape == (DIM,)
    assert query.dtype == np.float32
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("spec", ["minilm", "minilm:int8", "hash"])
def test_no_texts_give_an_empty_matrix(spec: str):
    embedder = open_embedder(spec)
    vectors = embedder.embed([])
    assert vectors.shape == (0, DIM)
    assert vectors.dtype == np.float16
    assert embedder.count_tokens([]) == []


@pytest.mark.parametrize("name", ["minilm", "reference", "int8"])
def test_a_vector_depends_on_its_text_alone(name: str, request: pytest.FixtureRequest):
    embedder: MiniLM = request.getfixturevalue(name)
    texts = TEXTS[:28]
    vectors = dict(zip(texts, embedder.embed(texts), strict=True))
    shuffled = random.Random(7).sample(texts, len(texts))
    for part in (shuffled, shuffled[:9], ["something quite different", *shuffled[3:6]]):
        for text, vector in zip(part, embedder.embed(part), strict=True):
            if text in vectors:
                assert vector.tobytes() == vectors[text].tobytes(), text
    alone = texts[1]
    assert embedder.embed([alone])[0].tobytes() == vectors[alone].tobytes()


def test_another_instance_gives_the_same_bits(minilm: MiniLM):
    again = MiniLM(threads=1)
    assert again.model_id == minilm.model_id
    assert again.embed(TEXTS[:5]).tobytes() == minilm.embed(TEXTS[:5]).tobytes()


def test_vectors_agree_with_a_plain_forward_pass(minilm: MiniLM, reference: MiniLM):
    model = onnx.load(FOLDER / "model.onnx")
    weights = {
        each.name: numpy_helper.to_array(each).astype(np.float32)
        for each in model.graph.initializer
    }
    rows = minilm._pieces.rows(TEXTS)
    expected = forward(rows, weights)
    assert len(TEXTS) == 40
    assert cosines(minilm.embed(TEXTS), expected).min() >= 0.9999
    exact = np.array([reference.embed_query(text) for text in TEXTS])
    assert np.abs(exact - expected).max() < 1e-5


def forward(rows: list[np.ndarray], w: dict[str, np.ndarray]) -> np.ndarray:
    """Run BERT in NumPy on rows of token numbers, all tokens in one matrix [tokens, 384]."""
    ends = np.cumsum([len(row) for row in rows])[:-1]
    x = np.concatenate([w["words"][row] + w["positions"][: len(row)] for row in rows])
    x = normalised(x, w, "embeddings.LayerNorm")
    for number in range(6):
        layer = f"encoder.layer.{number}"
        joined = np.split(dense(x, w, f"{layer}.attention.self.joined"), ends)
        mixed = np.concatenate([attended(each) for each in joined])
        mixed = dense(mixed, w, f"{layer}.attention.output.dense")
        x = normalised(x + mixed, w, f"{layer}.attention.output.LayerNorm")
        inner = gelu(dense(x, w, f"{layer}.intermediate.dense"))
        x = normalised(x + dense(inner, w, f"{layer}.output.dense"), w, f"{layer}.output.LayerNorm")
    means = np.array([each.mean(axis=0) for each in np.split(x, ends)])
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def attended(joined: np.ndarray) -> np.ndarray:
    query, key, value = joined.reshape(len(joined), 3, 12, 32).transpose(1, 2, 0, 3)
    scores = np.einsum("hid,hjd->hij", query, key) / np.sqrt(np.float32(32))
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return np.einsum("hij,hjd->ihd", shares, value).reshape(len(joined), DIM)


def dense(x: np.ndarray, w: dict[str, np.ndarray], name: str) -> np.ndarray:
    return x @ w[f"{name}.weight"] + w[f"{name}.bias"]


def normalised(x: np.ndarray, w: dict[str, np.ndarray], name: str) -> np.ndarray:
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
    return centred / spread * w[f"{name}.weight"] + w[f"{name}.bias"]


def gelu(x: np.ndarray) -> np.ndarray:
    """x Φ(x), the error function by Abramowitz and Stegun 7.1.26 (error below 1.5e-7)."""
    z = np.abs(x) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    terms = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
    erf = 1 - sum(a * t**n for n, a in enumerate(terms, start=1)) * np.exp(-(z**2))
    return x * (1 + np.sign(x) * erf) / 2


def test_the_runtimes_agree(minilm: MiniLM, reference: MiniLM):
    pytest.importorskip("openvino")
    assert minilm.model_id == reference.model_id
    assert cosines(minilm.embed(TEXTS), reference.embed(TEXTS)).min() >= 0.9999


def test_a_question_has_the_vector_of_the_same_text(minilm: MiniLM, reference: MiniLM):
    openvino = MiniLM(runtime="openvino", threads=2)
    for embedder, least in ((minilm, 0.9999), (reference, 0.99999), (openvino, 0.99999)):
        stored = embedder.embed(TEXTS[:12])
        asked = np.array([embedder.embed_query(text) for text in TEXTS[:12]])
        assert cosines(stored, asked).min() >= least


def test_int8_is_near_and_never_mixed(minilm: MiniLM, int8: MiniLM):
    assert int8.model_id != minilm.model_id
    # On real abstracts the mean is .994 (see the model card); these texts are odd on purpose.
    assert cosines(int8.embed(TEXTS), minilm.embed(TEXTS)).mean() >= 0.985
    with pytest.raises(UsageError, match="onnxruntime"):
        MiniLM(precision="int8", runtime="openvino")


def test_tokens_are_counted_without_the_special_ones(minilm: MiniLM):
    assert minilm.count_tokens(["low rank", "", "unbelievabilities"]) == [2, 0, 5]
    texts = ["word " * n for n in range(600)]
    assert minilm.count_tokens(texts) == list(range(600))


def test_a_long_text_is_refused_by_number_and_the_longest_is_taken(minilm: MiniLM):
    longest = "word " * minilm.max_tokens
    assert minilm.embed([longest]).shape == (1, DIM)
    with pytest.raises(UsageError, match=r"text 2 has 257 tokens .* 256") as caught:
        minilm.embed(["short", longest + "more"])
    assert "\n" not in str(caught.value)


def test_a_long_question_is_cut(minilm: MiniLM):
    question = "word " * minilm.max_tokens
    assert np.array_equal(minilm.embed_query(question + "and more"), minilm.embed_query(question))
    assert not np.array_equal(minilm.embed_query(question[:-5]), minilm.embed_query(question))


def test_token_vectors_come_with_their_characters(minilm: MiniLM):
    text = "Naïve \ud800 re-ranking"
    vectors, offsets = minilm.tokens(text)
    assert vectors.shape == (len(offsets), DIM)
    words = [text[start:end] for start, end in offsets]
    assert words == ["", "Naïve", "re", "-", "ranking", ""]
    mean = vectors.mean(axis=0)
    assert cosines(mean, minilm.embed_query(text)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", ["minilm", "reference"])
def test_progress_rises_to_the_number_of_texts(name: str, request: pytest.FixtureRequest):
    seen: list[int] = []
    request.getfixturevalue(name).embed(TEXTS[:20], progress=seen.append)
    assert seen == sorted(set(seen))
    assert seen[-1] == 20


@pytest.mark.parametrize("name", ["minilm", "reference"])
def test_a_stop_from_progress_leaves_the_embedder_usable(name: str, request: pytest.FixtureRequest):
    embedder: MiniLM = request.getfixturevalue(name)
    before = embedder.embed(TEXTS[:8]).tobytes()

    def stop(done: int) -> None:
        if done > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embedder.embed(TEXTS[:20], progress=stop)
    assert embedder.embed(TEXTS[:8]).tobytes() == before
