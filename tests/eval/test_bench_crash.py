"""Kills at every step and in chains: the short form of ``eval.bench.crash``."""

import json
import random
from pathlib import Path

from eval.bench.crash import Crash, synthetic, table


def test_an_add_that_is_killed_at_every_step_and_in_a_chain_ends_as_one_left_alone(
    tmp_path: Path,
):
    papers = tmp_path / "papers.jsonl"
    papers.write_text("".join(json.dumps(each) + "\n" for each in synthetic(60, 3)))
    work = tmp_path / "work"
    work.mkdir()
    crash = Crash(work, papers, "hash")
    assert {"embed", "words", "index"} <= set(crash.steps)
    assert 1 <= crash.peak <= 3
    outcomes = [*crash.at_steps(), crash.chain(random.Random(1), 3)]
    assert [each.moment for each in outcomes[:-1]] == crash.steps
    for each in outcomes:
        assert each.same
        assert each.seen in {"old", "new"}
        assert (each.lost, each.doubled, each.left) == (0, 0, 0)
    assert f"{len(outcomes)} identical" in table(outcomes, len(outcomes))
