"""The bench of damages in its short form: every kind of file, every damage, once."""

import json
import random
from pathlib import Path

import pytest
from light import library_of

from eval.bench import damage
from eval.bench.crash import synthetic
from eval.bench.damage import DAMAGES, Damaging, Trial, damaged, failed, plan, table
from eval.bench.damaged import done


def ask(task: str, folder: Path, *backup: Path) -> dict[str, str]:
    return done(task, library_of(folder), *backup)


@pytest.fixture
def damaging(tmp_path: Path) -> Damaging:
    papers = tmp_path / "papers.jsonl"
    papers.write_text("".join(json.dumps(paper) + "\n" for paper in synthetic(16, 3)))
    library = library_of(tmp_path / "sound", papers)
    return Damaging(tmp_path, library, random.Random(4), ask=ask)


def test_nothing_of_a_damaged_library_is_served_and_the_named_remedy_mends_it(damaging: Damaging):
    kinds = sorted(damaging.kinds)
    assert {"catalogue.sqlite", "catalogue.seal", "manifest.json", "vectors.f16"} < set(kinds)
    trials = [damaging.trial(*pair) for pair in plan(kinds, len(kinds) * 4, random.Random(5))]
    assert not failed(trials), table(trials)
    assert {(each.kind, each.damage) for each in trials} == {(k, d) for k in kinds for d in DAMAGES}
    harmless = {each.kind for each in trials if each.found == "harmless"}
    assert harmless <= {"catalogue.seal", "catalogue.sqlite-wal", "catalogue.sqlite-shm"}
    assert sum(each.found == "on opening" for each in trials) > len(trials) - 8


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damage_changes_the_content(how: str):
    for seed in range(50):
        content = bytes(9000) + b"end"
        assert damaged(content, how, random.Random(seed)) != content


def test_a_reader_that_trusts_what_it_reads_is_caught(damaging: Damaging, monkeypatch):
    monkeypatch.setattr("rag.store.verifying.intact", lambda path: True)
    monkeypatch.setattr("rag.store.manifest.Manifest.check", lambda *_, **__: None)
    trials = [damaging.trial("vectors.f16", "flipped byte") for _ in range(3)]
    assert failed(trials)


def test_the_table_counts_what_was_missed():
    trials = [
        Trial("keys.i64", "deleted", "on opening", mended=True),
        Trial("keys.i64", "cut short", "served", mended=False),
    ]
    last = table(trials).splitlines()[-1]
    assert last.startswith("1 of 2 damages found")
    assert "1 served" in last
    assert failed(trials)
    assert damage.kind_of("versions/000001-x/lexical/a.term") == "lexical/.term"
