import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.store.lexical import LexicalIndex, build
from rag.terms import terms

WORDS = ("parsing", "grammar", "translation", "corpus", "speech", "tree", "noise", "dialogue")


def _documents(count: int) -> list[tuple[int, str, str]]:
    rng = np.random.default_rng(5)
    return [
        (3 * number + 1, " ".join(rng.choice(WORDS, 3)), " ".join(rng.choice(WORDS, 12)))
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    folder = tmp_path_factory.mktemp("words") / "lexical"
    build(folder, _documents(5_000))
    return LexicalIndex(folder)


@pytest.fixture
def small(tmp_path: Path) -> LexicalIndex:
    documents = [
        (4, "Learning to parse", "Trees are learned from a corpus."),
        (7, "A corpus of speech", "Recordings of dialogues; parsing is not tried."),
        (9, "Whales", "They sing."),
    ]
    build(tmp_path / "lexical", documents)
    return LexicalIndex(tmp_path / "lexical")


def test_a_word_in_the_title_counts_more(small: LexicalIndex):
    assert [key for key, _ in small.search("parse", 5)] == [4, 7]
    assert small.size == 3


def test_inflections_meet_and_are_counted_once_per_paper(small: LexicalIndex):
    assert small.document_frequency(*terms("parsed")) == 2
    assert small.document_frequency(*terms("Whale")) == 1
    assert small.document_frequency("unheard") == 0
    assert small.document_frequency("\ud800") == 0


def test_terms_and_a_text_are_the_same_question(small: LexicalIndex):
    assert small.search(terms("corpus speech"), 5) == small.search("Corpus, speech?", 5)


HOSTILE = (
    "key:1 OR *:*",
    'title:"',
    "((((",
    "body:[a TO z]",
    "a\x00b",
    "\ud800 parse",
    "^5 ~2 +corpus -speech",
    "",
    "parse " * 20_000,
)


@pytest.mark.parametrize("question", HOSTILE)
def test_query_syntax_is_only_text(small: LexicalIndex, question: str):
    found = small.search(question, 3)
    assert 9 not in [key for key, _ in found]


@settings(max_examples=60, deadline=None)
@given(
    question=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    k=st.integers(1, 40),
    share=st.sampled_from([0.0, 0.0005, 0.01, 0.3, 0.45, 0.9, 1.0]),
    seed=st.integers(0, 1000),
)
@example(question=["tree"], k=40, share=0.45, seed=0)
def test_a_filter_leaves_what_a_sieve_over_everything_leaves(index, question, k, share, seed):
    rng = np.random.default_rng(seed)
    keys = np.arange(5_000, dtype=np.int64) * 3 + 1
    allowed = keys[rng.random(len(keys)) < share]

    found = index.search(question, k, allowed=allowed)

    everything = index.search(question, index.size)
    inside = set(allowed.tolist())
    wanted = [hit for hit in everything if hit[0] in inside][:k]
    assert [key for key, _ in found] == [key for key, _ in wanted]
    assert np.allclose([score for _, score in found], [score for _, score in wanted])


def test_scores_are_the_same_after_a_rebuild(tmp_path: Path, index: LexicalIndex):
    build(tmp_path / "lexical", _documents(5_000))
    assert LexicalIndex(tmp_path / "lexical").search("speech trees", 30) == index.search(
        "speech trees", 30
    )


def test_an_index_that_was_added_to_scores_like_one_made_at_once(tmp_path: Path):
    documents = _documents(900)
    for size, step in ((300, 0), (310, 300), (900, 310)):
        base = tmp_path / str(step) if step else None
        build(tmp_path / str(size), documents[step:size], base=base)
    build(tmp_path / "once", documents)
    grown, once = LexicalIndex(tmp_path / "900"), LexicalIndex(tmp_path / "once")
    for question in ("speech", "parsing trees", "dialogue corpus noise"):
        for k in (1, 7, 900):
            assert grown.search(question, k) == once.search(question, k)
        term = terms(question)[0]
        assert grown.document_frequency(term) == once.document_frequency(term)


def test_opening_and_asking_writes_nothing_into_the_sealed_folder(tmp_path: Path):
    folder = tmp_path / "lexical"
    build(folder, _documents(50))
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    folder.chmod(0o555)
    try:
        opened = LexicalIndex(folder)
        assert opened.search("parsing", 3)
    finally:
        folder.chmod(0o755)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_an_index_stays_readable_after_its_version_is_removed(tmp_path: Path):
    folder = tmp_path / "lexical"
    build(folder, _documents(2_000))
    opened = LexicalIndex(folder)
    for path in folder.iterdir():
        os.unlink(path)
    folder.rmdir()

    assert opened.search("parsing trees", 3, allowed=np.array([4, 7, 10], dtype=np.int64))
    assert opened.document_frequency(*terms("noise")) > 100


def test_an_empty_index_answers_nothing(tmp_path: Path):
    build(tmp_path / "lexical", [])
    assert LexicalIndex(tmp_path / "lexical").search("anything", 5) == []
