from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rag.errors import LibraryDamaged
from rag.store.index import KEYS, VECTORS, VectorIndex

DIM = 4
SMALL = st.integers(-3, 3).map(lambda number: number / 2)


def _index(folder: Path, keys: np.ndarray, rows: np.ndarray) -> VectorIndex:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / KEYS).write_bytes(keys.astype("<i8").tobytes())
    (folder / VECTORS).write_bytes(rows.astype("<f2").tobytes())
    return VectorIndex(folder, rows.shape[1])


def _by_sorting(keys: np.ndarray, rows: np.ndarray, question: np.ndarray) -> list[tuple]:
    wide = rows.astype(np.float16).astype(np.float64)
    unit = question / (np.linalg.norm(question) or 1)
    lengths = np.linalg.norm(wide, axis=1)
    scores = wide @ unit / np.where(lengths, lengths, 1)
    order = np.lexsort((keys, -scores.round(10)))
    return [(int(keys[place]), scores[place]) for place in order]


@st.composite
def _libraries(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = draw(st.integers(0, 30))
    rows = draw(arrays.arrays(np.float64, (size, DIM), elements=SMALL))
    keys = np.array(sorted(draw(st.sets(st.integers(1, 90), min_size=size, max_size=size))))
    question = draw(arrays.arrays(np.float64, DIM, elements=SMALL))
    return keys.astype(np.int64), rows, question


@settings(max_examples=150, deadline=None)
@given(library=_libraries(), k=st.integers(0, 35), data=st.data())
def test_the_scan_is_a_sort_by_cosine_with_ties_by_key(tmp_path_factory, library, k, data):
    keys, rows, question = library
    index = _index(tmp_path_factory.mktemp("index"), keys, rows)
    allowed = np.array(sorted(data.draw(st.sets(st.integers(1, 90)))), dtype=np.int64)

    for chosen in (None, allowed):
        found = index.search(question.astype(np.float32), k, allowed=chosen)
        inside = np.ones(len(keys), bool) if chosen is None else np.isin(keys, chosen)
        wanted = _by_sorting(keys[inside], rows[inside], question)[:k]
        assert [key for key, _ in found] == [key for key, _ in wanted]
        assert np.allclose([score for _, score in found], [score for _, score in wanted])


def test_many_equal_vectors_come_out_in_key_order(tmp_path: Path):
    rng = np.random.default_rng(1)
    rows = np.repeat(rng.normal(size=(3, 384)), 700, axis=0)
    keys = np.arange(1, len(rows) + 1) * 3
    index = _index(tmp_path, keys, rows)

    found = index.search(rows[900].astype(np.float32), 50)

    assert [key for key, _ in found] == list(keys[700:750])
    assert len({score for _, score in found}) == 1


def test_an_index_too_large_for_memory_is_scanned_from_its_file(tmp_path: Path):
    rng = np.random.default_rng(2)
    rows, keys = rng.normal(size=(300, 16)), np.arange(300) + 7

    class Graph:
        def nearest(self, vector: np.ndarray, k: int) -> np.ndarray:
            return np.array([9, 7], dtype=np.int64)

    whole = _index(tmp_path, keys, rows)
    large = VectorIndex(tmp_path, 16, graph=Graph, limit=100)
    question, allowed = rng.normal(size=16).astype(np.float32), keys[::2].astype(np.int64)

    assert large.search(question, 5, allowed=allowed) == whole.search(question, 5, allowed=allowed)
    assert {key for key, _ in large.search(question, 2)} == {7, 9}


def test_stored_vectors_are_given_as_they_are(tmp_path: Path):
    rows = np.array([[1, 2], [3, 4], [5, 6]], dtype=np.float16)
    index = _index(tmp_path, np.array([2, 5, 9]), rows)

    assert index.vectors(np.array([9, 2])).tolist() == [[5, 6], [1, 2]]
    assert index.vectors(np.array([], dtype=np.int64)).shape == (0, 2)
    with pytest.raises(KeyError):
        index.vectors(np.array([3]))


def test_vectors_that_do_not_fit_the_keys_are_refused(tmp_path: Path):
    with pytest.raises(LibraryDamaged, match=VECTORS):
        _index(tmp_path, np.array([1, 2]), np.zeros((3, 2)))
