"""The bundled reader of pairs, and what stands on it."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairreader import NOTHING, ScriptedReader

from rag.errors import ModelUnavailable
from rag.pairs import PairReading
from rag.reader import Reader
from rag.reader.reader import FOLDER
from rag.reranking import ReaderReranker, Stretch

QUESTION = "How many layers does the network have?"
TEXTS = (
    "Deep parsing. The network has 24 layers and reads whole pages.",
    "Deep parsing. It was trained on novels of the last century.",
    "Bees and flowers. Bees visit blue flowers twice as often as red ones.",
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def test_a_reading_depends_on_its_pair_alone(reader: Reader) -> None:
    together = reader.read(QUESTION, TEXTS)
    alone = [Reader(threads=1).read(QUESTION, [text])[0] for text in reversed(TEXTS)]
    assert together == alone[::-1]


def test_the_sentence_that_answers_is_told_from_its_neighbours(reader: Reader) -> None:
    answer, neighbour, other = reader.read(QUESTION, TEXTS)
    assert answer.answers > neighbour.answers
    assert answer.about > other.about
    assert "24" in TEXTS[0][answer.start : answer.end]


def test_support_and_contradiction_are_told_apart(reader: Reader) -> None:
    said = "Bees visit blue flowers every day."
    for claim, place in (("Bees visit flowers.", 0), ("Bees never visit blue flowers.", 1)):
        shares = reader.read(claim, [said])[0].support
        assert sum(shares) == pytest.approx(1)
        assert max(range(3), key=shares.__getitem__) == place
    assert reader.read("The parser was written in Rust.", [said])[0].support[0] < 0.1


_READER = Reader(threads=1)


@settings(max_examples=40, deadline=None)
@given(first=st.text(max_size=300), second=st.text(max_size=900))
def test_any_two_texts_can_be_read(first: str, second: str) -> None:
    (found,) = _READER.read(first, [second])
    assert 0 <= found.start <= found.end <= len(second)
    assert all(abs(value) < 100 for value in found[:5])


def test_nothing_is_read_of_nothing(reader: Reader) -> None:
    assert reader.read(QUESTION, []) == []


@pytest.mark.parametrize("damage", ["missing", "short", "no description"])
def test_damaged_weights_are_named_and_not_run(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(FOLDER, folder)
    (model,) = folder.glob("*.onnx")
    if damage == "missing":
        model.unlink()
    elif damage == "short":
        model.write_bytes(model.read_bytes()[:-1])
    else:
        (folder / "model.json").unlink()
    with pytest.raises(ModelUnavailable, match="pip install attest-rag again"):
        Reader(folder).read(QUESTION, TEXTS)


def test_the_description_fits_the_weights() -> None:
    import hashlib

    about = json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))
    for name, held in about["files"].items():
        content = (FOLDER / name).read_bytes()
        assert held == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        assert len(content) <= 30_000_000
    assert {"run", "license", "name"} <= set(about)


def test_a_reranker_adds_what_the_reader_says_within_bounds() -> None:
    def rule(_: str, text: str) -> PairReading:
        return NOTHING._replace(about=float(text))

    reranker = ReaderReranker(ScriptedReader(rule), weight=0.1)
    said = {"2": 1.0, "-3": 1.5, "50": 0.0, "-50": 0.0}
    stretches = [Stretch((text, "9"), score, 0.0) for text, score in said.items()]
    assert reranker.scores("?", stretches) == pytest.approx([1.2, 1.2, 0.6, -0.6])
    assert reranker.name == "scripted-reader"


def test_a_reranker_reads_every_stretch_with_the_question_once() -> None:
    reader = ScriptedReader()
    stretches = [Stretch(("a",), 0.1, 0.0), Stretch(("b",), 0.2, 0.0)]
    ReaderReranker(reader).scores("which?", stretches)
    assert reader.asked == [("which?", "a"), ("which?", "b")]
