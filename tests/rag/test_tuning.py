"""A library learns of itself: questions, matrix, file, command."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.backups import back_up, restore
from rag.embedding import open_embedder
from rag.embedding.port import Vector, unit
from rag.errors import LibraryDamaged, UsageError
from rag.library import Library
from rag.schema import Paper, Passage, Sentence
from rag.sentences import split
from rag.store import tuned
from rag.store.tuned import BEFORE, FILE, About, Kept, Ranked, Tuning
from rag.terms import terms
from rag.tuning import learning, tune
from rag.tuning.asking import KEPT, self_asked, stripped
from rag.tuning.learning import learn, ranks

SAMPLE = Path(__file__).parents[2] / "rag" / "sample" / "papers.jsonl"


NAMES = ("Amber", "Birch", "Cedar", "Dune", "Elder")


def paper(number: int, sentences: int) -> tuple[Paper, list[Sentence], Passage]:
    text = " ".join(
        f"In year {number} the guild {number} of makers cast a bell named {NAMES[place]}."
        for place in range(sentences)
    )
    made = Paper(id=f"p{number}", title=f"Guild {number}", abstract=text)
    body = [
        Sentence(paper_id=made.id, field="abstract", ordinal=at, start=a, end=b, text=text[a:b])
        for at, (a, b) in enumerate(split(text))
    ]
    title = Sentence(paper_id=made.id, field="title", ordinal=0, start=0, end=5, text=made.title)
    passage = Passage(
        id=f"p{number}#0", paper_id=made.id, ordinal=0, start=0, end=len(text), title=made.title,
        text=text,
    )  # fmt: skip
    return made, [title, *body], passage


def shelf(
    sizes: Sequence[int],
) -> tuple[list[Paper], dict[str, list[Sentence]], dict[int, Passage]]:
    made = [paper(number, size) for number, size in enumerate(sizes)]
    return (
        [each for each, _, _ in made],
        {each.id: own for each, own, _ in made},
        {10 + number: passage for number, (_, _, passage) in enumerate(made)},
    )


class TestAsking:
    def test_every_paper_asks_once_before_any_asks_twice(self):
        asked = self_asked(*shelf([3, 3, 3]), count=5, seed=0)
        assert sorted(one.paper_id for one in asked[:3]) == ["p0", "p1", "p2"]
        assert len(asked) == 5

    def test_equal_seeds_ask_the_same(self):
        first, again, other = (
            self_asked(*shelf([5, 5, 5]), count=9, seed=seed) for seed in (1, 1, 2)
        )
        assert first == again != other

    def test_a_paper_without_a_sentence_of_fit_length_asks_nothing(self):
        assert self_asked(*shelf([0]), count=5, seed=0) == []

    def test_a_question_is_answered_by_another_passage_where_there_is_one(self):
        papers, sentences, passages = shelf([2])
        whole = passages[10]
        half = sentences["p0"][2].start
        passages = {
            10: whole.model_copy(update={"end": half, "text": whole.text[:half]}),
            11: whole.model_copy(update={"start": half, "text": whole.text[half:]}),
        }
        for one in self_asked(papers, sentences, passages, count=9, seed=0):
            assert len(one.keys) == 1
            (key,) = one.keys
            assert passages[key].start != (0 if NAMES[0] in one.text else half)

    @given(st.integers(0, 999))
    def test_nothing_is_said_that_the_sentence_did_not_say(self, seed: int):
        said = stripped("moss grows on stones", "old stones and moss", random.Random(seed))
        assert set(said.split()) <= {"moss", "grows", "on", "stones"}
        assert {"grows", "on"} <= set(said.split())

    def test_most_shared_words_go(self):
        draw = random.Random(0)
        kept = [len(terms(stripped("moss stones", "moss stones", draw))) for _ in range(400)]
        assert sum(kept) / 800 == pytest.approx(KEPT, abs=0.05)


def task(seed: int, count: int = 300) -> tuple[Vector, list[list[int]], Vector, np.ndarray]:
    """Return questions that lie off their passages by one and the same step."""
    draw = np.random.default_rng(seed)
    passages = unit(draw.normal(size=(count, 24)).astype(np.float32))
    step = draw.normal(size=(24, 24)).astype(np.float32)
    questions = unit(passages + 0.3 * passages @ step)
    return questions, [[at] for at in range(count)], passages, np.arange(count)


class TestLearning:
    def test_what_questions_have_in_common_is_learned_for_others(self, monkeypatch):
        monkeypatch.setattr(learning, "PASSES", 60)
        monkeypatch.setattr(learning, "RATE", 1e-2)
        questions, own, passages, owner = task(0)
        matrix = learn(questions[:200], own[:200], passages, owner)
        turned = unit(questions + questions @ matrix)
        papers = np.arange(200, 300)
        before = ranks(questions[200:], papers, passages, owner)
        after = ranks(turned[200:], papers, passages, owner)
        assert (1 / after).mean() > (1 / before).mean() + 0.05

    def test_equal_seeds_learn_the_same(self):
        first, again = (learn(*task(1), seed=3) for _ in range(2))
        assert np.array_equal(first, again)

    def test_a_large_library_is_learned_from_in_parts(self, monkeypatch):
        monkeypatch.setattr(learning, "MOST", 50)
        matrix = learn(*task(2))
        assert np.isfinite(matrix).all()
        assert np.abs(matrix).max() > 0

    @pytest.mark.parametrize("owners", [6, 3])
    def test_the_slope_is_that_of_the_loss(self, owners):
        draw = np.random.default_rng(5)
        passages = unit64(draw.normal(size=(6, 4)))
        questions = unit64(draw.normal(size=(2, 4)))
        owner, own = np.arange(6) % owners, [[0], [4]]
        matrix = draw.normal(size=(4, 4)) * 0.1

        def loss(at: np.ndarray) -> float:
            moved = unit64(questions + questions @ at)
            total = 0.0
            for vector, (row,) in zip(moved, own, strict=True):
                beside = (owner != owner[row]) | (np.arange(6) == row)
                odds = (passages @ vector / learning.WARMTH)[beside]
                right = passages[row] @ vector / learning.WARMTH
                total += np.log(np.exp(odds - odds.max()).sum()) + odds.max() - right
            return total / 2

        slope = learning._slope(matrix, questions, own, passages, owner, np.arange(6))
        for row in range(4):
            for column in range(4):
                step = np.zeros((4, 4))
                step[row, column] = 1e-5
                numeric = (loss(matrix + step) - loss(matrix - step)) / 2e-5
                assert slope[row, column] == pytest.approx(numeric, rel=1e-3, abs=1e-4)

    def test_a_rank_counts_papers_and_not_passages(self):
        passages = unit(np.array([[1, 0], [0.9, 0.1], [0.8, 0.2], [0, 1]], np.float32))
        owner = np.array([0, 0, 1, 2])
        found = ranks(np.array([[1, 0]] * 3, np.float32), np.array([0, 1, 2]), passages, owner)
        assert found.tolist() == [1, 2, 3]


def unit64(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def a_tuning(value: float = 0.5, model: str = "m") -> Tuning:
    even = Ranked(first=0.5, five=0.5, reciprocal=0.5)
    better = Ranked(first=0.6, five=0.5, reciprocal=0.6)
    about = About(model=model, made="2026-01-01T00:00:00+00:00", seed=0, papers=3, learned=2,
                  aside=1, before=even, after=better)  # fmt: skip
    return Tuning(about, np.full((3, 3), value, np.float16))


class TestFile:
    def test_what_is_written_is_read(self, tmp_path):
        tuned.write(tmp_path, a_tuning())
        found = tuned.read(tmp_path)
        assert found is not None
        assert found.about == a_tuning().about
        assert np.array_equal(found.matrix, a_tuning().matrix)
        assert tuned.read(tmp_path / "elsewhere") is None

    def test_a_question_is_turned_and_keeps_its_length(self):
        vector = np.array([1, 0, 0], np.float32)
        turned = a_tuning().turn(vector)
        assert turned.tolist() == pytest.approx(
            unit(np.array([1.5, 0.5, 0.5], np.float32)).tolist()
        )

    def test_no_changed_byte_goes_unseen(self, tmp_path):
        tuned.write(tmp_path, a_tuning())
        path = tmp_path / FILE
        whole = path.read_bytes()
        for place in range(len(whole)):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
            with pytest.raises(LibraryDamaged, match="attest tune --undo"):
                tuned.read(tmp_path)
        path.write_bytes(whole)
        assert tuned.read(tmp_path) is not None

    @pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all", b"\x80\x04K\x01."])
    def test_what_is_no_tuning_is_named(self, tmp_path, content):
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(LibraryDamaged, match="not what was written"):
            tuned.read(tmp_path)

    def test_tunings_are_taken_back_one_after_the_other(self, tmp_path):
        tuned.write(tmp_path, a_tuning(0.1))
        tuned.write(tmp_path, a_tuning(0.2))
        assert tuned.undo(tmp_path) is True
        found = tuned.read(tmp_path)
        assert found is not None
        assert found.matrix[0, 0] == np.float16(0.1)
        assert tuned.undo(tmp_path) is False
        assert tuned.read(tmp_path) is None
        with pytest.raises(UsageError, match="not tuned"):
            tuned.undo(tmp_path)

    def test_a_new_file_is_seen_and_another_model_is_not_served(self, tmp_path):
        kept = Kept(tmp_path)
        assert kept.fitting("m") is None
        tuned.write(tmp_path, a_tuning(0.1))
        first = kept.fitting("m")
        assert first is kept.fitting("m") is not None
        assert kept.fitting("another") is None
        tuned.write(tmp_path, a_tuning(0.2))
        second = kept.fitting("m")
        assert second is not None
        assert second.matrix[0, 0] == np.float16(0.2)

    @pytest.mark.parametrize(
        ("first", "five", "helps"), [(0.6, 0.5, True), (0.6, 0.4, False), (0.5, 0.6, False)]
    )
    def test_what_helps_moves_papers_up_and_loses_none(self, first, five, helps):
        after = Ranked(first=0.5, five=five, reciprocal=first)
        assert a_tuning().about.model_copy(update={"after": after}).helps is helps


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = Library(tmp_path_factory.mktemp("tuned") / "l", lambda: open_embedder("hash"))
    library.add([SAMPLE])
    return library


class TestLibrary:
    def test_a_library_is_judged_on_papers_it_did_not_learn_from(self, sample):
        told: list[tuple[int, int]] = []
        with sample.open() as view:
            found = tune(
                view,
                open_embedder("hash"),
                progress=lambda done, total: told.append((done, total)),
            )
        about = found.about
        assert about.papers == sample.status().papers
        assert told[-1] == (about.learned + about.aside,) * 2
        assert 0.1 < about.aside / (about.learned + about.aside) < 0.35
        for ranked in (about.before, about.after):
            assert 0 <= ranked.first <= ranked.reciprocal <= 1
            assert ranked.first <= ranked.five

    def test_a_small_library_is_told_so(self, tmp_path):
        few = tmp_path / "few.jsonl"
        few.write_text("".join(SAMPLE.read_text(encoding="utf-8").splitlines(True)[:3]))
        library = Library(tmp_path / "l", lambda: open_embedder("hash"))
        library.add([few])
        with library.open() as view, pytest.raises(UsageError, match="3 papers are too few"):
            tune(view, open_embedder("hash"))

    def test_questions_are_turned_from_the_next_view_on_and_back(self, sample):
        embedder = open_embedder("hash")
        vector = embedder.embed_query("Who reads pages?")
        with sample.open() as view:
            assert np.array_equal(view.turned(vector), vector)
            found = tune(view, embedder)
        before = sample.status()
        assert before.tuned is None
        tuned.write(sample.directory, found)
        try:
            with sample.open() as view:
                assert np.allclose(view.turned(vector), found.turn(vector))
            assert sample.status().tuned == found.about
            assert sample.verify() == before.fingerprint
        finally:
            tuned.undo(sample.directory)
        with sample.open() as view:
            assert np.array_equal(view.turned(vector), vector)

    def test_damage_is_found_before_a_question_is_answered(self, sample):
        path = sample.directory / FILE
        path.write_bytes(b"PK")
        try:
            for work in (sample.open, sample.verify, sample.status):
                with pytest.raises(LibraryDamaged, match="attest tune --undo"):
                    work()
        finally:
            path.unlink()

    def test_a_backup_takes_both_tunings_along(self, sample, tmp_path):
        tuned.write(sample.directory, a_tuning(0.1))
        tuned.write(sample.directory, a_tuning(0.2))
        try:
            back_up(sample, tmp_path / "b")
        finally:
            tuned.undo(sample.directory)
            tuned.undo(sample.directory)
        restore(tmp_path / "b", tmp_path / "l")
        assert (tmp_path / "l" / BEFORE).exists()
        found = tuned.read(tmp_path / "l")
        assert found is not None
        assert found.matrix[0, 0] == np.float16(0.2)


class TestCommand:
    @pytest.fixture
    def attest(self, sample, tmp_path, monkeypatch):
        from typer.testing import CliRunner

        from rag.cli.app import app

        monkeypatch.chdir(tmp_path)
        environment = {
            "ATTEST_EMBEDDER": "hash",
            "ATTEST_LIBRARY": str(sample.directory),
            "XDG_CONFIG_HOME": str(tmp_path),
            "COLUMNS": "80",
        }
        return lambda *given: CliRunner().invoke(app, list(given), env=environment)

    def test_what_was_learned_is_shown_kept_and_taken_back(self, attest):
        made = attest("tune", "--keep")
        assert made.exit_code == 0, made.output
        for said in ("judged by", "find their paper first", "attest tune --undo"):
            assert said in " ".join(made.stdout.split())
        assert "reciprocal rank" in " ".join(attest("status").stdout.split())
        assert json.loads(attest("status", "--json").stdout)["tuned"]["seed"] == 0
        assert attest("tune", "--undo").stdout == "The library is untuned again.\n"
        assert "reciprocal rank" not in attest("status").stdout
        nothing = attest("tune", "--undo")
        assert nothing.exit_code == 2
        assert "not tuned" in nothing.stderr

    def test_what_helps_nothing_is_not_kept(self, attest, sample, monkeypatch):
        monkeypatch.setattr(About, "helps", property(lambda _: False))
        made = attest("tune", "--seed", "1")
        assert made.exit_code == 0
        assert "was not kept" in made.stdout
        assert tuned.read(sample.directory) is None

    def test_json_tells_the_figures_and_whether_it_was_kept(self, attest, sample, monkeypatch):
        monkeypatch.setattr(About, "helps", property(lambda _: True))
        told = json.loads(attest("tune", "--json").stdout)
        assert told["kept"] is True
        assert set(told["before"]) == {"first", "five", "reciprocal"}
        tuned.undo(sample.directory)
