"""The second encoder: what it reads, how its files are made, and what its opinion is worth."""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pieces import Words

from rag.embedding.e5 import E5, FOLDER
from rag.embedding.port import Vector
from rag.interaction import Interaction, cosines, met
from rag.models.convert_e5 import cut, kept, texts_of, tokenizer_of
from rag.models.packed import read
from rag.reranking import SECOND, InteractionReranker, Stretch

ENCODER = E5()
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=800))
def test_pieces_stand_for_characters_of_the_text_alone(text: str) -> None:
    for read_ in (ENCODER.tokens, ENCODER.asked_tokens):
        vectors, places = read_(text)
        assert vectors.shape == (len(places), 384)
        assert np.isfinite(vectors).all()
        assert all(0 <= start <= end <= len(text) for start, end in places)
        assert places[0] == places[-1] == (0, 0)


@pytest.mark.parametrize("text", ["Tides follow the moon.", "naïve β-decay at 3.5 °C (p < 0.05)"])
def test_every_letter_belongs_to_a_piece(text: str):
    held = {at for start, end in ENCODER.tokens(text)[1] for at in range(start, end)}
    assert {at for at, sign in enumerate(text) if not sign.isspace()} <= held


def test_a_question_is_read_in_another_way_than_a_text():
    asked, told = (
        one("Tides follow the moon.")[0].mean(axis=0)
        for one in (ENCODER.asked_tokens, ENCODER.tokens)
    )
    cosine = float(asked @ told / np.linalg.norm(asked) / np.linalg.norm(told))
    assert 0.8 < cosine < 0.999


def test_long_texts_are_cut():
    vectors, places = ENCODER.tokens("moon " * 2_000)
    assert len(vectors) == len(places) <= 320 + 2
    assert max(end for _, end in places) < 2_000


def test_a_paraphrase_is_nearer_than_another_subject():
    interaction = Interaction(ENCODER)
    asked = interaction.asked("Can I tell whether a picture was doctored?", {})
    texts = ["We detect manipulated regions of images.", "Yeast ferments sugar when it is cold."]
    near, far = (
        met(cosines(asked, text).max(axis=1), asked.rarity).mean for text in interaction.read(texts)
    )
    assert near > far + 0.02


def test_the_files_are_as_small_as_they_are_said_to_be():
    about = json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))
    sizes = {name: (FOLDER / name).stat().st_size for name in about["files"]}
    assert sizes == {name: each["bytes"] for name, each in about["files"].items()}
    assert sum(sizes.values()) < 30_000_000
    assert (FOLDER / "LICENSE").is_file()


class Other(Words):
    """To this encoder a bell is half a tide."""

    def tokens(self, text: str) -> tuple[Vector, list[tuple[int, int]]]:
        vectors, places = super().tokens(text)
        vectors[vectors[:, 2] == 5] = (0, 5, 0)
        return vectors, places


def ranked(lexical: float, question: str = "moon tide") -> tuple[list[float], list[str]]:
    encoder = Other()
    stretches = [
        Stretch(("tide", "moon"), 0.5, lexical),
        Stretch(("tide",), 0.6, 0.0),
        Stretch(("bell",), 0.7, lexical / 2),
    ]
    reranker = InteractionReranker(Interaction(Words()), second=Interaction(encoder))
    return list(reranker.scores(question, stretches)), encoder.read


def test_both_encoders_have_their_say():
    found, read_ = ranked(0.0)
    assert found == pytest.approx(
        [0.5 + 1 + SECOND, 0.6 + (1 + SECOND) / 2, 0.7 + SECOND * 0.5], abs=1e-2
    )
    assert sorted(read_) == ["bell", "moon", "moon tide", "tide"]


def test_the_more_words_were_found_the_less_it_counts():
    worth = 0.8**2
    assert ranked(0.2)[0][0] == pytest.approx(0.5 + worth * (1 + SECOND), abs=1e-2)


def test_where_the_words_were_found_the_second_encoder_is_not_asked():
    for lexical in (0.4, 1.0, 1.3):
        assert ranked(lexical) == ([0.5, 0.6, 0.7], [])


def test_a_question_without_a_piece_changes_no_score():
    assert ranked(0.0, "")[0] == [0.5, 0.6, 0.7]


def packed(path: Path, pieces: Sequence[str], *, width: int = 32, inner: int = 64) -> np.ndarray:
    """Write a packed file of one layer; return its table of words."""
    rng = np.random.default_rng(0)
    blob = [piece.encode() for piece in pieces]
    starts = np.cumsum([0, *map(len, blob)]).astype("<u4")
    content = b"E5S1" + struct.pack("<I7ifi", 1, width, 1, 2, inner, len(pieces), 8, 2, 1e-12, 32)
    content += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, sum(map(len, blob)))
    scores = np.linspace(0, -9, len(pieces)).astype("<f4")
    content += starts.tobytes() + scores.tobytes() + b"".join(blob)
    content += struct.pack("<iI", 1, 9) + bytes(9)
    tensors: dict[str, np.ndarray] = {
        "emb.word": rng.integers(0, 16, (len(pieces), width)),
        "emb.pos": rng.normal(size=(8, width)),
        "emb.type": rng.normal(size=(2, width)),
        **{f"emb.ln.{kind}": rng.normal(size=width) for kind in "wb"},
    }
    for name in ("q", "k", "v", "ao"):
        tensors[f"l0.{name}.w"] = rng.integers(0, 16, (width, width))
        tensors[f"l0.{name}.b"] = rng.normal(size=width)
    tensors["l0.fi.w"] = rng.integers(0, 16, (inner, width))
    tensors["l0.fi.b"] = rng.normal(size=inner)
    tensors["l0.fo.w"] = rng.integers(0, 16, (width, inner))
    tensors["l0.fo.b"] = rng.normal(size=width)
    for name in ("aln", "oln"):
        tensors |= {f"l0.{name}.{kind}": rng.normal(size=width) for kind in "wb"}
    path.write_bytes(content + _directory(tensors, len(content)))
    return (tensors["emb.word"] - 8) * np.float32(0.5)


def _directory(tensors: Mapping[str, np.ndarray], before: int) -> bytes:
    bodies = {name: _body(values) for name, values in tensors.items()}
    head = 4 + sum(2 + len(name) + 21 for name in tensors)
    entries, at = struct.pack("<i", len(tensors)), before + head
    for name, body in bodies.items():
        kind = int(tensors[name].dtype.kind == "i")
        entries += struct.pack("<H", len(name)) + name.encode()
        entries += struct.pack("<BIQQ", kind, tensors[name].size, at, len(body))
        at += len(body)
    return entries + b"".join(bodies.values())


def _body(values: np.ndarray) -> bytes:
    if values.dtype.kind != "i":
        return values.astype("<f4").tobytes()
    rows = values.reshape(-1, 32).astype(np.uint8)
    halves = rows[:, :16] | (rows[:, 16:] << 4)
    scale = np.full((len(rows), 1), 0.5, "<f2").view(np.uint8)
    return np.concatenate([scale, halves], axis=1).tobytes()


def test_a_packed_file_is_read_weight_by_weight(tmp_path: Path):
    pieces = [*SPECIAL, "▁", "▁moon", "s", "é"]
    words = packed(tmp_path / "model.bin", pieces)
    found = read(tmp_path / "model.bin")
    assert (found.layers, found.pieces) == (1, pieces)
    assert found.scores == pytest.approx(np.linspace(0, -9, len(pieces)))
    assert np.array_equal(found.weights["embeddings.word_embeddings.weight"], words)
    shapes = {name: value.shape for name, value in found.weights.items()}
    assert shapes["encoder.layer.0.intermediate.dense.weight"] == (64, 32)
    assert shapes["encoder.layer.0.output.dense.weight"] == (32, 64)
    assert shapes["encoder.layer.0.intermediate.dense.bias"] == (64,)
    assert len(shapes) == 5 + 16
    small = cut(found, [0, 1, 2, 3, 5])
    assert small.pieces == [*SPECIAL, "▁moon"]
    assert np.array_equal(
        small.weights["embeddings.word_embeddings.weight"], words[[0, 1, 2, 3, 5]]
    )


def test_another_file_is_refused(tmp_path: Path):
    (tmp_path / "model.bin").write_bytes(b"GGUF" + bytes(40))
    with pytest.raises(SystemExit, match="no packed model"):
        read(tmp_path / "model.bin")


def test_letters_are_kept_and_then_what_is_used_most(tmp_path: Path):
    pieces = [*SPECIAL, "▁", "▁moon", "▁tide", "▁bell", "a", "月", "月が"]
    packed(tmp_path / "model.bin", pieces)
    texts = tmp_path / "texts.jsonl"
    rows = [{"title": "tide tide", "year": 3}, {"question": "moon tide", "id": "bell bell bell"}]
    texts.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    numbers = kept(read(tmp_path / "model.bin"), texts_of([texts]), most=7)
    assert [pieces[number] for number in numbers] == [*SPECIAL, "▁", "▁tide", "a"]


def test_the_tokenizer_reads_like_xlm_roberta():
    pieces = [*SPECIAL, "▁", "▁moon", "light", "▁the", "fi", "s", "h"]
    scores = [0.0] * 4 + [-3.0, -1.0, -1.0, -1.0, -2.0, -3.0, -3.0]
    read_ = tokenizer_of(pieces, scores).encode("  the  moonlight\u200b\ufb01sh")
    assert read_.tokens == ["<s>", "▁the", "▁moon", "light", "▁", "fi", "s", "h", "</s>"]
    assert tokenizer_of(pieces, scores).encode("月").ids == [0, 4, 3, 2]
