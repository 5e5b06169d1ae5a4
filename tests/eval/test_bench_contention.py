"""The bench of writers and readers that meet, in its short form."""

from pathlib import Path

import pytest

from eval.bench.contention import Contention, Kills, Readers, Writers, failed, report


@pytest.fixture
def contention(tmp_path: Path) -> Contention:
    return Contention(tmp_path, 40, 1)


def test_of_writers_that_meet_each_adds_or_is_told_who_writes(contention: Contention):
    found = contention.writers(2)
    assert found.failed == 0
    assert found.done >= found.rounds
    assert found.done + found.refused >= 2 * found.rounds
    assert found.slowest_refusal < 10


def test_the_lock_of_a_killed_writer_is_free_at_once(contention: Contention):
    assert contention.kills(2).slowest < 1


def test_readers_see_one_version_at_a_time_while_others_are_published(contention: Contention):
    found = contention.readers(4, quiet=0.3)
    assert (found.errors, found.mixed) == (0, 0)
    assert found.answers >= 8
    assert found.versions >= 1


def test_what_was_lost_or_mixed_fails_the_bench():
    writers = Writers(rounds=1, done=2, refused=0, failed=0, slowest_refusal=0)
    readers = Readers(1, 9, errors=0, mixed=0, versions=2, quiet=0.01, busy=0.02)
    assert not failed(writers, Kills(1, 0.1), readers)
    assert failed(writers._replace(failed=1), Kills(1, 0.1), readers)
    assert failed(writers, Kills(1, 1.5), readers)
    assert failed(writers, Kills(1, 0.1), readers._replace(mixed=1))
    assert "2 versions seen: 0 errors, 0 mixed" in report(writers, Kills(1, 0.1), readers)
