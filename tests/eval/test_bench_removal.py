"""The bench of removals in its short form: no mark of 200 papers is left in any file."""

from pathlib import Path

from light import library_of

from eval.bench.removal import Removal, removal, report
from rag.embedding import open_embedder
from rag.library import Library


def test_no_byte_of_two_hundred_removed_papers_is_left(tmp_path: Path):
    library, never = (
        Library(tmp_path / name, lambda: open_embedder("hash")) for name in ("library", "never")
    )
    found = removal(tmp_path, library, never, count=200, others=50)
    assert found.before["catalogue.sqlite"] >= 400
    assert found.before["chroma/.sqlite3"] >= 200
    assert found.after == {}
    assert found.same
    assert found.size <= 1.1
    assert library.verify() == never.status().fingerprint


def test_a_mark_that_is_left_is_seen(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(Library, "remove", lambda *_, **__: 0)
    library, never = (library_of(tmp_path / name) for name in ("library", "never"))
    found = removal(tmp_path, library, never, count=5, others=5)
    assert found.after["catalogue.sqlite"] == 10
    assert not found.same


def test_the_report_sums_what_is_left():
    found = Removal(3, {"keys.i64": 2}, {"keys.i64": 1}, seconds=1, size=1, same=True)
    assert "1 marks left in any file" in report(found).splitlines()[-1]
