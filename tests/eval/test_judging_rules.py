"""The judges that need no model."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.calibration.fitting import balanced_accuracy
from eval.calibration.sets import Item, load
from eval.judging import JudgeError, Judgement, LexicalJudge, OverlapJudge, fit_overlap, sound
from eval.judging.fit_overlap import fitted
from eval.judging.overlap import load_overlap_weights, overlap_of
from rag.verification import LexicalChecker

EVIDENCE = "We train BERT on 42 tasks and reach 91% accuracy. Training takes three days."


@pytest.mark.parametrize("judge", [LexicalJudge(), OverlapJudge()])
@pytest.mark.parametrize(
    ("text", "entailed"),
    [
        ("Training takes three days.", True),
        ("We train BERT on 42 tasks.", True),
        ("We train BERT on 43 tasks.", False),
        ("Whales sing at night.", False),
        ("Training takes three days. Whales sing at night.", False),
        ("", False),
        ("  \n", False),
    ],
)
def test_a_text_is_entailed_only_if_all_its_sentences_are(
    judge: LexicalJudge | OverlapJudge, text: str, entailed: bool
):
    found = judge.judge([EVIDENCE], text)
    assert found.entailed is entailed
    assert sound(found, judge) == found
    assert found.agreement == 1


@pytest.mark.parametrize("judge", [LexicalJudge(), OverlapJudge()])
def test_no_evidence_entails_nothing(judge: LexicalJudge | OverlapJudge):
    for evidence in ([], ["", " "]):
        assert judge.judge(evidence, "Training takes three days.") == Judgement(False, 0.0)


def test_the_lexical_judge_says_what_its_checker_says():
    judge, checker = LexicalJudge(), LexicalChecker()
    text = "BERT reaches high accuracy in days."
    verdict = checker.check(text, [EVIDENCE])
    assert judge.judge([EVIDENCE], text).probability == verdict.probability
    assert judge.name == f"lexical:{checker.name}"


def test_the_least_supported_sentence_gives_the_probability():
    judge = LexicalJudge()
    worst = judge.judge([EVIDENCE], "Whales sing at night.").probability
    both = judge.judge([EVIDENCE], "Training takes three days. Whales sing at night.")
    assert both.probability == worst


def test_overlap_tells_words_numbers_and_names_apart():
    assert overlap_of("BERT reaches 91% accuracy.", EVIDENCE) == (1.0, 1.0, 1.0)
    assert overlap_of("BERT reaches 42% accuracy.", EVIDENCE) == (1.0, 0.0, 1.0)
    missing = overlap_of("GPT reaches 91 percent accuracy.", EVIDENCE)
    assert missing is not None
    assert missing.terms < 1
    assert (missing.numbers, missing.names) == (1.0, 0.0)
    assert overlap_of("One of the tasks.", EVIDENCE) == (1.0, 1.0, 1.0)
    assert overlap_of("And so it is.", EVIDENCE) is None


def test_a_sentence_without_content_does_not_sink_its_text():
    judge = OverlapJudge()
    assert judge.judge([EVIDENCE], "And so it is. Training takes three days.").entailed


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3))
def test_overlap_gives_a_share_for_any_text(text: str, evidence: list[str]):
    judge = OverlapJudge()
    sound(judge.judge(evidence, text), judge)


def test_the_shipped_weights_ask_for_words_numbers_and_names():
    weights = load_overlap_weights()
    assert OverlapJudge().name == "overlap-1"
    assert min(weights.terms, weights.numbers, weights.names) > 0
    assert 0 < weights.threshold < 1


def test_the_shipped_weights_are_what_the_command_fits(shared_data: Path):
    # It reads nothing of what is reported on.
    items = [item for item in load(shared_data) if item.part != "report"]
    assert fitted(items) == load_overlap_weights()


def test_overlap_agrees_with_people_beyond_chance(shared_data: Path):
    chosen: list[Item] = [
        item for item in load(shared_data) if item.data_set == "wice" and item.part == "report"
    ]
    judge = OverlapJudge()
    said = [judge.judge([item.evidence], item.claim).entailed for item in chosen]
    labels = np.array([float(item.supported) for item in chosen])
    assert balanced_accuracy(np.array(said, float), labels) > 0.65


def test_the_command_prints_and_writes_only_when_told(
    shared_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    few = load(shared_data)[::20]
    monkeypatch.setattr(fit_overlap, "load", lambda _: few)
    monkeypatch.setattr(fit_overlap, "files", lambda _: tmp_path)
    assert fit_overlap.main(["--data", str(shared_data)]) == 0
    content, _, table = capsys.readouterr().out.partition("}\n")
    assert json.loads(content + "}") == asdict(fitted(few))
    assert "wice" in table
    assert list(tmp_path.iterdir()) == []
    fit_overlap.main(["--data", str(shared_data), "--write"])
    assert (tmp_path / "overlap.json").read_text(encoding="utf-8") == content + "}\n"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1, 1.1])
def test_a_probability_that_is_none_is_refused(value: float):
    with pytest.raises(JudgeError, match="for a probability"):
        sound(Judgement(True, value), LexicalJudge())
