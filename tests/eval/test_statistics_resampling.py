"""Cluster weights: counts, chunks, seeds and memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.statistics import cluster_weights, resample
from eval.statistics import resampling as room


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=12), st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_each_resample_draws_as_many_clusters_as_there_are_and_keeps_them_whole(clusters, seed):
    weights = cluster_weights(clusters, resamples=20, seed=seed)

    names = sorted(set(clusters))
    by_cluster = np.array([weights[:, clusters.index(name)] for name in names])
    assert (by_cluster.sum(axis=0) == len(names)).all()
    for at, name in enumerate(clusters):
        assert (weights[:, at] == weights[:, clusters.index(name)]).all()


def test_equal_seeds_give_equal_weights_and_others_do_not():
    clusters = ["a", "b", "b", "c"]

    first, again, other = (cluster_weights(clusters, resamples=50, seed=s) for s in (1, 1, 2))

    assert (first == again).all()
    assert (first != other).any()


def test_the_order_of_cases_does_not_change_what_a_cluster_draws():
    there = cluster_weights(["a", "b", "b", "c"], resamples=50, seed=3)
    back = cluster_weights(["c", "b", "b", "a"], resamples=50, seed=3)

    assert (there == back[:, ::-1]).all()


@pytest.mark.parametrize("cells", [1, 7, 10_000])
def test_the_size_of_chunks_changes_nothing(monkeypatch, cells):
    clusters = [f"c{at // 2}" for at in range(9)]
    whole = cluster_weights(clusters, resamples=40, seed=5)

    monkeypatch.setattr(room, "CELLS", cells)

    assert (cluster_weights(clusters, resamples=40, seed=5) == whole).all()


def test_memory_stays_below_a_hundred_megabytes():
    tracemalloc.start()
    weights = cluster_weights([str(at) for at in range(5_000)], resamples=2_000, seed=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert weights.shape == (2_000, 5_000)
    assert peak < 100e6


def test_a_statistic_without_a_number_has_no_sample():
    nothing, one = resample(
        [lambda w: np.full(len(w), np.nan), lambda w: w.sum(axis=1)],
        ["a", "b"],
        resamples=9,
        seed=0,
    )

    assert nothing is None
    assert one is not None
    assert one.value == 2
    assert one.jackknife.tolist() == [1, 1]


def test_no_cases_give_no_sample():
    assert resample([lambda w: w.mean(axis=1) * np.nan], [], resamples=9, seed=0) == (None,)
