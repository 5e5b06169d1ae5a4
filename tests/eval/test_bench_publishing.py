"""The bench of what publishing costs, on a small library."""

from pathlib import Path

from light import library_of

from eval.bench.publishing import Costs, told


def test_it_tells_what_an_add_wrote(tmp_path: Path):
    costs = Costs(tmp_path, library_of(tmp_path / "library"))
    first, second = costs.grow(30), costs.grow(5)
    assert (first.papers, second.papers, second.new) == (0, 30, 5)
    assert 0 < second.written < first.written * 5
    assert second.size > first.size
    assert costs.verify()[0] >= 35
    assert told(second).startswith("5 papers into 30: ")
