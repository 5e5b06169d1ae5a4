from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rag.embedding.parts import pack, pooled, unpack

SHAPES = st.tuples(st.integers(1, 8), st.integers(1, 20))
ROWS = SHAPES.flatmap(
    lambda shape: arrays.arrays(np.float32, shape, elements=st.floats(-8, 8, width=32))
)


def unit_rows(rng: np.random.Generator, count: int, dim: int) -> np.ndarray:
    rows = rng.normal(size=(count, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@given(ROWS)
def test_what_is_unpacked_differs_by_half_a_step_at_most(rows):
    steps = np.abs(rows).max(axis=1, keepdims=True) / 127
    # The scale itself is rounded to float16: by 2^-11 of it, by 2^-25 where it is tiny.
    bound = steps / 2 + 127 * steps * 2**-10 + 2**-24
    back = unpack(pack(rows))
    assert back.shape == rows.shape
    assert back.dtype == np.float32
    assert (np.abs(back - rows) <= bound).all()


@given(ROWS)
def test_packing_again_changes_next_to_nothing(rows):
    once = unpack(pack(rows))
    assert np.allclose(unpack(pack(once)), once, atol=1e-2 * max(1, np.abs(rows).max()) / 127)


def test_cosines_survive_packing():
    rng = np.random.default_rng(3)
    rows, question = unit_rows(rng, 200, 128), unit_rows(rng, 1, 128)[0]
    assert np.abs(unpack(pack(rows)) @ question - rows @ question).max() < 0.01


def test_a_row_is_one_byte_a_number_and_two_for_its_scale():
    rows = unit_rows(np.random.default_rng(0), 3, 128)
    assert len(pack(rows)) == 2 + 3 * 130


def test_rows_of_zeros_come_back_as_zeros():
    rows = np.zeros((3, 5), np.float32)
    rows[1] = 1
    assert (unpack(pack(rows)) == rows).all()


def test_no_rows_are_no_bytes():
    assert pack(np.zeros((0, 128), np.float32)) == b""
    assert unpack(b"").shape == (0, 0)


def test_each_row_has_a_scale_of_its_own():
    rows = np.array([[1000.0, 1.0], [0.001, 0.0005]], np.float32)
    assert np.allclose(unpack(pack(rows))[1], rows[1], atol=1e-5)


@st.composite
def _readings(draw: st.DrawFn) -> tuple[np.ndarray, list[tuple[int, int]], list[tuple[int, int]]]:
    widths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=12))
    edges = np.cumsum([0, *widths]).tolist()
    offsets = list(pairwise(edges))
    seed = draw(st.integers(0, 99))
    tokens = np.random.default_rng(seed).normal(size=(len(offsets), 4)).astype(np.float32)
    pairs = st.tuples(st.integers(0, edges[-1]), st.integers(0, edges[-1]))
    spans = draw(st.lists(pairs.map(lambda pair: (min(pair), max(pair))), max_size=4))
    return tokens, offsets, spans


@given(_readings())
def test_a_sentence_vector_is_the_mean_of_the_tokens_inside(reading):
    tokens, offsets, spans = reading
    found = pooled(tokens, offsets, spans)
    assert found.shape == (len(spans), 4)
    for row, (start, end) in zip(found, spans, strict=True):
        inside = [
            token
            for token, (first, last) in zip(tokens, offsets, strict=True)
            if last > first and first >= start and last <= end
        ]
        mean = np.mean(inside, axis=0) if inside else np.zeros(4)
        length = np.linalg.norm(mean)
        assert np.allclose(row, mean / length if length > 1e-4 else row, atol=1e-3)
        if not inside:
            assert not row.any()


def test_special_tokens_belong_to_no_sentence():
    tokens = np.array([[9, 9], [1, 0], [0, 1], [9, -9]], np.float32)
    offsets = [(0, 0), (0, 4), (4, 9), (0, 0)]
    assert np.allclose(pooled(tokens, offsets, [(0, 4), (4, 9)]), [[1, 0], [0, 1]])


@pytest.mark.parametrize("spans", [[(0, 5)], [(0, 5), (6, 9)]])
def test_a_sentence_without_tokens_has_a_vector_of_zeros(spans):
    found = pooled(np.zeros((0, 3), np.float32), [], spans)
    assert found.shape == (len(spans), 3)
    assert not found.any()
