"""A run of the real program is killed again and again; nothing may be lost, doubled or changed."""

import json
import random
from pathlib import Path

import pytest
from light import SAMPLE

from eval.bench.resume import Kill, Outcome, Resume, table, timeless


def test_a_run_that_is_killed_five_times_ends_as_one_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    resume = Resume(tmp_path, SAMPLE, SAMPLE / "papers.jsonl", "hash")
    found = resume.trial(random.Random(7), kills=5)
    assert len(found.kills) == 5
    assert found == Outcome(found.kills, lost=0, doubled=0, same=True)
    assert found.good
    kept = [kill.kept for kill in found.kills]
    assert kept == sorted(kept)


def test_only_times_are_left_out_of_the_comparison():
    report = {
        "run": {"started": "now", "system": "s"},
        "figures": [{"name": "p50 latency ms", "value": 3}, {"name": "recall", "value": 1}],
        "cases": [{"seconds": 1, "outcomes": {"latency ms": 2, "recall": 1}}],
    }
    other = json.loads(json.dumps(report).replace("now", "then").replace("3}", "4}"))
    assert timeless(report) == timeless(other)
    other["cases"][0]["outcomes"]["recall"] = 0
    assert timeless(report) != timeless(other)


@pytest.mark.parametrize(
    "bad",
    [
        Outcome((Kill(1, 2, 1),), lost=0, doubled=0, same=True),
        Outcome((Kill(1, 2, 0),), lost=1, doubled=0, same=True),
        Outcome((Kill(1, 2, 0),), lost=0, doubled=1, same=True),
        Outcome((Kill(1, 2, 0),), lost=0, doubled=0, same=False),
    ],
)
def test_whatever_goes_wrong_is_counted(bad: Outcome):
    assert not bad.good
    sums = table([bad], 1).splitlines()[-1]
    fine = table([Outcome((Kill(1, 2, 0),), 0, 0, same=True)], 1).splitlines()[-1]
    assert fine == "1 of 1 kills of 1 runs: 1 same reports, 0 trials lost, 0 doubled, 0 changed"
    assert sums != fine
