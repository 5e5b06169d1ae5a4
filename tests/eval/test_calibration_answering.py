import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from light import NoChroma

import rag.answering
from eval.calibration import answering
from eval.calibration.answering import DIRECTIONS, fit_all, main, report
from eval.calibration.example import Example, examples, marked
from rag.answering import fitted
from rag.answering.candidates import Scored
from rag.answering.evidence import FEATURES, Place, Reading
from rag.answering.fitted import Models, load
from rag.answering.question import read_question
from rag.answering.refusal import SIGNS, probability, signs
from rag.build import open_library
from rag.interaction import Met
from rag.retrieval import Candidate, Query, Retrieved
from rag.schema import Paper, Passage, Sentence
from rag.settings import Settings

SENTENCES = 4
COSINE = FEATURES.index("cosine")


def scored_of(paper: str, rank: int, near: Sequence[float]) -> list[Scored]:
    """Return the sentences of a paper that differ in their cosine alone."""
    found: list[Scored] = []
    for ordinal, cosine in enumerate(near):
        text = f"Sentence {'abcd'[ordinal]} of it."
        sentence = Sentence(
            paper_id=paper, field="abstract", ordinal=ordinal, start=0, end=len(text), text=text
        )
        whole = Paper(id=paper, title=paper, abstract=text)
        place = Place(whole, sentence, len(near), rank, 0.0, cosine, 0.0, "")
        row = tuple(cosine if place == COSINE else 0.0 for place in range(len(FEATURES)))
        found.append(Scored(place, f"{paper}#0", row, 0.5))
    return found


def candidate(paper: str, score: float) -> Candidate:
    passage = Passage(
        id=f"{paper}#0", paper_id=paper, ordinal=0, start=0, end=1, title="", text="x"
    )
    return Candidate(paper, passage, 1, score, score, score, 0.0, (1,))


def example(number: int, *, answerable: bool) -> Example:
    """Make a question whose evidence is the nearest sentence, and near only if it is answerable."""
    noise = np.random.default_rng(number).uniform(-0.05, 0.05, 2 * SENTENCES)
    top = 0.9 if answerable else 0.3
    gold, other = f"gold {number}", f"other {number}"
    scored = [
        *scored_of(gold, 1, np.add(noise[:SENTENCES], (top, 0.2, 0.1, 0.2)).tolist()),
        *scored_of(other, 2, np.add(noise[SENTENCES:], (0.25, 0.1, 0.2, 0.1)).tolist()),
    ]
    labels = np.zeros(2 * SENTENCES, dtype=np.int64)
    labels[0] = answerable
    text = "Why do bells crack?"
    evidence = [{"title": gold, "evidence": ["Sentence a of it."]}] if answerable else []
    candidates = (candidate(gold, top), candidate(other, 0.25))
    vector = np.ones(3, np.float32)
    return Example(
        {"question": text, "answerable": answerable, "gold": evidence},
        Reading(read_question(text), {"bell": 1.0, "crack": 2.0}, 20),
        Retrieved(Query(text, {"bell": 1.0, "crack": 2.0}, vector, None), candidates),
        scored,
        labels,
        frozenset({gold} if answerable else ()),
    )


@pytest.fixture(scope="module")
def separable() -> list[Example]:
    return [example(number, answerable=number % 3 > 0) for number in range(60)]


def likely(one: Example, weights: fitted.Fitted) -> float:
    scored = [
        each._replace(probability=weights.evidence.probability(each.features))
        for each in one.scored
    ]
    scored.sort(key=lambda each: -each.probability)
    return probability(signs(one.reading, one.retrieved, scored), weights.refusal)


def test_a_rule_that_separates_is_found_on_questions_not_seen(separable):
    found = fit_all(separable[:40])
    assert found.evidence.weights[COSINE] > 0
    assert not any(weight for place, weight in enumerate(found.evidence.weights) if place != COSINE)
    for one in separable[40:]:
        answered = likely(one, found) >= found.threshold
        assert answered is one.question["answerable"]
        best = max(one.scored, key=lambda each: found.evidence.probability(each.features))
        if one.question["answerable"]:
            assert one.labels[one.scored.index(best)] == 1


def test_fitting_again_gives_the_same_numbers(separable):
    assert fit_all(separable) == fit_all(separable)


def test_the_threshold_is_a_probability_in_hundredths(separable):
    threshold = fit_all(separable).threshold
    assert 0.05 <= threshold <= 0.95
    assert round(threshold, 2) == threshold


def test_no_sign_is_fitted_against_its_direction(separable):
    # Turn the labels round: what should speak for an answer now speaks against it.
    turned = [
        one._replace(question={**one.question, "answerable": not one.question["answerable"]})
        for one in separable
    ]
    with_gold = [one for one in turned if marked(one)]
    assert with_gold
    for name, weight in zip(SIGNS, fit_all(turned).refusal.weights, strict=True):
        assert DIRECTIONS[name] * weight >= 0


def test_the_shipped_signs_point_the_way_they_may():
    assert set(DIRECTIONS) == set(SIGNS)
    for name, weight in zip(SIGNS, load().refusal.weights, strict=True):
        assert DIRECTIONS[name] * weight >= 0


@pytest.mark.parametrize(
    ("gold", "expected"),
    [
        ([], False),
        ([{"title": "x"}], False),
        ([{"title": "x", "evidence": []}], False),
        ([{"title": "x", "evidence": ["y"]}], True),
        ([{"title": "w"}, {"title": "x", "evidence": ["y"]}], True),
    ],
)
def test_a_question_is_marked_by_its_evidence(gold, expected, separable):
    assert marked(separable[0]._replace(question={"gold": gold})) is expected


def test_the_report_of_a_separable_set_is_perfect(separable, capsys):
    report(separable)
    printed = capsys.readouterr().out
    assert "k=1 1.000" in printed
    assert "AUROC 1.000" in printed
    assert "balanced accuracy 1.000" in printed


PAPERS = (
    {
        "_id": "bells",
        "title": "Why Bells Crack",
        "text": "Bells crack where tin gathers in the bronze. Slow cooling keeps tin apart. "
        "A bell of nine tons was cooled for three weeks.",
    },
    {"_id": "kites", "title": "Kites", "text": "Kites fly in weak wind. Paper is light."},
    {"_id": "yeast", "title": "Yeast", "text": "Salt slows yeast. Cold does so too."},
)
ASKED = (
    {
        "question": "Why do bells crack?",
        "history": [],
        "answerable": True,
        # Six of ten words are in the first sentence of the one, three of six in the other.
        "gold": [
            {
                "title": "why bells -- crack",
                "evidence": ["bells CRACK where tin gathers in: they all say now"],
            },
            {"title": "Kites", "evidence": ["kites fly in yellow, red, green"]},
        ],
    },
    {
        "question": "How long?",
        "history": [{"question": "Were bells cooled slowly?", "answer": "Yes."}],
        "answerable": True,
        "gold": [{"title": "Why Bells Crack", "evidence": ["cooled for three weeks"]}],
    },
    {"question": "Who tamed violins?", "history": [], "answerable": False, "gold": []},
)


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Return a file of questions and a library for them, made with the hashing embedder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("ATTEST_EMBEDDER", "hash")
    papers, questions = tmp_path / "papers.jsonl", tmp_path / "questions.jsonl"
    papers.write_text("\n".join(map(json.dumps, PAPERS)), encoding="utf-8")
    questions.write_text("\n".join(map(json.dumps, ASKED)), encoding="utf-8")
    library = open_library(Settings(library=tmp_path / "library"))
    monkeypatch.setattr(library, "_collector", NoChroma)
    library.add([papers])
    return questions, tmp_path / "library"


def test_sentences_are_labelled_by_the_gold_words_that_they_cover(pair):
    first, second, third = examples([pair], Models())
    assert labelled(first) == ["Bells crack where tin gathers in the bronze."]
    assert labelled(second) == ["A bell of nine tons was cooled for three weeks."]
    assert labelled(third) == []
    assert (first.gold, second.gold, third.gold) == ({"bells", "kites"}, {"bells"}, frozenset())
    assert [marked(one) for one in (first, second, third)] == [True, True, False]


def labelled(one: Example) -> list[str]:
    return [each.sentence.text for each, label in zip(one.scored, one.labels, strict=True) if label]


def test_a_follow_up_is_retrieved_with_what_it_leans_on(pair):
    _, second, _ = examples([pair], Models())
    assert "bell" in second.reading.question.terms
    assert second.reading.question.text == "How long?"
    assert second.retrieved.candidates[0].paper_id == "bells"


def test_without_its_arguments_the_command_says_what_it_wants(capsys):
    for given, said in (([], "QUESTIONS LIBRARY"), (["questions.jsonl"], "needs its library")):
        with pytest.raises(SystemExit):
            main(given)
        assert said in capsys.readouterr().err


def test_late_interaction_tells_how_well_each_sentence_meets_the_question(pair):
    plain, met = (examples([pair], Models(interaction=each))[0] for each in (False, True))
    assert {each.place.met for each in plain.scored} == {Met()}
    near = {each.sentence.text: each.place.met.mean for each in met.scored}
    assert max(near, key=near.__getitem__) == "Bells crack where tin gathers in the bronze."
    assert all(each.place.paper_met.mean >= each.place.met.mean for each in met.scored)


@pytest.mark.parametrize(
    ("without", "written"),
    [
        ([], "weights-tokens-second-reader.json"),
        (["reader"], "weights-tokens-second.json"),
        (["second"], "weights-tokens-reader.json"),
        (["second", "reader"], "weights-tokens.json"),
        (["interaction"], "weights-reader.json"),
        (["reader", "interaction"], "weights.json"),
    ],
)
@pytest.mark.parametrize("write", [False, True])
def test_the_command_writes_numbers_that_load(
    write, without, written, separable, tmp_path, monkeypatch, capsys
):
    models = Models(
        interaction="interaction" not in without,
        second=not {"second", "interaction"} & {*without},
        reader="reader" not in without,
    )
    monkeypatch.setattr(answering, "examples", lambda _, used: {models: separable}[used])
    monkeypatch.setattr(rag.answering, "__path__", [str(tmp_path)])
    left_out = [word for name in without for word in ("--without", name)]
    main(["questions.jsonl", "library", *left_out, *(["--write"] if write else [])])
    assert f"{len(separable)} questions, {len(separable) * 2 * SENTENCES} sentences" in (
        capsys.readouterr().out
    )
    assert {path.name for path in tmp_path.glob("*.json")} == ({written} if write else set())
    if write:
        monkeypatch.setattr(fitted, "files", lambda _: tmp_path)
        assert load(models) == fit_all(separable)
