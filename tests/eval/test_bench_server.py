"""The benches of a served library and of a process that answers for long, in their short form."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.bench.chromaserver import RunningChroma
from eval.bench.cutting import CuttingProxy
from eval.bench.growth import Growth, Look, measure
from eval.bench.growth import table as growth_table
from eval.bench.servedtrials import Crowd, Trial, failed, table
from eval.bench.server import Trials

GOOD = Trial("server killed", "refused", "old", same=True, sound=True, lost=0, doubled=0, left=0,
             back=0.5)  # fmt: skip
CROWD = Crowd(publishes=2, answers=9, errors=0, mixed=0, recall=1.0, scanned=1, versions=2)


@pytest.fixture
def trials(tmp_path: Path) -> Iterator[Trials]:
    with RunningChroma(tmp_path) as running, CuttingProxy(running.port) as proxy:
        yield Trials(tmp_path, running, proxy, 20, 1)


def test_a_served_library_survives_its_faults(trials: Trials):
    done = [trials.kill_server(), trials.cut()]
    found = trials.damages(1)
    assert not failed([each._replace(back=0.0) for each in done], None, (1, *found))


def test_what_was_lost_or_mixed_fails_the_bench():
    assert not failed([GOOD], CROWD, (5, 5, 5))
    for bad in (
        *({"same": False}, {"sound": False}, {"lost": 1}, {"doubled": 1}, {"left": 1}),
        *({"ended": "untyped"}, {"seen": "other"}, {"seen": "mixed"}, {"back": 6.0}),
    ):
        assert failed([GOOD, GOOD._replace(**bad)], CROWD, (0, 0, 0))
    assert failed([], CROWD._replace(errors=1), (0, 0, 0))
    assert failed([], CROWD._replace(mixed=1), (0, 0, 0))
    assert failed([], None, (5, 4, 5))
    told = table([GOOD, GOOD._replace(fault="writer killed")], CROWD, (5, 5, 5))
    assert "0 errors, 0 mixed" in told
    assert "5 of 5 found" in told
    assert len(told.splitlines()) == 5


def test_a_process_that_answers_is_looked_at(tmp_path: Path):
    growth = measure(tmp_path, "embedded", queries=8, versions=2, papers=10)
    assert growth.looks[-1].queries == 8
    assert growth.looks[-1].versions >= 1
    assert growth.looks[-1].mapped == 1
    assert growth.seen >= 2
    assert growth.scanned == 0


def test_memory_files_and_versions_that_pile_up_fail_the_bench():
    looks = tuple(Look(each * 500, each, 100.0, 9, 1) for each in range(20))
    still = Growth(looks, 20, 0)
    assert not still.failed
    assert abs(still.slope) < 1e-6
    growing = tuple(each._replace(rss=100 + each.queries / 500) for each in looks)
    assert Growth(growing, 20, 0).failed
    assert round(Growth(growing, 20, 0).slope, 3) == 2
    assert Growth((*looks[:-1], looks[-1]._replace(handles=10)), 20, 0).failed
    assert Growth((*looks[:-1], looks[-1]._replace(mapped=2)), 20, 0).failed
    assert "+0 open files" in growth_table(still)
